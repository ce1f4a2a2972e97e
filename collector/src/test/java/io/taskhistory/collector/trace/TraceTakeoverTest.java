package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens between and beside the readers of one instance. */
class TraceTakeoverTest {

  private static final int NO_LIMIT = Integer.MAX_VALUE;
  private static final long BUFFER = 4 << 20;
  private static final long SMALL_JOURNAL = 1 << 17;

  private final TestInstance instance = new TestInstance();
  private final RecordedEvents events = new RecordedEvents();
  private TraceSource source = new TraceSource(instance.settings(BUFFER));

  @AfterEach
  void stop() {
    source.close();
    instance.close();
  }

  private static void flood(int count) {
    try (Child flood = Child.run(Programs.flood(), Integer.toString(count), "2", Programs.tiny().toString())) {
      flood.await();
    }
  }

  private Checkpoint drain() {
    long time = source.drain(events, NO_LIMIT);
    return new Checkpoint(time, source.position());
  }

  private long reopen(Checkpoint kept) {
    return reopen(kept, BUFFER);
  }

  private long reopen(Checkpoint kept, long buffer) {
    source.close();
    source = new TraceSource(instance.settings(buffer));
    return source.open(kept);
  }

  private List<Execed> tinies() {
    RawText tiny = RawText.of(Programs.tiny().toString());
    return events.of(Execed.class).stream().filter(exec -> exec.filename().equals(tiny)).toList();
  }

  private void assertWhole(int count) {
    assertThat(events.of(Lost.class)).isEmpty();
    assertThat(tinies()).hasSize(count).allMatch(exec -> exec.name().isKnown());
    assertThat(tinies().stream().map(exec -> exec.time() + " " + exec.tid())).doesNotHaveDuplicates();
    assertThat(events.of(Cloned.class).stream().map(clone -> clone.time() + " " + clone.tid()))
        .doesNotHaveDuplicates();
    assertThat(events.of(Cloned.class)).allMatch(clone -> clone.flags() >= 0);
  }

  @Test
  void open_atAnEarlierPosition_passesOnWhatCameAfterItOnce() {
    source.open(Checkpoint.NONE);
    flood(300);
    source.drain(events, 500);
    Checkpoint kept = new Checkpoint(source.drain(events, 0), source.position());
    int then = events.all().size();
    source.drain(events, NO_LIMIT);
    assertThat(events.all()).hasSizeGreaterThan(then);
    List<Event> once = List.copyOf(events.all());
    events.all().subList(then, events.all().size()).clear();
    assertThat(reopen(kept)).isLessThanOrEqualTo(kept.time());
    flood(200);
    drain();
    assertWhole(500);
    assertThat(events.all().subList(0, once.size())).isEqualTo(once);
  }

  @Test
  void open_whileNobodyRead_goesOnWhereItWasLeft() {
    source.open(Checkpoint.NONE);
    Checkpoint kept = drain();
    for (int round = 0; round < 3; round++) {
      source.close();
      flood(100);
      assertThat(reopen(kept)).isLessThanOrEqualTo(kept.time());
      kept = drain();
      source.kept(kept.position());
    }
    assertWhole(300);
  }

  @Test
  void open_withEveryPossibleCut_knowsEveryNameOnce() {
    source.open(Checkpoint.NONE);
    flood(40);
    for (boolean more = true; more; ) {
      long before = source.stats().events();
      source.drain(events, 1);
      more = source.stats().events() > before && tinies().size() < 40;
      reopen(new Checkpoint(0, source.position()));
    }
    assertWhole(40);
  }

  @Test
  void open_withAStoreThatKeptNothing_passesOnAllThatIsThere() {
    long since = source.open(Checkpoint.NONE);
    flood(100);
    drain();
    events.all().clear();
    assertThat(reopen(Checkpoint.NONE)).isEqualTo(since);
    drain();
    assertWhole(100);
  }

  @Test
  void open_withAStoreThatKeptNothing_knowsSinceWhenTheRingIsWhole() throws IOException {
    source.open(Checkpoint.NONE);
    drain();
    reopen(Checkpoint.NONE, 64 << 10);
    flood(2000);
    source.close();
    Files.delete(JournalDirectory.journal(instance.journals(), instance.name()));
    events.all().clear();
    long since = reopen(Checkpoint.NONE, 64 << 10);
    long reopened = Clocks.monotonic();
    assertThat(since).isLessThan(reopened);
    drain();
    // What a busy machine overwrites from then on is another matter.
    assertThat(events.of(Lost.class)).filteredOn(lost -> lost.to() <= reopened).isEmpty();
    assertThat(events.all()).filteredOn(event -> event.time() >= since).isNotEmpty();
  }

