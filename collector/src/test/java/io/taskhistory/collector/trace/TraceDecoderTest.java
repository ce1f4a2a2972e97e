package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.collector.source.RecordedEvents.OomVictim;
import io.taskhistory.collector.source.RecordedEvents.Renamed;
import io.taskhistory.collector.source.RecordedEvents.Signalled;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Formats of other kernels than the one that runs; those of that one are for {@link TraceSourceTest}. */
class TraceDecoderTest {

  private static final RawText NAME = RawText.of("name");
  private static final int THREAD = 0x10000;

  private final Map<Tracepoint, EventFormat> formats = Pages.oldFormats();
  private final RecordedEvents events = new RecordedEvents();

  private void decode(Pages pages) {
    assertThat(pages.decode(new TraceDecoder(formats), events)).isTrue();
  }

  private static void comm(ByteBuffer data, int at, String comm) {
    data.put(at, comm.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] newtask(int caller, int child, long flags) {
    ByteBuffer data = Pages.data(44, 101, caller).putInt(8, child).putLong(32, flags);
    comm(data, 12, "name");
    return data.array();
  }

  private static byte[] rename(int current, int tid, String name) {
    ByteBuffer data = Pages.data(44, 102, current).putInt(8, tid);
    comm(data, 28, name);
    return data.array();
  }

  private static byte[] fork(int parent, int child) {
    return Pages.data(48, 103, parent).putInt(24, parent).putInt(44, child).array();
  }

  private static byte[] exec(int tid, int oldTid, String path) {
    ByteBuffer data = Pages.data(20 + path.length() + 1, 104, tid).putInt(8, path.length() + 1 << 16 | 20)
        .putInt(12, tid).putInt(16, oldTid);
    comm(data, 20, path);
    return data.array();
  }

  private static byte[] exit(int tid) {
    return Pages.data(32, 105, tid).putInt(24, tid).array();
  }

  /** A page of some events of each kind. */
  static Pages sample(Random random) {
    Pages pages = new Pages(random.nextLong());
    for (int i = 0; i < 8; i++) {
      int tid = 1 + random.nextInt(5);
      pages.event(random.nextInt(100), newtask(1, tid, random.nextInt())).event(1, fork(1, tid))
          .event(3, rename(tid, tid, "sh")).event(4, exec(tid, tid, "/bin/sh")).event(5, exit(tid));
    }
    return pages;
  }

  @Test
  void newtask_ofProcessAndThread_isACloneAndForkTellsItOnceMore() {
    decode(new Pages(100).event(0, newtask(7, 8, 0x11)).event(1, fork(7, 8))
        .event(1, newtask(7, 9, THREAD)).event(1, fork(7, 9)));
    assertThat(events.all()).containsExactly(new Cloned(100, 7, false, 8, 8, 0x11, NAME),
        new Cloned(102, 7, false, 9, TaskEvents.UNKNOWN_TID, THREAD, NAME));
  }

  @Test
  void fork_withoutNewtask_isACloneOfWhichLittleIsKnown() {
    decode(new Pages(100).event(0, fork(7, 8)).event(1, newtask(7, 9, 0)).event(1, exit(9)).event(1, fork(7, 9)));
    assertThat(events.of(Cloned.class, 8)).containsExactly(
        new Cloned(100, 7, false, 8, TaskEvents.UNKNOWN_TID, TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN));
    assertThat(events.of(9)).hasSize(3);
  }

  @Test
  void newtask_ofAnIdleTask_isNothing() {
    decode(new Pages(100).event(0, newtask(1, 0, 0)).event(0, fork(1, 0)));
    assertThat(events.all()).isEmpty();
  }

  private List<RawText> namesOf(Pages pages) {
    decode(pages);
    return events.of(Execed.class).stream().map(Execed::name).toList();
  }

  /** Of a file given as a descriptor the path does not tell the name. */
  @Test
  void exec_byDescriptor_takesTheNameOfTheLastRenameOnce() {
    decode(new Pages(0).event(1, rename(5, 5, "first")).event(1, rename(6, 5, "second"))
        .event(1, exec(5, 6, "/dev/fd/3")).event(1, exec(5, 5, "/dev/fd/4")).event(1, rename(5, 5, "third"))
        .event(1, exit(5)).event(1, exec(5, 5, "/dev/fd/5")));
    assertThat(events.of(Execed.class)).containsExactly(
        new Execed(3, 5, 6, RawText.of("second"), RawText.of("/dev/fd/3")),
        new Execed(4, 5, 5, RawText.UNKNOWN, RawText.of("/dev/fd/4")),
        new Execed(7, 5, 5, RawText.UNKNOWN, RawText.of("/dev/fd/5")));
    assertThat(events.of(Renamed.class, 5)).hasSize(3);
    assertThat(events.of(Exited.class)).containsExactly(
        new Exited(6, 5, TaskEvents.UNKNOWN_TID, Ending.UNKNOWN_STATUS, TaskEvents.UNKNOWN_TID));
  }

  @Test
  void exec_afterALoss_hasTheNameThatItsPathTells() {
    TraceDecoder decoder = new TraceDecoder(formats);
    new Pages(0).event(1, newtask(1, 5, 0)).event(1, rename(5, 5, "first")).event(1, rename(6, 6, "sixth"))
        .decode(decoder, events);
    new Losses(decoder.inFlight()).tell(events, 2, 4, 1, Gap.Cause.OVERFLOW);
    new Pages(3).event(0, rename(6, 6, "early")).event(1, exec(5, 5, "/bin/first")).event(1, fork(1, 5))
        .event(1, exec(6, 6, "/dev/fd/3")).decode(decoder, events);
    assertThat(events.of(Execed.class)).extracting(Execed::name)
        .containsExactly(RawText.of("first"), RawText.UNKNOWN);
    assertThat(events.of(Cloned.class)).hasSize(1);
  }

  @Test
  void exec_whoseRenameIsMissing_hasTheNameThatItsPathTells() {
    assertThat(namesOf(new Pages(0).event(1, exec(5, 5, "/bin/sh")).event(1, exec(5, 5, "relative"))
        .event(1, exec(5, 5, "./a/sixteen-letters!")).event(1, exec(5, 5, "/dev/fd/3/in/there"))
        .event(1, exec(5, 5, "/dev/fdx")).event(1, exec(5, 5, "/proc/self/fd/3")).event(1, exec(5, 5, "/?"))))
        .containsExactly(RawText.of("sh"), RawText.of("relative"), RawText.of("sixteen-letters"),
            RawText.of("there"), RawText.of("fdx"), RawText.of("3"), RawText.of("?"));
  }

  @Test
  void exec_whosePathTellsNothing_hasTheNameOfTheRename() {
    assertThat(namesOf(new Pages(0).event(1, rename(5, 5, "one")).event(1, exec(5, 5, "/dev/fd/3"))
        .event(1, rename(5, 5, "two")).event(1, exec(5, 5, "")).event(1, exec(5, 5, "")).event(1, exec(5, 5, "/a/"))))
        .containsExactly(RawText.of("one"), RawText.of("two"), RawText.UNKNOWN, RawText.UNKNOWN);
  }

  /** Recording was off and on again, which nothing shows; its own rename was not recorded. */
  @Test
  void exec_whoseRenameIsAnEarlierOne_hasNotThatName() {
    assertThat(namesOf(new Pages(0).event(1, rename(5, 5, "worker-1")).event(9, exec(5, 5, "/bin/sh"))
        .event(1, rename(5, 5, "sh-but-longer")).event(1, exec(5, 5, "/bin/sh"))))
        .containsExactly(RawText.UNKNOWN, RawText.UNKNOWN);
  }

  @Test
  void rename_withoutAPid_isTheCurrentTasks() {
    Pages.add(formats, Tracepoint.RENAME, 102, "char oldcomm[16];\toffset:8;\tsize:16;\tsigned:0",
        "char newcomm[16];\toffset:24;\tsize:16;\tsigned:0");
    ByteBuffer data = Pages.data(44, 102, 5);
    comm(data, 24, "abcdefghijklmnop"); // without a NUL
    decode(new Pages(0).event(1, data.array()));
    assertThat(events.all()).containsExactly(new Renamed(1, 5, RawText.of("abcdefghijklmnop")));
  }

  @Test
  void newtask_withFlagsOfFourBytes_readsThem() {
    Pages.add(formats, Tracepoint.NEWTASK, 101, "pid_t pid;\toffset:8;\tsize:4;\tsigned:1",
        "char comm[16];\toffset:12;\tsize:16;\tsigned:1", "unsigned int clone_flags;\toffset:28;\tsize:4;\tsigned:0");
    decode(new Pages(0).event(1, Pages.data(32, 101, 1).putInt(8, 2).putInt(28, 0x8000_0011).array()));
    assertThat(events.of(Cloned.class)).extracting(Cloned::flags).containsExactly(0x8000_0011L);
  }

  @Test
  void exec_withARelativeLocation_readsIt() {
    Pages.add(formats, Tracepoint.EXEC, 104, "__rel_loc char[] filename;\toffset:8;\tsize:4;\tsigned:1",
        "pid_t pid;\toffset:12;\tsize:4;\tsigned:1", "pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1");
    ByteBuffer data = ByteBuffer.wrap(exec(5, 5, "/x")).order(ByteOrder.nativeOrder());
    decode(new Pages(0).event(1, data.putInt(8, 3 << 16 | 8).array()));
    assertThat(events.of(Execed.class)).extracting(Execed::filename).containsExactly(RawText.of("/x"));
  }

  @Test
  void signal_inAnInterrupt_saysSo() {
    for (int flag : new int[] {0x08, 0x10, 0x40, 0x01}) {
      ByteBuffer data = Pages.data(48, 106, 5).put(2, (byte) flag).putInt(8, 9).putInt(16, -6).putInt(36, 7)
          .putInt(40, 1);
      decode(new Pages(0).event(1, data.array()));
    }
    assertThat(events.of(Signalled.class)).containsExactly(new Signalled(1, 5, 7, 9, -6, true, true),
        new Signalled(1, 5, 7, 9, -6, true, true), new Signalled(1, 5, 7, 9, -6, true, true),
        new Signalled(1, 5, 7, 9, -6, true, false));
  }

  @Test
  void victim_isPassedOn() {
    Pages.add(formats, Tracepoint.VICTIM, 107, "int pid;\toffset:8;\tsize:4;\tsigned:1");
    decode(new Pages(0).event(1, Pages.data(12, 107, 5).putInt(8, 77).array()));
    assertThat(events.all()).containsExactly(new OomVictim(1, 77));
  }

  @Test
  void event_tooShortOrOfAnotherKind_isNotMadeUp() {
    TraceDecoder decoder = new TraceDecoder(formats);
    assertThat(new Pages(0).event(1, Pages.data(8, 104, 5).array()).decode(decoder, events)).isFalse();
    assertThat(new Pages(0).event(1, Pages.data(8, 999, 5).array()).decode(decoder, events)).isTrue();
    byte[] beyond = exec(5, 5, "/x");
    beyond[10] = (byte) 200;
    assertThat(new Pages(0).event(1, beyond).decode(decoder, events)).isTrue();
    assertThat(events.all()).extracting(Event::getClass).isEqualTo(List.of(Execed.class));
    assertThat(events.of(Execed.class)).extracting(Execed::filename).containsExactly(RawText.UNKNOWN);
  }

  @Test
  void formats_thatLackSomething_areRefused() {
    for (Tracepoint missing : new Tracepoint[] {Tracepoint.NEWTASK, Tracepoint.EXEC, Tracepoint.EXIT}) {
      Map<Tracepoint, EventFormat> some = Pages.oldFormats();
      some.remove(missing);
      assertThatThrownBy(() -> new TraceDecoder(some)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(missing.event);
    }
    Pages.add(formats, Tracepoint.EXIT, 105, "int tid;\toffset:8;\tsize:4;\tsigned:1");
    assertThatThrownBy(() -> new TraceDecoder(formats)).hasMessageContaining("no field pid");
    assertThatThrownBy(() -> EventFormat.parse("x", "name: x\nID: 70000\n")).hasMessageContaining("ID");
    assertThatThrownBy(() -> EventFormat.parse("x", "")).hasMessageContaining("ID");
  }
}
