package io.taskhistory.collector.procconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.Requirements;
import io.taskhistory.collector.procfs.ProcFs;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.CoreDumped;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.collector.source.RecordedEvents.GidChanged;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import io.taskhistory.collector.source.RecordedEvents.Renamed;
import io.taskhistory.collector.source.RecordedEvents.SessionStarted;
import io.taskhistory.collector.source.RecordedEvents.Traced;
import io.taskhistory.collector.source.RecordedEvents.UidChanged;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcConnectorSourceTest {

  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final ProcConnectorSource source = new ProcConnectorSource();
  private final RecordedEvents events = new RecordedEvents();

  @TempDir
  private Path directory;

  @BeforeEach
  void listen() {
    Requirements.procConnector();
    source.open(Checkpoint.NONE);
  }

  @AfterEach
  void stop() {
    source.close();
  }

  private void drain() {
    source.drain(events, NO_LIMIT);
  }

  /** do_exit() in kernel/exit.c lets the parent know first and reports to the connector after that. */
  private void drainUntilEnded(int tid) {
    drainUntilEnded(tid, source, events);
  }

  static void drainUntilEnded(int tid, ProcConnectorSource source, RecordedEvents events) {
    await().until(() -> {
      source.drain(events, NO_LIMIT);
      return !events.of(Exited.class, tid).isEmpty();
    });
  }

  /** Whatever ends it, who follows it has to know that it was the source. */
  @Test
  void drain_ofASocketThatIsGone_isTheSourcesFailure() {
    source.close();
    assertThatThrownBy(this::drain).isInstanceOf(SourceException.class).hasMessageContaining("EBADF");
  }

  @Test
  void fork_ofProcess_tellsWhoIsAssumedToHaveCalled() {
    try (Child parent = Child.act("fork", "{", "pause", "}", "pause")) {
      int child = parent.said("fork")[0];
      drain();
      assertThat(events.of(Cloned.class, child)).singleElement()
          .satisfies(e -> assertThat(e).isEqualTo(new Cloned(e.time(), parent.pid(), true, child, child)));
    }
  }

  @Test
  void fork_ofSibling_isReportedAsTheParentsChild() {
    try (Child parent = Child.act("fork", "{", "sibling", "{", "pause", "}", "pause", "}", "pause")) {
      int middle = parent.said("fork")[0];
      int sibling = parent.said("fork")[0];
      drain();
      assertThat(events.of(Cloned.class, sibling)).extracting(Cloned::callerTid).containsExactly(parent.pid());
      assertThat(events.of(Cloned.class, middle)).extracting(Cloned::callerTid).containsExactly(parent.pid());
    }
  }

  @Test
  void fork_ofThread_hasNoCaller() {
    try (Child process = Child.act("thread", "{", "say", "thread", "pause", "}", "pause")) {
      int thread = process.said("thread")[1];
      drain();
      assertThat(events.of(Cloned.class, thread)).singleElement().satisfies(e -> assertThat(e)
          .isEqualTo(new Cloned(e.time(), TaskEvents.UNKNOWN_TID, true, thread, process.pid())));
    }
  }

  @Test
  void exec_andExit_comeInOrderWithTheStatusThatWaitGives() {
    long before = Clocks.monotonic();
    try (Child parent = Child.act(
        "fork", "{", "exec", Programs.actor().toString(), "again", "exit", "7", "}", "reap")) {
      int child = parent.said("fork")[0];
      int status = parent.said("reaped")[1];
      drainUntilEnded(child);
      assertThat(events.of(child)).extracting(event -> event.getClass().getSimpleName())
          .containsExactly("Cloned", "Execed", "Exited");
      assertThat(events.of(child)).extracting(Event::time).isSorted()
          .allSatisfy(time -> assertThat(time).isBetween(before, Clocks.monotonic()));
      Exited end = events.of(Exited.class, child).get(0);
      assertThat(end.waitStatus()).isEqualTo(status).isEqualTo(7 << 8);
      assertThat(end.tgid()).isEqualTo(child);
      assertThat(end.parentTgid()).isEqualTo(parent.pid());
    }
  }

  @Test
  void fork_withATidThatWasGivenBack_isAnotherTasks() {
    try (Child parent = Child.act("fork", "{", "}", "reap", "wait", "pause")) {
      int tid = parent.said("reaped")[0];
      drainUntilEnded(tid);
      try (Child other = Child.act("withtid", Integer.toString(tid), "{", "pause", "}", "pause")) {
        assertThat(other.said("fork")).containsExactly(tid);
        drain();
        assertThat(events.of(tid)).extracting(event -> event.getClass().getSimpleName())
            .containsExactly("Cloned", "Exited", "Cloned");
        assertThat(events.of(Cloned.class, tid)).extracting(Cloned::callerTid)
            .containsExactly(parent.pid(), other.pid());
      }
    }
  }

  /** The name changes, the image never runs. */
  @Test
  void exec_thatFailsPastThePointOfNoReturn_isAnExitOnly() throws IOException {
    Path broken = broken();
    try (Child parent = Child.act("fork", "{", "exec", broken.toString(), "x", "}", "pause")) {
      int child = parent.said("fork")[0];
      ProcFs proc = new ProcFs();
      TaskStat stat = new TaskStat();
      await().until(() -> proc.read(child, stat) && stat.isDead());
      drainUntilEnded(child);
      assertThat(events.of(Execed.class, child)).isEmpty();
      assertThat(events.of(Exited.class, child)).extracting(event -> event.waitStatus() & 0x7f)
          .containsExactly(11);
      assertThat(stat.comm).isEqualTo(RawText.of("broken"));
      assertThat(stat.isFinal()).isFalse();
    }
  }

  /** A program whose first segment is to be mapped where the kernel is: struct Elf64_Phdr, elf(5). */
  private Path broken() throws IOException {
    ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(Programs.tiny())).order(ByteOrder.nativeOrder());
    int header = (int) elf.getLong(32);
    while (elf.getInt(header) != 1) {
      header += elf.getShort(54);
    }
    elf.putLong(header + 16, 0xffff_8000_0000_0000L);
    Path broken = Files.write(directory.resolve("broken"), elf.array());
    return Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwx------"));
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
  void exec_byThread_isTheLeadersAndItsOwnExitNeverComes() {
    try (Child process = Child.act(
        "thread", "{", "say", "thread", "wait",
        "exec", Programs.actor().toString(), "again", "say", "again", "pause", "}", "join")) {
      int thread = process.said("thread")[1];
      drain();
      events.all().clear();
      process.go();
      assertThat(process.said("again")).startsWith(process.pid(), process.pid());
      drain();
      assertThat(events.of(process.pid())).extracting(event -> event.getClass().getSimpleName())
          .containsExactly("Exited", "Execed");
      assertThat(events.of(thread)).isEmpty();
    }
  }

  @Test
  void exit_bySignal_tellsItAndTheCoreDump() {
    try (Child parent = Child.act("fork", "{", "kill", "6", "}", "reap", "fork", "{", "kill", "9", "}", "reap")) {
      int aborted = parent.said("fork")[0];
      int abortStatus = parent.said("reaped")[1];
      int killed = parent.said("fork")[0];
      int killStatus = parent.said("reaped")[1];
      drainUntilEnded(aborted);
      drainUntilEnded(killed);
      assertThat(events.of(CoreDumped.class, aborted)).hasSize(1);
      assertThat(events.of(CoreDumped.class, killed)).isEmpty();
      assertThat(events.of(Exited.class, aborted)).extracting(Exited::waitStatus).containsExactly(abortStatus);
      assertThat(events.of(Exited.class, killed)).extracting(Exited::waitStatus).containsExactly(killStatus)
          .containsExactly(9);
    }
  }

  @Test
  void rename_withHostileBytes_isPassedOnAsItIs() {
    try (Child child = Child.act("name", "a)\\012b \\377=>'\"", "name", "0123456789abcdefg", "say", "named", "pause")) {
      child.said("named");
      drain();
      assertThat(events.of(Renamed.class, child.pid())).extracting(Renamed::name).containsExactly(
          RawText.of(new byte[] {'a', ')', '\n', 'b', ' ', (byte) 0xff, '=', '>', '\'', '"'}),
          RawText.of("0123456789abcde"));
    }
  }

  @Test
  void identity_changed_isPassedOn() {
    try (Child child = Child.act(
        "fork", "{", "setsid", "setgid", "65533", "setuid", "65534", "say", "changed", "pause", "}", "pause")) {
      int pid = child.said("changed")[0];
      drain();
      assertThat(events.of(SessionStarted.class, pid)).hasSize(1);
      assertThat(events.of(GidChanged.class, pid)).singleElement()
          .satisfies(e -> assertThat(e).isEqualTo(new GidChanged(e.time(), pid, 65533, 65533)));
      assertThat(events.of(UidChanged.class, pid)).singleElement()
          .satisfies(e -> assertThat(e).isEqualTo(new UidChanged(e.time(), pid, 65534, 65534)));
    }
  }

  @Test
  void trace_attachedAndDetached_isPassedOn() {
    try (Child parent = Child.act("fork", "{", "pause", "}", "trace", "pause")) {
      int child = parent.said("traced")[0];
      drain();
      assertThat(events.of(Traced.class, child)).extracting(Traced::tracerTid).containsExactly(parent.pid(), 0);
    }
  }

  @Test
  void drain_withMost_staysWhereItWasUntilTheSocketIsEmpty() {
    drain();
    long start = source.drain(events, NO_LIMIT);
    flood(100);
    assertThat(source.drain(events, 10)).isEqualTo(start);
    long before = Clocks.monotonic();
    assertThat(source.drain(events, NO_LIMIT)).isGreaterThanOrEqualTo(before);
    assertThat(source.stats().events()).isEqualTo(events.all().size());
  }

  @Test
  void flood_withTheDefaultBuffer_losesNothing() {
    int count = 4000;
    flood(count);
    drain();
    assertThat(events.of(Lost.class)).isEmpty();
    assertThat(events.of(Execed.class)).hasSizeGreaterThanOrEqualTo(count);
    assertThat(source.stats()).satisfies(stats -> {
      assertThat(stats.lost()).isZero();
      assertThat(stats.buffer()).isEqualTo(ProcConnectorSource.DEFAULT_BUFFER);
    });
    assertThat(source.skipped()).isZero();
  }

  static void flood(int count) {
    try (Child flood = Child.run(Programs.flood(), Integer.toString(count), "2", Programs.tiny().toString())) {
      flood.await();
    }
  }

  @Test
  void wakeUp_beforeOrDuringAwait_endsIt() throws InterruptedException {
    drain();
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
