package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.collector.auditlog.Field;
import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditRecordsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What came: records of the test's own children, in the form of a log. */
  private static final class Log implements AuditRecordConsumer {

    private final List<String> lines = new ArrayList<>();
    private final AuditRecord record = new AuditRecord();
    private long lost;
    private int execs;
    private int execsSinceLoss;

    @Override
    public void record(int type, byte[] bytes, int from, int to) {
      assertThat(record.parsePayload(type, bytes, from, to)).isTrue();
      execs += type == RecordTypes.EXECVE ? 1 : 0;
      execsSinceLoss += type == RecordTypes.EXECVE ? 1 : 0;
      lines.add("type=" + type + " " + new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void lost(long count) {
      assertThat(count).isPositive();
      lost += count;
      execsSinceLoss = 0;
    }
  }

  private static void drain(AuditRecords records, Log log) {
    records.await(100_000_000);
    records.drain(log, Integer.MAX_VALUE);
  }

  @Test
  void listener_getsWhatItsRulesMatch_wholeAndInOrder() {
    try (TestAudit audit = new TestAudit(); AuditRecords records = AuditRecords.listener(AuditRecords.DEFAULT_BUFFER)) {
      records.open();
      audit.narrowed(TaskRules.execs()).forEach(audit.control()::add);
      Log log = new Log();
      int pid;
      try (Child child = audit.run(Programs.actor(), "say", "here", "wait", "exec", Programs.tiny().toString(),
          "tiny", "one two", "\\303\\244")) {
        pid = child.said("here")[0];
        child.go();
        child.await();
      }
      await().atMost(PATIENCE).until(() -> {
        drain(records, log);
        return log.lines.stream().anyMatch(line -> line.startsWith("type=1309 ") && line.contains("a0=\"tiny\""));
      });
      String syscall = log.lines.stream().filter(line -> line.startsWith("type=1300 ")
          && line.contains(" pid=" + pid + " ") && line.contains("comm=\"tiny")).findFirst().orElseThrow();
      assertThat(syscall).contains("success=yes", "auid=" + audit.auid(), "key=\"taskhistory\"");
      assertThat(log.lines).anyMatch(line ->
          line.startsWith("type=1309 ") && line.contains("argc=3 a0=\"tiny\" a1=6F6E652074776F a2=C3A4"));
      assertThat(log.lost).isZero();
      assertThat(records.received()).isEqualTo(log.lines.size());
      assertThat(records.dropped()).isZero();
      assertThat(records.cut()).isZero();
    }
  }

  @Test
  void listener_thatIsTooSlow_isToldHowMuchItLost_andGoesOn() {
    try (TestAudit audit = new TestAudit(); AuditRecords records = AuditRecords.listener(64 << 10)) {
      records.open();
      audit.narrowed(TaskRules.execs()).forEach(audit.control()::add);
      try (Child child = audit.run(Programs.flood(), "300", "2", Programs.tiny().toString())) {
        child.said("started");
      }
      await().atMost(PATIENCE).until(() -> audit.control().status().backlog() == 0);
      Log log = new Log();
      await().atMost(PATIENCE).until(() -> {
        drain(records, log);
        return log.lost > 0;
      });
      assertThat(log.execs).isBetween(1, 300);
      // Records of one exec: SYSCALL, EXECVE, CWD, PATH, PROCTITLE, EOE.
      assertThat(log.lines.size() + log.lost).isGreaterThanOrEqualTo(300 * 6);
      assertThat(records.dropped()).isEqualTo(log.lost);
      try (Child child = audit.run(Programs.tiny())) {
        child.await();
      }
      await().atMost(PATIENCE).until(() -> {
        drain(records, log);
        return log.execsSinceLoss > 0;
      });
    }
  }

  /** Whoever asks for the state of things does so from a thread of its own, at any time. */
  @Test
  void counters_canBeAskedForAfterTheEnd() {
    try (TestAudit audit = new TestAudit()) {
      AuditRecords records = AuditRecords.listener(1 << 20);
      records.open();
      assertThat(records.buffer()).isGreaterThanOrEqualTo(1 << 20);
      records.close();
      assertThat(records.buffer()).isGreaterThanOrEqualTo(1 << 20);
      assertThat(records.dropped()).isZero();
      assertThat(audit.inForce()).as("a listener adds no rules").isEmpty();
    }
  }

  @Test
  void changeOfRules_isARecord() {
    try (TestAudit audit = new TestAudit(); AuditRecords records = AuditRecords.listener(AuditRecords.DEFAULT_BUFFER)) {
      records.open();
      List<AuditRule> rules = audit.narrowed(TaskRules.execs());
      rules.forEach(audit.control()::add);
      rules.forEach(audit.control()::remove);
      AuditRecord record = new AuditRecord();
      List<String> operations = new ArrayList<>();
      await().atMost(PATIENCE).until(() -> {
        records.await(100_000_000);
        records.drain(new AuditRecordConsumer() {
          @Override
          public void record(int type, byte[] bytes, int from, int to) {
            if (type == RecordTypes.CONFIG_CHANGE && record.parsePayload(type, bytes, from, to)) {
              operations.add(record.text(Field.OP) + " " + record.text(Field.KEY));
            }
          }

          @Override
          public void lost(long count) {}
        }, Integer.MAX_VALUE);
        return operations.size() >= 2 * rules.size();
      });
      assertThat(operations).contains("add_rule taskhistory", "remove_rule taskhistory");
    }
  }
}
