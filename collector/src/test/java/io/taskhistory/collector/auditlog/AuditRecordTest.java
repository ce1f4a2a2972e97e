package io.taskhistory.collector.auditlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AuditRecordTest {

  private final AuditRecord record = new AuditRecord();

  private boolean parse(String line) {
    byte[] bytes = ("xx" + line + "yy").getBytes(StandardCharsets.ISO_8859_1);
    return record.parse(bytes, 2, bytes.length - 2);
  }

  private static final String KILL = "type=SYSCALL msg=audit(1691750738.271:108): arch=c000003e syscall=62 success=yes"
      + " exit=-3 a0=fffffffffffffffb a1=9 items=0 ppid=3767 pid=3787 auid=4294967295 uid=0 tty=pts1 ses=1"
      + " comm=\"bash\" exe=2F746D702F6120622063 key=(null)";

  @Test
  void parse_aSyscallRecord() {
    assertThat(parse(KILL)).isTrue();
    assertThat(record.type()).isEqualTo(RecordTypes.SYSCALL);
    assertThat(record.stamp()).isEqualTo(1691750738_271_000_000L);
    assertThat(record.serial()).isEqualTo(108);
    assertThat(record.hex(Field.ARCH, 0)).isEqualTo(0xc000003eL);
    assertThat(record.decimal(Field.SYSCALL)).isEqualTo(62);
    assertThat(record.isSuccess()).isTrue();
    assertThat(record.decimal(Field.EXIT)).isEqualTo(-3);
    assertThat(record.hex(Field.A0, 0)).isEqualTo(-5);
    assertThat(record.pid(Field.PID)).isEqualTo(3787);
    assertThat(record.pid(Field.PPID)).isEqualTo(3767);
    assertThat(record.decimal(Field.AUID)).isEqualTo(4294967295L);
    assertThat(record.text(Field.COMM)).isEqualTo(RawText.of("bash"));
    assertThat(record.text(Field.EXE)).isEqualTo(RawText.of("/tmp/a b c"));
    assertThat(record.text(Field.KEY)).isSameAs(RawText.UNKNOWN);
    assertThat(record.has(Field.OPID)).isFalse();
    assertThat(record.decimal(Field.OPID)).isEqualTo(AuditRecord.NO_NUMBER);
    assertThat(record.nodeTo()).isEqualTo(record.from());
  }

  @Test
  void parse_aNodeAndWhatAnEnrichedLogAdds() {
    assertThat(parse("node=web 1" )).isFalse();
    assertThat(parse("node=web1 " + KILL + "\u001dARCH=x86_64 SYSCALL=kill AUID=\"unset\" UID=\"root\"")).isTrue();
    assertThat(record.nodeTo() - record.from()).isEqualTo("node=web1".length());
    assertThat(record.text(Field.KEY)).isSameAs(RawText.UNKNOWN);
    assertThat(record.text(new Field("UID"))).isEqualTo(RawText.of("root"));
    assertThat(record.decimal(Field.UID)).isZero();
  }

  @Test
  void parse_aNodeOrIdentityThatIsLongerThanAny_isNoRecord() {
    assertThat(parse("node=" + "w".repeat(253) + " " + KILL)).isTrue();
    assertThat(parse("node=" + "w".repeat(60_000) + " " + KILL)).isFalse();
    assertThat(parse("type=SYSCALL msg=audit(9223372035.999999999:9223372036854775807): pid=1")).isTrue();
    assertThat(parse("type=SYSCALL msg=audit(1691750738.271:" + "0".repeat(60_000) + "108): pid=1")).isFalse();
  }

  @Test
  void parse_aProgramsOwnMessage_whoseFieldsComeLast() {
    assertThat(parse("type=USER_LOGIN msg=audit(1492896301.818:19955): pid=12635 uid=0 msg='op=login pid=1 acct=\"it's\""
        + " exe=\"/usr/sbin/sshd\" res=failed'\u001dUID=\"root\"")).isTrue();
    assertThat(record.pid(Field.PID)).isEqualTo(12635);
    assertThat(record.text(new Field("acct"))).isEqualTo(RawText.of("it's"));
    assertThat(record.isWord(Field.RES, "failed".getBytes(StandardCharsets.US_ASCII))).isTrue();
    assertThat(RecordTypes.isAlone(record.type())).isTrue();
  }

  @Test
  void parse_whatTheDaemonWritesWithoutAColon() {
    assertThat(parse("type=DAEMON_CONFIG msg=audit(1490239800.477:34) config changed, auid=0 pid=1512 res=success"))
        .isTrue();
    assertThat(record.pid(Field.PID)).isEqualTo(1512);
    assertThat(record.typeName()).isEqualTo("DAEMON_CONFIG");
  }

  @Test
  void parse_aTypeWithoutAName() {
    assertThat(parse("type=UNKNOWN[1340] msg=audit(1.000:0): history=\"name=a;pid=1;start=2\"")).isTrue();
    assertThat(record.type()).isEqualTo(RecordTypes.TASK_HISTORY);
    assertThat(parse("type=UNKNOWN[99999999999999999999] msg=audit(1.000:0):")).isTrue();
    assertThat(record.type()).isEqualTo(RecordTypes.OTHER);
    assertThat(parse("type=SELINUX_ERR msg=audit(1.000:0): pid=")).isTrue();
    assertThat(record.type()).isEqualTo(RecordTypes.OTHER);
    assertThat(record.pid(Field.PID)).isEqualTo(-1);
    assertThat(record.text(Field.PID)).isSameAs(RawText.UNKNOWN);
  }

  @Test
  void parse_whatIsNone() {
    for (String line : new String[] {"", "type=", "type= msg=audit(1.0:1): ", "type=SYSCALL", "type=SYSCALL msg=audit(",
        "type=SYSCALL msg=audit(1.5:7", "type=SYSCALL msg=audit(1:7): ", "type=SYSCALL msg=audit(.5:7): ",
        "type=SYSCALL msg=audit(1.0000000001:7): ", "type=SYSCALL msg=audit(-1.5:7): ", "<6>audit: type=1300",
        "type=SYSCALL msg=audit(99999999999999999.5:7): ", "type=SYSCALL msg=audit(1.5:99999999999999999999): "}) {
      assertThat(parse(line)).as(line).isFalse();
    }
    assertThat(record.parse(new byte[AuditRecord.MAX_LENGTH + 1], 0, AuditRecord.MAX_LENGTH + 1)).isFalse();
  }

  @Test
  void parsePayload_ofTheKernel() {
    byte[] bytes = "audit(1691750738.271:108): argc=1 a0=\"ls\"".getBytes(StandardCharsets.US_ASCII);
    assertThat(record.parsePayload(RecordTypes.EXECVE, bytes, 0, bytes.length)).isTrue();
    assertThat(record.serial()).isEqualTo(108);
    assertThat(record.text(Field.A0)).isEqualTo(RawText.of("ls"));
    assertThat(record.parsePayload(RecordTypes.EXECVE, bytes, 1, bytes.length)).isFalse();
  }

  /** Whatever comes in: nothing is thrown, and nothing beyond the line is looked at. */
  @Test
  void parse_anyBytes() {
    SplittableRandom random = new SplittableRandom(1340);
    byte[] seed = KILL.getBytes(StandardCharsets.ISO_8859_1);
    byte[] odd = {'\'', '"', ' ', '=', ',', 0x1d, 0, '(', ')', ':', '.', '[', ']', (byte) 0xff, '\n', '-', '9', 'f'};
    for (int i = 0; i < 200_000; i++) {
      byte[] line = seed.clone();
      int changes = random.nextInt(8);
      for (int j = 0; j < changes; j++) {
        line[random.nextInt(line.length)] = odd[random.nextInt(odd.length)];
      }
      int from = random.nextInt(4) == 0 ? random.nextInt(line.length) : 0;
      int to = random.nextInt(4) == 0 ? from + random.nextInt(line.length - from) : line.length;
      if (record.parse(line, from, to)) {
        for (int field = 0; field < record.fields(); field++) {
          assertThat(record.valueTo(field)).isBetween(record.valueFrom(field), to);
          record.text(field);
          record.name(field);
        }
        record.decimal(Field.EXIT);
        record.hex(Field.ARCH, 0);
        record.pid(Field.PID);
      }
    }
  }
}
