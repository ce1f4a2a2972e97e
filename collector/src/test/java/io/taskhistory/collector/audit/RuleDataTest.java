package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.collector.auditlog.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules, their bytes and those of the status. */
class RuleDataTest {

  private final ByteBuffer bytes = ByteBuffer.allocate(AuditMessage.LONGEST).order(ByteOrder.nativeOrder());

  private static AuditRule rule() {
    BitSet syscalls = new BitSet();
    syscalls.set(59);
    syscalls.set(322);
    return AuditRule.always(Syscalls.X86_64, syscalls, "taskhistory");
  }

  @Test
  void put_layOutAsInTheHeader() {
    int length = RuleData.put(bytes, 16, rule().narrowed("exe=/bin/sh"));
    assertThat(length).isEqualTo(1040 + "/bin/sh".length() + "taskhistory".length());
    assertThat(bytes.getInt(16)).as("list").isEqualTo(4);
    assertThat(bytes.getInt(20)).as("action").isEqualTo(2);
    assertThat(bytes.getInt(24)).as("fields").isEqualTo(3);
    assertThat(bytes.getInt(28 + 4)).as("mask").isEqualTo(1 << 59 - 32);
    assertThat(bytes.getInt(28 + 40)).isEqualTo(1 << 322 - 320);
    assertThat(bytes.getInt(16 + 268 + 4)).as("the second field").isEqualTo(112);
    assertThat(bytes.getInt(16 + 524)).as("the first value").isEqualTo(0xc000003e);
    assertThat(bytes.getInt(16 + 524 + 4)).as("the second value").isEqualTo("/bin/sh".length());
    assertThat(bytes.getInt(16 + 780 + 8)).as("the third operator").isEqualTo(0x4000_0000);
    assertThat(bytes.getInt(16 + 1036)).isEqualTo(length - 1040);
    assertThat((char) bytes.get(16 + 1040 + 7)).isEqualTo('t');
  }

  @ParameterizedTest
  @ValueSource(strings = {"uid>=1000", "ppid=17", "auid!=unset", "sessionid<5", "exe!=/usr/bin/m\u00e4ke", "pid<=3",
      "gid>0", "success=1"})
  void parse_readsWhatPutWrites(String condition) {
    AuditRule rule = rule().narrowed(condition);
    int length = RuleData.put(bytes, 7, rule);
    assertThat(RuleData.parse(bytes, 7, length)).contains(rule);
    assertThat(rule).isNotEqualTo(rule());
    assertThat(rule.hasKey("taskhistory")).isTrue();
    assertThat(rule.fields().get(2).field()).as("the key stays last").isEqualTo(210);
    assertThat(RuleData.parse(bytes, 7, length - 1)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      uid         | no condition
      ''          | no condition
      tty=1       | rules can be narrowed by auid, egid, euid, exe, gid, pid, ppid, sessionid, success, uid
      uid=        | give a number
      uid=root    | give a number
      uid=-7      | give a number
      uid=4294967296 | give a number
      exe=sh      | give the full path
      exe=/bin/   | give the full path
      """)
  void narrowed_byNonsense_saysWhatToWrite(String condition, String message) {
    assertThatThrownBy(() -> rule().narrowed(condition)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message).hasMessageContaining("'" + condition + "'");
  }

  @Test
  void parse_ofAnyBytes_neverFails() {
    Random random = new Random(4711);
    byte[] some = new byte[1200];
    for (int round = 0; round < 20_000; round++) {
      random.nextBytes(some);
      ByteBuffer source = ByteBuffer.wrap(some).order(ByteOrder.nativeOrder());
      if (round % 2 == 0) {
        source.putInt(8, random.nextInt(66));
        for (int i = 0; i < 64; i++) {
          source.putInt(268 + 4 * i, random.nextInt(8) == 0 ? 210 : 5);
          source.putInt(524 + 4 * i, random.nextInt(60) - 2);
        }
      }
      int length = random.nextInt(some.length + 1);
      Optional<AuditRule> rule = RuleData.parse(source, 0, length);
      rule.ifPresent(parsed -> {
        int put = RuleData.put(bytes, 0, parsed);
        assertThat(RuleData.parse(bytes, 0, put)).contains(parsed);
      });
      AuditStatus.parse(source, 0, Math.min(length, 44));
    }
  }

  @Test
  void status_ofOlderKernels_isShorter() {
    List<AuditStatus> all = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      bytes.putInt(4 * i, -i);
    }
    for (int length : new int[] {0, 32, 36, 40, 44}) {
      all.add(AuditStatus.parse(bytes, 0, length));
    }
    assertThat(all.get(0)).isEqualTo(new AuditStatus(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(all.get(1).lost()).as("unsigned").isEqualTo(0xffff_fffaL);
    assertThat(all.get(1).features()).isZero();
    assertThat(all.get(2).features()).isEqualTo(-8);
    assertThat(all.get(3).backlogWaitTime()).isEqualTo(0xffff_fff7L);
    assertThat(all.get(3).backlogWaitTimeActual()).isZero();
    assertThat(all.get(4).backlogWaitTimeActual()).isEqualTo(0xffff_fff6L);
  }

  @Test
  void rules_areOneForEachArchitecture() {
    assertThat(TaskRules.execs()).hasSameSizeAs(TaskRules.architectures());
    assertThat(TaskRules.execs()).allMatch(rule -> rule.syscalls().cardinality() == 2 && rule.hasKey("taskhistory"));
    assertThat(TaskRules.all()).allMatch(rule -> rule.syscalls().cardinality() >= 6);
  }

  @Test
  void lossCounter_wrapsAround_andIsSetBackByOthers() {
    LossCounter counter = new LossCounter(0xffff_fff0L);
    assertThat(counter.next(0xffff_fff0L)).isZero();
    assertThat(counter.next(0x10L)).isEqualTo(0x20);
    assertThat(counter.next(5)).as("set back, then five more").isEqualTo(5);
    assertThat(counter.lost()).isEqualTo(0x25);
    assertThat(counter.before()).isEqualTo(0xffff_fff0L);
  }
}
