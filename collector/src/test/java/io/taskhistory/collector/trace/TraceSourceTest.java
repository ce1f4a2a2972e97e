package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.taskhistory.collector.source.RecordedEvents.Renamed;
import io.taskhistory.collector.source.RecordedEvents.Signalled;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceSourceTest {

  private static final int NO_LIMIT = Integer.MAX_VALUE;
  private static final long BUFFER = 4 << 20;
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x10000;

  private final TestInstance instance = new TestInstance();
  private final TraceSource source = new TraceSource(instance.settings(BUFFER));
  private final RecordedEvents events = new RecordedEvents();
  private long opened;

  @TempDir
  private Path directory;

  @BeforeEach
  void listen() {
    opened = source.open(Checkpoint.NONE);
  }

  @AfterEach
  void stop() {
    source.close();
    instance.close();
  }

  private void drain() {
    source.drain(events, NO_LIMIT);
    source.kept(source.position());
  }

  private List<String> kindsOf(int tid) {
    return events.of(tid).stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  @Test
  void fork_ofProcess_tellsWhoCalled() {
    try (Child parent = Child.act("fork", "{", "pause", "}", "pause")) {
      int child = parent.said("fork")[0];
      drain();
      assertThat(events.of(Cloned.class, child)).singleElement().satisfies(e -> assertThat(e)
          .isEqualTo(new Cloned(e.time(), parent.pid(), false, child, child, e.flags(), RawText.of(
              Programs.actor().getFileName().toString().substring(0, 15)))));
    }
  }

  @Test
  void fork_ofSibling_isItsCallers() {
    try (Child parent = Child.act("fork", "{", "sibling", "{", "pause", "}", "pause", "}", "pause")) {
      List<Integer> children = List.of(parent.said("fork")[0], parent.said("fork")[0]);
      drain();
      Cloned sibling = events.of(Cloned.class).stream()
          .filter(e -> (e.flags() & CLONE_PARENT) != 0 && (e.flags() & CLONE_THREAD) == 0).findAny().orElseThrow();
      assertThat(children).contains(sibling.tid(), sibling.callerTid());
      assertThat(events.of(Cloned.class, sibling.callerTid())).extracting(Cloned::callerTid)
          .containsExactly(parent.pid());
    }
  }

  @Test
  void fork_ofThread_leavesItsProcessToTheCallers() {
    try (Child process = Child.act("thread", "{", "say", "thread", "pause", "}", "pause")) {
      int thread = process.said("thread")[1];
      drain();
      assertThat(events.of(Cloned.class, thread)).singleElement().satisfies(e -> {
        assertThat(e.callerTid()).isEqualTo(process.pid());
        assertThat(e.tgid()).isEqualTo(TaskEvents.UNKNOWN_TID);
        assertThat(e.flags() & CLONE_THREAD).isNotZero();
      });
    }
  }

  @Test
  void exec_andExit_comeInOrderWithTheirName() {
    try (Child parent = Child.act(
        "fork", "{", "exec", Programs.tiny().toString(), "again", "}", "reap")) {
      int child = parent.said("fork")[0];
      parent.said("reaped");
      drain();
      assertThat(kindsOf(child)).containsExactly("Cloned", "Renamed", "Execed", "Exited");
      assertThat(events.of(child)).extracting(Event::time).isSorted()
          .allSatisfy(time -> assertThat(time).isBetween(opened, Clocks.monotonic()));
      RawText name = RawText.of(Programs.tiny().getFileName().toString().substring(0, 15));
      Execed exec = events.of(Execed.class, child).get(0);
      assertThat(exec).isEqualTo(
          new Execed(exec.time(), child, child, name, RawText.of(Programs.tiny().toString())));
      Exited exit = events.of(Exited.class, child).get(0);
      assertThat(exit).isEqualTo(new Exited(
          exit.time(), child, TaskEvents.UNKNOWN_TID, Ending.UNKNOWN_STATUS, TaskEvents.UNKNOWN_TID));
    }
  }

  @Test
  void exec_thatFails_isNotReported() {
    try (Child child = Child.act("wait", "try", "/nonexistent", "pause")) {
      drain();
      int execs = events.of(Execed.class, child.pid()).size();
      child.go();
      child.said("failed");
      drain();
      assertThat(events.of(Execed.class, child.pid())).hasSize(execs);
    }
  }

  @Test
  void exec_byThread_tellsItsOldTid() {
    try (Child process = Child.act(
        "thread", "{", "say", "thread", "wait",
        "exec", Programs.actor().toString(), "again", "say", "again", "pause", "}", "join")) {
      int thread = process.said("thread")[1];
      drain();
      events.all().clear();
      process.go();
      process.said("again");
      drain();
      assertThat(kindsOf(process.pid())).containsExactly("Exited", "Renamed", "Execed");
      assertThat(events.of(Execed.class)).extracting(Execed::oldTid).contains(thread);
      assertThat(events.of(thread)).isEmpty();
    }
  }

  @Test
  void exec_ofAPathWithHostileBytes_isPassedOnAsItIs() throws IOException {
    execOf(directory.resolve("x\n\t\"\\ =>" + "\u00e4"));
  }

  @Test
  void exec_ofALongPath_isPassedOnWhole() throws IOException {
    int length = 4050; // the longest that the kernel records
    Path deep = directory;
    for (int left = length - 100; left > deep.toString().length() + 1; ) {
      deep = deep.resolve("d".repeat(Math.min(200, left - deep.toString().length() - 1)));
    }
    Path longest = deep.resolve("x".repeat(length - 1 - deep.toString().length()));
    assertThat(longest.toString()).hasSize(length);
    execOf(longest);
  }

  private void execOf(Path program) throws IOException {
    Files.createDirectories(program.getParent());
    Files.copy(Programs.tiny(), program, StandardCopyOption.COPY_ATTRIBUTES);
    try (Child child = Child.run(program)) {
      child.await();
      drain();
      List<Execed> execs = events.of(Execed.class, child.pid());
      Execed exec = execs.get(execs.size() - 1);
      assertThat(exec.filename()).isEqualTo(RawText.of(program.toString()));
      String name = program.getFileName().toString();
      assertThat(exec.name()).isEqualTo(RawText.of(name.substring(0, Math.min(15, name.length()))));
    }
  }

  @Test
  void rename_withHostileBytes_isPassedOnAsItIs() {
    try (Child child = Child.act("name", "a)\\012b \\377=>'\"", "name", "0123456789abcdefg", "say", "named", "pause")) {
      child.said("named");
      drain();
      List<RawText> names = events.of(Renamed.class, child.pid()).stream().map(Renamed::name).toList();
      assertThat(names.subList(names.size() - 2, names.size())).containsExactly(
          RawText.of(new byte[] {'a', ')', '\n', 'b', ' ', (byte) 0xff, '=', '>', '\'', '"'}),
          RawText.of("0123456789abcde"));
    }
  }

  @Test
  void kill_tellsWhoSentWhat() {
    try (Child child = Child.act("fork", "{", "kill", "9", "}", "reap")) {
      int killed = child.said("fork")[0];
      child.said("reaped");
      drain();
      assertThat(events.of(Signalled.class, killed)).singleElement().satisfies(e -> {
        assertThat(e.senderTid()).isEqualTo(killed);
        assertThat(e.signal()).isEqualTo(9);
        assertThat(e.inInterrupt()).isFalse();
      });
      assertThat(events.of(Signalled.class)).extracting(Signalled::signal).doesNotContain(17);
    }
  }

  @Test
  void flood_losesNothingAndKnowsEveryName() {
    int count = 4000;
    try (Child flood = Child.run(Programs.flood(), Integer.toString(count), "2", Programs.tiny().toString())) {
      flood.await();
    }
    drain();
    assertThat(events.of(Lost.class)).isEmpty();
    RawText tiny = RawText.of(Programs.tiny().toString());
    assertThat(events.of(Execed.class).stream().filter(exec -> exec.filename().equals(tiny)))
        .hasSize(count).allMatch(exec -> exec.name().isKnown());
    Map<Integer, Long> latest = new HashMap<>();
    for (Event event : events.all()) {
      assertThat(event.time()).as("%s", event).isGreaterThanOrEqualTo(latest.getOrDefault(event.tid(), 0L));
      latest.put(event.tid(), event.time());
    }
    assertThat(source.stats().lost()).isZero();
    assertThat(source.stats().events()).isPositive();
  }

  @Test
  void drain_withMost_staysWhereItWasUntilAllIsPassedOn() {
    drain();
    long start = source.drain(events, NO_LIMIT);
    try (Child flood = Child.run(Programs.flood(), "100", "2", Programs.tiny().toString())) {
      flood.await();
    }
    assertThat(source.drain(events, 10)).isEqualTo(start);
    long before = Clocks.monotonic();
    assertThat(source.drain(events, NO_LIMIT)).isGreaterThanOrEqualTo(before);
  }

  @Test
  void open_ofAnInstanceInUse_isRefused() {
    TraceSource other = new TraceSource(instance.settings(BUFFER));
    assertThatThrownBy(() -> other.open(Checkpoint.NONE)).isInstanceOf(SourceException.class)
        .hasMessageContaining(Long.toString(ProcessHandle.current().pid())).hasMessageContaining("--trace-instance");
  }

  @Test
  void wakeUp_beforeOrDuringAwait_endsIt() throws InterruptedException {
    source.wakeUp();
    source.await(Long.MAX_VALUE);
    Thread other = new Thread(source::wakeUp);
    other.start();
    source.await(Long.MAX_VALUE);
    other.join();
  }

  @Test
  void close_twice_isHarmless() {
    source.close();
    source.close();
    source.wakeUp();
  }
}
