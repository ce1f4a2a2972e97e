package io.taskhistory.collector.procconnector;

import static io.taskhistory.collector.procconnector.ProcConnectorSourceTest.drainUntilEnded;
import static io.taskhistory.collector.procconnector.ProcConnectorSourceTest.flood;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.linux.Requirements;
import io.taskhistory.collector.linux.SystemFacts;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.CoreDumped;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.collector.source.RecordedEvents.GidChanged;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import io.taskhistory.collector.source.RecordedEvents.Renamed;
import io.taskhistory.collector.source.RecordedEvents.SessionStarted;
import io.taskhistory.collector.source.RecordedEvents.Traced;
import io.taskhistory.collector.source.RecordedEvents.UidChanged;
import io.taskhistory.collector.source.TaskEvents;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connector as the source of what a trace lacks. */
class ProcConnectorBesideTraceTest {

  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final RecordedEvents events = new RecordedEvents();

  @BeforeEach
  void require() {
    Requirements.procConnector();
  }

  private static void requireFilter() {
    assumeThat(SystemFacts.isLinux(6, 6)).as("Linux 6.6 or later filters what the connector reports").isTrue();
  }

  private ProcConnectorSource open(ProcConnectorSource source) {
    source.open(Checkpoint.NONE);
    source.drain(events, NO_LIMIT); // what came before the filter was in place
    events.all().clear();
    return source;
  }

  @Test
  void exit_withFilter_isReportedUnlessItsCodeIsZero() {
    requireFilter();
    try (ProcConnectorSource source = open(ProcConnectorSource.besideTrace());
        Child parent = Child.act("fork", "{", "exit", "0", "}", "reap", "fork", "{", "exit", "3", "}", "reap")) {
      int zero = parent.said("reaped")[0];
      int three = parent.said("reaped")[0];
      drainUntilEnded(three, source, events);
      assertThat(source.isFiltered()).isTrue();
      assertThat(events.of(zero)).isEmpty();
      assertThat(events.of(three)).singleElement().satisfies(e -> assertThat(e)
          .isEqualTo(new Exited(e.time(), three, three, 3 << 8, parent.pid())));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everythingThatATraceLacks_filteredOrNot_isPassedOnAndTheRestIsNot(boolean mayFilter) {
    try (ProcConnectorSource source = open(
            new ProcConnectorSource(ProcConnectorSource.DEFAULT_BUFFER, true, mayFilter && SystemFacts.isLinux(6, 6)));
        Child parent = Child.act("fork", "{", "setsid", "setgid", "65533", "setuid", "65534", "name", "other", "say",
            "changed", "wait", "kill", "6", "}", "trace", "reap")) {
      int child = changedAndTraced(parent);
      parent.go();
      int status = parent.said("reaped")[1];
      drainUntilEnded(child, source, events);
      assertThat(events.of(SessionStarted.class, child)).hasSize(1);
      assertThat(events.of(GidChanged.class, child)).hasSize(1);
      assertThat(events.of(UidChanged.class, child)).hasSize(1);
      assertThat(events.of(Traced.class, child)).extracting(Traced::tracerTid).containsExactly(parent.pid(), 0);
      assertThat(events.of(CoreDumped.class, child)).hasSize(1);
      assertThat(events.of(Exited.class, child)).extracting(Exited::waitStatus).containsExactly(status);
      assertThat(events.of(Cloned.class)).isEmpty();
      assertThat(events.of(Execed.class)).isEmpty();
      assertThat(events.of(Renamed.class)).isEmpty();
      assertThat(source.skipped()).isZero();
    }
  }

  /** Two processes say it, in any order. */
  private static int changedAndTraced(Child parent) {
    String lines = "";
    while (!lines.contains("changed ") || !lines.contains("traced ")) {
      lines += parent.line() + "\n";
    }
    return Integer.parseInt(lines.replaceFirst("(?s).*traced (\\d+)\n.*", "$1"));
  }

  @Test
  void open_whereTheKernelMayNotFilter_tellsEveryExit() {
    try (ProcConnectorSource source = open(new ProcConnectorSource(ProcConnectorSource.DEFAULT_BUFFER, true, false));
        Child parent = Child.act("fork", "{", "exit", "0", "}", "reap")) {
      int zero = parent.said("reaped")[0];
      drainUntilEnded(zero, source, events);
      assertThat(source.isFiltered()).isFalse();
      assertThat(events.of(Exited.class, zero)).extracting(Exited::waitStatus).containsExactly(0);
    }
  }

  /** What the filter keeps from us has numbers too, and a kernel that finds nobody to send to must not stop sending. */
  @Test
  void flood_withFilter_neitherFillsTheBufferNorCountsAsALoss() {
    requireFilter();
    try (ProcConnectorSource source = open(ProcConnectorSource.besideTrace(64 << 10))) {
      flood(2000);
      int three = exitWithThree();
      drainUntilEnded(three, source, events);
      assertThat(events.of(Lost.class)).isEmpty();
      assertThat(source.stats()).satisfies(stats -> {
        assertThat(stats.lost()).isZero();
        assertThat(stats.events()).isLessThan(2000);
      });
    }
  }

  @Test
  void flood_ofExitsThatAreReported_tellsThatSomeAreLost() {
    requireFilter();
    try (ProcConnectorSource source = open(ProcConnectorSource.besideTrace(8 << 10));
        Child shell = Child.run(Path.of("/bin/sh"), "-c",
            "i=0; while [ $i -lt 100 ]; do (exit 3); i=$((i+1)); done")) {
      shell.await();
      source.drain(events, NO_LIMIT);
      assertThat(events.of(Lost.class)).isNotEmpty().allSatisfy(lost -> {
        assertThat(lost.tid()).isEqualTo(TaskEvents.UNKNOWN_TID);
        assertThat(lost.to()).isGreaterThanOrEqualTo(lost.time());
      });
      assertThat(events.of(Exited.class)).hasSizeLessThan(100);
      assertThat(source.stats().lost()).isPositive();
    }
  }

  private static int exitWithThree() {
    try (Child child = Child.act("exit", "3")) {
      child.await();
      return child.pid();
    }
  }
}
