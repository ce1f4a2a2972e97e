package io.taskhistory.api.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTextTest {

  private static final String HEAD = "            bash-15725   [001] ..... 12151.955128: ";

  private static List<TraceEvent> read(String text) {
    TraceText reader = new TraceText();
    List<TraceEvent> events = text.lines().map(reader::take).flatMap(Optional::stream).toList();
    reader.end();
    return events;
  }

  @Test
  void lines_asTheKernelWritesThem_areRead() {
    long time = 12_151_955_128_000L;
    assertThat(read("# tracer: nop\n#\n"
        + HEAD + "task_newtask: pid=15732 comm=bash clone_flags=1210000 oom_score_adj=0\n"
        + HEAD + "sched_process_fork: comm=bash pid=15725 child_comm=bash child_pid=15732\n"
        + "           <...>-15732   [001] ....1 12151.955128: task_rename: pid=15732 oldcomm=bash newcomm=two w"
        + " oom_score_adj=-1000\n"
        + HEAD + "sched_process_exec: filename=/a b pid=15725 old_pid=15732\n"
        + HEAD + "sched_process_exit: comm=cat pid=15725 prio=120 group_dead=true\n"
        + HEAD + "sched_process_exit: comm=cat pid=15725 prio=-1")).containsExactly(
            new TraceEvent.Cloned(time, 15725, 15732, 0x1210000), new TraceEvent.Forked(time, 15725, 15732),
            new TraceEvent.Renamed(time, 15732, 15732, "two w"), new TraceEvent.Execed(time, 15725, 15725, 15732),
            new TraceEvent.Exited(time, 15725, 15725), new TraceEvent.Exited(time, 15725, 15725));
  }

  @Test
  void name_withNewLines_isReadWhole() {
    assertThat(read(HEAD + "task_rename: pid=1 oldcomm=a\n\n# newcomm=b\nc oom_score_adj=0\n"))
        .containsExactly(new TraceEvent.Renamed(12_151_955_128_000L, 15725, 1, "b\nc"));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "CPU:1 [LOST 12 EVENTS]",
      HEAD + "sched_switch: prev_comm=bash",
      HEAD + "task_newtask: pid=15732 comm=a-name-that-is-too-long clone_flags=0 oom_score_adj=0",
      HEAD + "task_newtask: pid=15732 comm=bash clone_flags=0"})
  void line_thatIsNotUnderstood_isRefused(String line) {
    assertThatThrownBy(() -> read(line)).isInstanceOf(IllegalStateException.class);
  }
}
