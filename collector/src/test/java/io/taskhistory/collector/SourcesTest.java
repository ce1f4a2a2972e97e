package io.taskhistory.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.collector.CollectorView.Status;
import io.taskhistory.collector.CollectorView.Status.Role;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is the spine, and who is beside it, when one refuses or fails. */
class SourcesTest {

  private static final TaskEvents NOBODY = new RecordedEvents();

  private final SaidSource trace = new SaidSource("trace", true);
  private final SaidSource beside = new SaidSource("proc", false);
  private final SaidSource substitute = new SaidSource("proc", false);
  private final Sources sources = new Sources(new SourcePlan(trace, List.of(beside), List.of(() -> substitute)));

  private record Line(String name, Role role, String state, String problem) {}

  private List<Line> lines() {
    return sources.status("running", 1).stream().map(
        source -> new Line(source.name(), source.role(), source.state(), String.valueOf(source.problem()))).toList();
  }

  private static Line spine(String name) {
    return new Line(name, Role.SPINE, "running", "null");
  }

  private static Line failed(String name, String problem) {
    return new Line(name, Role.NONE, "failed", problem);
  }

  @Test
  void open_spineThatRefuses_isReplacedAndNothingIsBeside() {
    trace.refusal = new SourceException("no tracefs");
    assertThat(sources.open(Checkpoint.NONE)).isEqualTo(substitute.opened());
    assertThat(sources.spine()).isSameAs(substitute);
    assertThat(sources.beside()).isEmpty();
    assertThat(lines()).containsExactly(spine("proc"), failed("trace", "no tracefs"));
    assertThat(trace.isClosed()).isTrue();
    assertThat(beside.isClosed()).isTrue();
  }

  @Test
  void open_besideThatRefuses_leavesTheSpineAlone() {
    beside.refusal = new SourceException("no connector");
    assertThat(sources.open(Checkpoint.NONE)).isEqualTo(trace.opened());
    assertThat(sources.beside()).isEmpty();
    assertThat(lines()).containsExactly(spine("trace"), failed("proc", "no connector"));
    assertThat(beside.isClosed()).isTrue();
  }

  @Test
  void open_bothRefuse_saysWhyOfBoth() {
    trace.refusal = new SourceException("no tracefs");
    substitute.refusal = new SourceException("no connector");
    assertThatThrownBy(() -> sources.open(Checkpoint.NONE)).isInstanceOf(SourceException.class)
        .hasMessage("trace cannot be followed: no tracefs; nor can proc: no connector");
    sources.close();
    assertThat(List.of(trace, beside, substitute)).allMatch(SaidSource::isClosed);
  }

  @Test
  void open_onlySourceThatRefuses_saysWhy() {
    trace.refusal = new SourceException("no tracefs");
    Sources alone = new Sources(SourcePlan.only(trace));
    assertThatThrownBy(() -> alone.open(Checkpoint.NONE)).isSameAs(trace.refusal);
  }

  @Test
  void drainBeside_fails_leavesTheSpineAlone() {
    sources.open(Checkpoint.NONE);
    assertThat(sources.drain(beside, NOBODY, 1)).isPositive();
    beside.fail("gone");
    beside.reluctance = new SourceException("does not close either");
    assertThat(sources.drain(beside, NOBODY, 1)).isEqualTo(-1);
    assertThat(sources.spine().drain(NOBODY, 1)).isPositive();
    assertThat(sources.beside()).isEmpty();
    assertThat(lines()).containsExactly(spine("trace"), failed("proc", "gone"));
  }

  /** What cannot be used beside another may be able to lead: it is told of once, as what it is. */
  @Test
  void replace_bySourceThatFailedBeside_isToldOfOnce() {
    beside.refusal = new SourceException("no connector");
    sources.open(Checkpoint.NONE);
    sources.replace(new SourceException("switched off"));
    assertThat(lines()).containsExactly(spine("proc"), failed("trace", "switched off"));
  }

  /** To open takes a while, in which others ask and call. */
  @Test
  void replace_askedMeanwhile_hasOneSpineAtAnyTime() {
    sources.open(Checkpoint.NONE);
    substitute.whileOpening = () -> {
      assertThat(lines()).extracting(Line::name).containsExactly("trace", "proc");
      assertThat(sources.spine()).isSameAs(trace);
      assertThat(trace.isOpen()).isTrue();
    };
    sources.replace(new SourceException("switched off"));
    assertThat(sources.status("running", 1)).extracting(Status.Source::name).containsExactly("proc", "trace");
    assertThat(List.of(trace, beside)).allMatch(SaidSource::isClosed);
  }

  @Test
  void replace_spineThatDoesNotClose_takesOverAllTheSame() {
    sources.open(Checkpoint.NONE);
    trace.reluctance = new SourceException("does not close");
    assertThat(sources.replace(new SourceException("switched off"))).isEqualTo(substitute.opened());
    assertThat(sources.spine()).isSameAs(substitute);
    assertThat(beside.isClosed()).isTrue();
  }

  @Test
  void replace_substituteThatFailsToo_isTheEnd() {
    sources.open(Checkpoint.NONE);
    sources.replace(new SourceException("switched off"));
    SourceException last = new SourceException("deaf");
    assertThatThrownBy(() -> sources.replace(last)).isSameAs(last);
    sources.close();
    assertThat(substitute.isClosed()).isTrue();
  }
}
