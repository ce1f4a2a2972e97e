package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keeper against the kernel, with auditctl as the administrator. */
class AuditKeeperTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<long[]> gaps = new CopyOnWriteArrayList<>();
  private final List<Long> open = new CopyOnWriteArrayList<>();

  private final AuditListener listener = new AuditListener() {
    @Override
    public void unreported(long from) {
      open.add(from);
    }

    @Override
    public void reported(long from, long to) {
      gaps.add(new long[] {from, to});
    }

    @Override
    public void lost(long count, long from, long to) {}

    @Override
    public void daemonLost(int other, long from, long to) {}
  };

  @BeforeEach
  void needAuditctlForItsNamesOfSyscalls() {
    assumeThat(System.getProperty("os.arch")).as("the rules are written as on x86-64").isEqualTo("amd64");
  }

  private static void remove(TestAudit audit, String arch) {
    String said = TestAudit.auditctl("-d", "always,exit", "-F", "arch=" + arch, "-S", "execve,execveat",
        "-F", "auid=" + audit.auid(), "-F", "key=taskhistory");
    assertThat(said).isEmpty();
  }

  @Test
  void rulesThatAreRemoved_comeBack_andTheGapIsTold() {
    try (TestAudit audit = new TestAudit(); AuditRecords records = AuditRecords.listener(AuditRecords.DEFAULT_BUFFER)) {
      records.open();
      List<AuditRule> rules = audit.narrowed(TaskRules.execs());
      AuditRule other = rules.get(0).narrowed("uid!=0");
      audit.control().add(other);
      long opened = Clocks.monotonic();
      try (AuditKeeper keeper = AuditKeeper.open(audit.control(), AuditRole.LISTENER, rules, false, listener)) {
        assertThat(keeper.stats().rules()).isEqualTo(RulesState.IN_FORCE);
        assertThat(audit.inForce()).containsExactly(other, rules.get(0), rules.get(1));
        remove(audit, "b64");
        remove(audit, "b32");
        long removed = Clocks.monotonic();
        AtomicInteger execs = new AtomicInteger();
        AuditRecordConsumer consumer = new AuditRecordConsumer() {
          @Override
          public void record(int type, byte[] bytes, int from, int to) {
            keeper.record(type, bytes, from, to);
            execs.addAndGet(type == RecordTypes.EXECVE ? 1 : 0);
          }

          @Override
          public void lost(long count) {}
        };
        await().atMost(PATIENCE).until(() -> {
          records.await(50_000_000);
          records.drain(consumer, Integer.MAX_VALUE);
          return !gaps.isEmpty();
        });
        assertThat(open).hasSize(1);
        assertThat(gaps.get(0)[0]).isEqualTo(open.get(0)).isBetween(opened, removed);
        assertThat(gaps.get(0)[1]).isGreaterThan(removed);
        await().atMost(PATIENCE).until(() -> keeper.stats().rules() == RulesState.IN_FORCE);
        assertThat(audit.inForce()).containsExactly(other, rules.get(0), rules.get(1));
        try (Child child = audit.run(Programs.tiny())) {
          child.await();
        }
        await().atMost(PATIENCE).until(() -> {
          records.await(50_000_000);
          records.drain(consumer, Integer.MAX_VALUE);
          return execs.get() > 0;
        });
      }
      assertThat(audit.inForce()).as("what is not ours stays").containsExactly(other);
    }
  }

  @Test
  void removalThatNoRecordTellsOf_isNoticedAllTheSame() {
    try (TestAudit audit = new TestAudit()) {
      List<AuditRule> rules = audit.narrowed(TaskRules.execs());
      try (AuditKeeper keeper = AuditKeeper.open(audit.control(), AuditRole.LISTENER, rules, false, listener)) {
        remove(audit, "b32");
        await().atMost(PATIENCE).until(() -> !gaps.isEmpty());
        assertThat(audit.inForce()).containsExactlyInAnyOrderElementsOf(rules);
        assertThat(keeper.trouble()).isEmpty();
      }
      assertThat(audit.inForce()).isEmpty();
    }
  }

  @Test
  void auditThatIsOff_isLeftOffByAListener_whoSaysSo() {
    try (TestAudit audit = new TestAudit()) {
      audit.control().enable(false);
      List<AuditRule> rules = audit.narrowed(TaskRules.execs());
      try (AuditKeeper keeper = AuditKeeper.open(audit.control(), AuditRole.LISTENER, rules, false, listener)) {
        assertThat(keeper.stats().rules()).isEqualTo(RulesState.OFF);
        assertThat(keeper.stats().advice()).contains("auditctl -e 1");
        assertThat(audit.control().status().isEnabled()).isFalse();
        assertThat(open).hasSize(1);
        TestAudit.auditctl("-e", "1");
        await().atMost(PATIENCE).until(() -> !gaps.isEmpty() && keeper.stats().enabled() == 1);
      }
      audit.control().enable(false);
      try (AuditKeeper keeper = AuditKeeper.open(audit.control(), AuditRole.LISTENER, rules, true, listener)) {
        assertThat(keeper.stats().rules()).as("asked for").isEqualTo(RulesState.IN_FORCE);
        assertThat(audit.control().status().isEnabled()).isTrue();
      }
      if (audit.control().rules().isEmpty() && audit.control().status().pid() == 0) {
        assertThat(audit.control().status().isEnabled()).as("as it was found").isFalse();
      }
      audit.control().enable(true);
    }
  }

  @Test
  void counters_areTheKernels() {
    try (TestAudit audit = new TestAudit();
        AuditKeeper keeper = AuditKeeper.open(audit.control(), AuditRole.LISTENER, List.of(), false, listener)) {
      AuditStatus status = audit.control().status();
      AuditStats stats = keeper.stats();
      assertThat(stats.lostBefore() + stats.lost()).isEqualTo(status.lost());
      assertThat(stats.backlogLimit()).isEqualTo(status.backlogLimit());
      assertThat(stats.backlogWaitTime()).isEqualTo(status.backlogWaitTime());
      assertThat(stats.daemon()).isEqualTo(status.pid());
    }
  }
}