  @Test
  void open_withAPositionOfAnotherInstance_isNotMisled() {
    source.open(Checkpoint.NONE);
    flood(10);
    Checkpoint kept = drain();
    source.close();
    TraceSource.release(instance.name(), instance.journals());
    long before = Clocks.monotonic();
    assertThat(reopen(kept)).isBetween(before, Clocks.monotonic());
    events.all().clear();
    flood(10);
    drain();
    assertWhole(10);
  }

  @Test
  void open_withTheJournalGone_tellsWhatWasInIt() throws IOException {
    source.open(Checkpoint.NONE);
    Checkpoint kept = drain();
    flood(10);
    drain();
    Files.delete(JournalDirectory.journal(instance.journals(), instance.name()));
    events.all().clear();
    reopen(kept);
    drain();
    assertThat(events.of(Lost.class)).singleElement().satisfies(lost -> {
      assertThat(lost.cause()).isEqualTo(Gap.Cause.INTERFERENCE);
      assertThat(lost.time()).isEqualTo(kept.time());
      assertThat(lost.count()).isGreaterThanOrEqualTo(50);
    });
  }

  @Test
  void open_withTheJournalGoneButAllOfItKept_missesNothing() throws IOException {
    source.open(Checkpoint.NONE);
    flood(10);
    Checkpoint kept = drain();
    while (source.stats().events() != counted("read events")) {
      kept = drain();
    }
    Files.delete(JournalDirectory.journal(instance.journals(), instance.name()));
    source.close();
    flood(10);
    reopen(kept);
    drain();
    assertWhole(20);
  }

  @Test
  void open_withAnotherSize_keepsWhatFits() throws IOException {
    source.open(Checkpoint.NONE);
    Checkpoint kept = drain();
    flood(100);
    assertThat(reopen(kept, 2 * BUFFER)).isLessThanOrEqualTo(kept.time());
    assertThat(Long.parseLong(Files.readString(instance.file("buffer_size_kb")).strip()))
        .isBetween(2 * BUFFER >> 10, (2 * BUFFER >> 10) + 64);
    drain();
    assertWhole(100);
  }

  @Test
  void drain_afterAnOverrun_countsExactlyWhatTheKernelOverwrote() throws IOException {
    source.open(Checkpoint.NONE);
    drain();
    reopen(Checkpoint.NONE, 64 << 10);
    for (int round = 0; round < 3; round++) {
      long before = drain().time();
      flood(2000);
      drain();
      assertThat(events.of(Lost.class)).isNotEmpty();
      List<Lost> losses = events.of(Lost.class);
      assertThat(losses.get(losses.size() - 1).time()).isGreaterThanOrEqualTo(before);
    }
    assertThat(events.of(Lost.class)).allMatch(lost -> lost.cause() == Gap.Cause.OVERFLOW && lost.time() <= lost.to());
    assertThat(events.of(Lost.class).stream().mapToLong(Lost::count).sum()).as("%s", events.of(Lost.class))
        .isEqualTo(counted("overrun")).isEqualTo(source.stats().lost());
    assertThat(source.stats().losses()).isEqualTo(events.of(Lost.class).size());
    await().until(() -> {
      drain(); // what was read while it happened is passed on with the next
      return source.stats().events() == counted("read events");
    });
    long highest = 0;
    for (Event event : events.all()) {
      if (event instanceof Lost) {
        assertThat(highest).as("before %s", event).isLessThanOrEqualTo(event.time());
      }
      highest = Math.max(highest, event.time());
    }
  }

  /** The sum of what the kernel counts on all processors. */
  private long counted(String what) throws IOException {
    try (Stream<Path> cpus = Files.list(instance.file("per_cpu"))) {
      long sum = 0;
      for (Path cpu : cpus.toList()) {
        for (String line : Files.readAllLines(cpu.resolve("stats"))) {
          sum += line.startsWith(what + ": ") ? Long.parseLong(line.substring(what.length() + 2)) : 0;
        }
      }
      return sum;
    }
  }

