package io.taskhistory.collector.auditlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.masking.Mask;
import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReassemblerTest {

  private final List<AuditEvent> events = new ArrayList<>();
  private final Reassembler reassembler = new Reassembler(Mask.DEFAULT, events::add);
  private final AuditRecord record = new AuditRecord();

  private void add(String... lines) {
    for (String line : lines) {
      byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(record.parse(bytes, 0, bytes.length)).as(line).isTrue();
      reassembler.add(record);
    }
  }

  private static String[] exec(long serial, int pid, String comm) {
    String id = " msg=audit(1700000000.004:" + serial + "): ";
    return new String[] {
        "type=SYSCALL" + id + "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 items=2 ppid=7 pid=" + pid
            + " auid=1000 uid=1 gid=2 euid=3 suid=3 fsuid=3 egid=4 sgid=4 fsgid=4 tty=pts0 ses=9 comm=\"" + comm
            + "\" exe=\"/usr/bin/dash\" key=\"taskhistory\"",
        "type=EXECVE" + id + "argc=3 a0=\"sh\" a1=2D6320 a2=\"\"",
        "type=CWD" + id + "cwd=\"/home/me\"",
        "type=PATH" + id + "item=0 name=\"./tool\" inode=5",
        "type=PATH" + id + "item=1 name=\"/lib64/ld-linux-x86-64.so.2\" inode=6",
        "type=PROCTITLE" + id + "proctitle=7368002D6320",
        "type=EOE" + id};
  }

  private void assertIsExec(AuditEvent event, long serial, int pid, String comm) {
    assertThat(event.isWhole()).isTrue();
    assertThat(event.serial()).isEqualTo(serial);
    assertThat(event.stamp()).isEqualTo(1700000000_004_000_000L);
    assertThat(event.pid()).isEqualTo(pid);
    assertThat(event.argv()).containsExactly(RawText.of("sh"), RawText.of("-c "), RawText.EMPTY);
    assertThat(event.argvTruncated()).isFalse();
    assertThat(event.cwd()).isEqualTo(RawText.of("/home/me"));
    assertThat(event.program()).isEqualTo(RawText.of("/home/me/tool"));
    SyscallFacts call = event.call();
    assertThat(call).isNotNull();
    assertThat(call.call()).isEqualTo(Syscalls.Call.EXECVE);
    assertThat(call.success()).isTrue();
    assertThat(call.comm()).isEqualTo(RawText.of(comm));
    assertThat(call.ppid()).isEqualTo(7);
    assertThat(List.of(call.auid(), call.uid(), call.gid(), call.euid(), call.egid(), call.ses()))
        .containsExactly(1000L, 1L, 2L, 3L, 4L, 9L);
    assertThat(call.tty()).isEqualTo(RawText.of("pts0"));
  }

  @Test
  void event_inOrder_isPassedOnAtItsEnd() {
    String[] lines = exec(5, 40, "tool");
    add(Arrays.copyOf(lines, 5));
    assertThat(events).isEmpty();
    add(lines[5]);
    assertThat(events).hasSize(1);
    assertIsExec(events.get(0), 5, 40, "tool");
    add(lines[6]);
    reassembler.end();
    assertThat(events).hasSize(1);
    assertThat(reassembler.late()).isZero();
  }

  /** In any order, mixed with others. */
  @Test
  void events_shuffled() {
    for (int seed = 0; seed < 300; seed++) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        lines.addAll(List.of(exec(i, 100 + i, "c" + i)).subList(0, seed % 2 == 0 ? 7 : 6));
      }
      Collections.shuffle(lines, new Random(seed));
      events.clear();
      Reassembler mixed = new Reassembler(Mask.DEFAULT, events::add);
      for (String line : lines) {
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        record.parse(bytes, 0, bytes.length);
        mixed.add(record);
      }
      mixed.end();
      assertThat(events).as("seed %d", seed).hasSize(6).allSatisfy(event -> assertIsExec(
          event, event.serial(), (int) (100 + event.serial()), "c" + event.serial()));
      assertThat(mixed.unfinished()).isZero();
    }
  }

  @Test
  void event_thatNothingEnds_isPassedOnWhenAnotherIsMuchLater() {
    add(Arrays.copyOf(exec(5, 40, "tool"), 5));
    add("type=USER_LOGIN msg=audit(1700000001.004:6): pid=1 uid=0 msg='op=login'");
    assertThat(events).extracting(AuditEvent::serial).containsExactly(6L);
    add("type=USER_LOGIN msg=audit(1700000002.005:7): pid=1 uid=0 msg='op=login'");
    assertThat(events).extracting(AuditEvent::serial).containsExactly(6L, 5L, 7L);
    add("type=PROCTITLE msg=audit(1700000000.004:5): proctitle=7368");
    reassembler.end();
    assertThat(events).hasSize(3);
    assertThat(reassembler.late()).isEqualTo(1);
  }

  @Test
  void event_withARecordMissing_saysSo() {
    String[] lines = exec(5, 40, "tool");
    add(lines[0], lines[2], lines[3], lines[4], lines[5]);
    reassembler.end();
    assertThat(events).hasSize(1);
    assertThat(events.get(0).isWhole()).isFalse();
    assertThat(events.get(0).argv()).isNull();
    assertThat(reassembler.unfinished()).isEqualTo(1);
  }

  /** Its stamp is that of its entry, however long it took. */
  @Test
  void event_ofASyscallThatTookLong_isNotTornByOthers() {
    String[] lines = exec(5, 40, "tool");
    add("type=USER msg=audit(1700000100.000:4): pid=1");
    for (String line : lines) {
      add(line, "type=USER msg=audit(1700000100.001:7" + events.size() + "): pid=1");
    }
    assertThat(events).filteredOn(event -> event.serial() == 5).singleElement()
        .satisfies(event -> assertIsExec(event, 5, 40, "tool"));
  }

  @Test
  void events_afterTheClockWasSetBack_doNotWaitForever() {
    add("type=USER msg=audit(1700003600.000:1): pid=1");
    add(Arrays.copyOf(exec(5, 40, "tool"), 5));
    for (int i = 0; i < 200; i++) {
      add("type=USER msg=audit(17000000" + (10 + i / 10) + ".000:" + (10 + i) + "): pid=1");
    }
    assertThat(events).extracting(AuditEvent::serial).contains(5L);
  }

  @Test
  void events_ofTwoMachines_areTwo() {
    add("node=a type=USER msg=audit(1.000:1): pid=1", "node=b type=USER msg=audit(1.000:1): pid=2");
    assertThat(events).extracting(AuditEvent::node).containsExactly(RawText.of("a"), RawText.of("b"));
  }

  @Test
  void events_thatNeverEnd_areBounded() {
    for (int i = 0; i < 10_000; i++) {
      add("type=SYSCALL msg=audit(1700000000.004:" + i + "): arch=c000003e syscall=59 items=2 pid=1 ppid=1");
    }
    assertThat(events).hasSizeGreaterThan(9_000);
  }

  private static final String ID = " msg=audit(1700000000.004:5): ";

  private AuditEvent argumentsOf(String... records) {
    add("type=SYSCALL" + ID + "arch=c000003e syscall=59 success=yes exit=0 items=0 ppid=7 pid=8");
    for (String arguments : records) {
      add("type=EXECVE" + ID + arguments);
    }
    add("type=PROCTITLE" + ID + "proctitle=00");
    reassembler.end();
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  @Test
  void arguments_inPieces() {
    AuditEvent event = argumentsOf("a1[1]=6363", "argc=3 a0=\"x\" a1_len=6 a1[0]=\"aabb\"", "a2=\"end\"");
    assertThat(event.argv()).containsExactly(RawText.of("x"), RawText.of("aabbcc"), RawText.of("end"));
    assertThat(event.argvTruncated()).isFalse();
    assertThat(event.isWhole()).isTrue();
  }

  @Test
  void arguments_ofWhichAPieceIsMissing() {
    AuditEvent event = argumentsOf("argc=3 a0=\"x\" a1_len=6 a1[0]=\"aa\"", "a1[2]=6363 a2=\"end\"");
    assertThat(event.argv()).containsExactly(RawText.of("x"), RawText.of("aa"));
    assertThat(event.argvTruncated()).isTrue();
    assertThat(event.isWhole()).isFalse();
  }

  @Test
  void arguments_beyondWhatIsKept() {
    String[] records = new String[40];
    records[0] = "argc=2 a0=\"x\" a1_len=" + 40 * 3000;
    for (int i = 0; i < 40; i++) {
      records[i] = (i == 0 ? records[0] + " " : "") + "a1[" + i + "]=\"" + "y".repeat(3000) + "\"";
    }
    AuditEvent event = argumentsOf(records);
    assertThat(event.argvTruncated()).isTrue();
    assertThat(event.argv()).hasSize(2);
    assertThat(event.argv().get(1).length()).isEqualTo(Details.MAX_ARGV_BYTES - 2);
  }

  @Test
  void arguments_manyAndShort() {
    StringBuilder all = new StringBuilder("argc=9000");
    for (int i = 0; i < 9000; i++) {
      all.append(" a").append(i).append("=\"\"");
    }
    AuditEvent event = argumentsOf(all.substring(0, 60_000));
    assertThat(event.argv()).hasSizeLessThan(5000);
    assertThat(event.argvTruncated()).isTrue();
  }
}