  /** The kernel's own decoding; its text has microseconds, rounded (ns2usecs() in kernel/trace/trace.c). */
  @Test
  void drain_ofAFlood_agreesWithTheKernelsText() throws IOException {
    source.open(Checkpoint.NONE);
    flood(1000);
    Files.writeString(instance.file("tracing_on"), "0");
    Pattern line = Pattern.compile(".* ([0-9]+)[.]([0-9]{6}): (task_newtask|sched_process_exec|sched_process_exit): "
        + ".*?(?<![a-z_])pid=([0-9]+) .*", Pattern.DOTALL);
    List<String> text = new ArrayList<>();
    for (String entry : Files.readAllLines(instance.file("trace"), StandardCharsets.ISO_8859_1)) {
      Matcher found = line.matcher(entry);
      if (found.matches() && !found.group(4).equals("0")) {
        text.add(found.group(1) + found.group(2) + " " + switch (found.group(3)) {
          case "task_newtask" -> "Cloned";
          case "sched_process_exec" -> "Execed";
          default -> "Exited";
        } + " " + found.group(4));
      }
    }
    drain();
    assertThat(text).hasSizeGreaterThan(3000);
    assertThat(events.all().stream().filter(
            event -> event instanceof Cloned || event instanceof Execed || event instanceof Exited)
        .map(event -> (event.time() + 500) / 1000 + " " + event.getClass().getSimpleName() + " " + event.tid()))
        .containsExactlyInAnyOrderElementsOf(text);
  }

  @Test
  void open_withSubBuffersOfAnySize_readsThem() throws IOException {
    for (int size : new int[] {4, 16, 64, 8}) {
      source.open(Checkpoint.NONE);
      source.close();
      Files.writeString(instance.file("buffer_subbuf_size_kb"), Integer.toString(size));
      source = new TraceSource(instance.settings(BUFFER));
      source.open(Checkpoint.NONE);
      events.all().clear();
      flood(300);
      drain();
      assertThat(tinies()).as("%d KiB", size).hasSize(300);
      assertThat(events.of(Lost.class)).filteredOn(lost -> lost.cause() != Gap.Cause.INTERFERENCE).isEmpty();
      source.close();
      source = new TraceSource(instance.settings(BUFFER));
    }
  }

  @Test
  void drain_withTheJournalFull_leavesTheRestInTheRing() {
    source = new TraceSource(instance.settings(BUFFER), SMALL_JOURNAL, null);
    source.open(Checkpoint.NONE);
    Checkpoint kept = new Checkpoint(0, source.position());
    flood(2000);
    long stuck = source.drain(events, NO_LIMIT);
    assertThat(tinies()).hasSizeLessThan(2000);
    assertThat(source.drain(events, NO_LIMIT)).isEqualTo(stuck);
    events.all().clear();
    source.close();
    source = new TraceSource(instance.settings(BUFFER), SMALL_JOURNAL, null);
    source.open(kept);
    await().until(() -> {
      source.drain(events, 1000);
      source.kept(source.position());
      return tinies().size() >= 2000;
    });
    drain();
    assertWhole(2000);
  }

  @Test
  void drain_afterTracingWasSwitchedOff_tellsItAndSwitchesItOn() throws IOException {
    long before = source.open(Checkpoint.NONE);
    drain();
    Files.writeString(instance.file("tracing_on"), "0");
    awaitInterference();
    assertThat(Files.readString(instance.file("tracing_on"))).startsWith("1");
    assertThat(events.of(Lost.class).get(0).time()).isBetween(before, Clocks.monotonic());
    assertThat(events.of(Lost.class)).extracting(Lost::count).containsExactly(Gap.UNCOUNTED);
    events.all().clear();
    flood(10);
    drain();
    assertThat(tinies()).hasSize(10);
  }

  /** What was in the ring when recording was found to be switched off is passed on after that is told. */
  @Test
  void drain_ofWhatCameRightBeforeTracingWasSwitchedOff_knowsEveryName() throws IOException {
    source.open(Checkpoint.NONE);
    drain();
    long looked = Clocks.monotonic();
    await().until(() -> Clocks.monotonic() - looked > 1_200_000_000L); // the next drain looks again
    flood(50);
    Files.writeString(instance.file("tracing_on"), "0");
    drain();
    assertThat(events.of(Lost.class)).extracting(Lost::cause).containsExactly(Gap.Cause.INTERFERENCE);
    RawText name = RawText.of(Programs.tiny().getFileName().toString().substring(0, 15));
    assertThat(tinies()).hasSize(50).extracting(Execed::name).containsOnly(name);
  }

  private void awaitInterference() {
    await().until(() -> {
      drain();
      return events.of(Lost.class).stream().anyMatch(lost -> lost.cause() == Gap.Cause.INTERFERENCE);
    });
  }

  /** It was killed while it passed on for the first time what was there. */
  @Test
  void open_afterAReaderThatKeptEventsButNoTime_repeatsNothing() {
    source.open(Checkpoint.NONE);
    flood(50);
    Checkpoint kept = drain();
    assertThat(tinies()).hasSize(50);
    source.kept(kept.position());
    events.all().clear();
    reopen(new Checkpoint(-1, kept.position()));
    flood(10);
    drain();
    assertThat(tinies()).hasSize(10);
    assertThat(events.of(Lost.class)).isEmpty();
  }

  /** Once it is repaired nothing else shows it. */
  @Test
  void open_afterAnInterferenceThatNobodyHasKept_tellsItAgain() throws IOException {
    source.open(Checkpoint.NONE);
    Checkpoint kept = drain();
    source.kept(kept.position());
    Files.writeString(instance.file("tracing_on"), "0");
    awaitInterference();
    events.all().clear();
    assertThat(reopen(kept)).isEqualTo(kept.time());
    awaitInterference();
    assertThat(events.of(Lost.class)).singleElement().satisfies(lost -> {
      assertThat(lost.time()).isEqualTo(kept.time());
      assertThat(lost.count()).isEqualTo(Gap.UNCOUNTED);
    });
    Checkpoint later = drain();
    source.kept(later.position());
    events.all().clear();
    reopen(later);
    drain();
    assertThat(events.of(Lost.class)).isEmpty();
  }

  @Test
  void open_ofAnInstanceThatSomebodyChanged_tellsItAndPutsItRight() throws IOException {
    source.open(Checkpoint.NONE);
    Checkpoint kept = drain();
    source.close();
    Files.writeString(instance.file("events/task/task_newtask/enable"), "0");
    Files.writeString(instance.file("events/sched/sched_process_exec/filter"), "pid==1");
    Files.writeString(instance.file("set_event_pid"), "1");
    Files.writeString(instance.file("tracing_cpumask"), "1");
    Files.writeString(instance.file("trace_clock"), "boot");
    reopen(kept);
    drain();
    assertThat(events.of(Lost.class)).singleElement().satisfies(lost -> {
      assertThat(lost.cause()).isEqualTo(Gap.Cause.INTERFERENCE);
      assertThat(lost.time()).isEqualTo(kept.time());
    });
    events.all().clear();
    flood(50);
    drain();
    assertThat(tinies()).hasSize(50).allMatch(exec -> exec.name().isKnown());
    assertThat(events.of(Lost.class)).isEmpty();
  }

  @Test
  void drain_whereSomebodyKeepsInterfering_givesUp() {
    source.open(Checkpoint.NONE);
    assertThatThrownBy(() -> await().until(() -> {
      Files.writeString(instance.file("tracing_on"), "0");
      drain();
      return false;
    })).isInstanceOf(SourceException.class).hasMessageContaining("tracing_on")
        .hasMessageContaining("--trace-instance");
  }

  @Test
  void drain_afterSomebodyElseHasRead_tellsHowManyAreMissing() throws IOException {
    source.open(Checkpoint.NONE);
    drain();
    flood(50);
    long stolen = counted("read events");
    int pages = 0;
    for (int cpu = 0; pages == 0; cpu++) {
      try (InputStream thief = Files.newInputStream(instance.file("per_cpu/cpu" + cpu + "/trace_pipe_raw"))) {
        pages += counted("entries") > 0 ? thief.read(new byte[4096]) : 0;
      }
    }
    stolen = counted("read events") - stolen;
    awaitInterference();
    assertThat(events.of(Lost.class)).extracting(Lost::count).containsExactly(stolen);
  }

  @Test
  void release_ofAnInstanceInUse_isRefused() {
    source.open(Checkpoint.NONE);
    assertThatThrownBy(() -> TraceSource.release(instance.name(), instance.journals()))
        .isInstanceOf(SourceException.class).hasMessageContaining("in use");
    source.close();
    assertThat(TraceSource.release(instance.name(), instance.journals())).isTrue();
    assertThat(TraceSource.release(instance.name(), instance.journals())).isFalse();
    assertThat(instance.file("")).doesNotExist();
  }
}
