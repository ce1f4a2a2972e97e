package io.taskhistory.collector.audit;

import static io.taskhistory.collector.audit.RulesState.GIVEN_UP;
import static io.taskhistory.collector.audit.RulesState.HINDERED;
import static io.taskhistory.collector.audit.RulesState.IN_FORCE;
import static io.taskhistory.collector.audit.RulesState.LOCKED;
import static io.taskhistory.collector.audit.RulesState.OFF;
import static io.taskhistory.collector.audit.RulesState.REFUSED;
import static io.taskhistory.collector.audit.RulesState.REMOVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.audit.AuditException.Reason;
import io.taskhistory.collector.auditlog.Syscalls;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The keeper, with a clock and a kernel that do what they are told. */
class RuleKeeperTest {

  private static final long SECOND = 1_000_000_000L;
  private static final AuditRule FIRST = rule(Syscalls.X86_64, TaskRules.KEY);
  private static final AuditRule SECOND_RULE = rule(Syscalls.I386, TaskRules.KEY);
  private static final AuditRule OTHER = rule(Syscalls.X86_64, "other");

  private final Kernel kernel = new Kernel();
  private final Told told = new Told();
  private long now = 1000 * SECOND;

  private static AuditRule rule(long arch, String key) {
    BitSet syscalls = new BitSet();
    syscalls.set(59);
    return AuditRule.always(arch, syscalls, key);
  }

  private static final class Kernel implements KernelRules {

    final List<AuditRule> rules = new ArrayList<>(List.of(OTHER));
    int enabled = 1;
    int daemon;
    boolean refuses;
    boolean isMute;
    int additions;

    @Override
    public AuditStatus status() {
      return new AuditStatus(enabled, 1, daemon, 0, 64, 0, 0, 0x7f, 0, 0);
    }

    @Override
    public List<AuditRule> rules() {
      return List.copyOf(rules);
    }

    @Override
    public boolean add(AuditRule rule) {
      if (enabled == 2) {
        throw AuditException.locked();
      }
      if (refuses) {
        throw new AuditException(Reason.NOT_UNDERSTOOD, "no");
      }
      additions++;
      boolean added = !rules.contains(rule) && rules.add(rule);
      if (isMute) {
        throw new AuditException(Reason.NO_ANSWER, "no answer");
      }
      return added;
    }

    @Override
    public boolean remove(AuditRule rule) {
      if (enabled == 2) {
        throw AuditException.locked();
      }
      return rules.remove(rule);
    }

    @Override
    public void enable(boolean on) {
      enabled = on ? 1 : 0;
    }

    /** As {@code auditctl -D} does. */
    void removeAll() {
      rules.clear();
    }
  }

  private static final class Told implements AuditListener {

    final List<String> calls = new ArrayList<>();

    @Override
    public void unreported(long from) {
      calls.add("unreported " + from / SECOND);
    }

    @Override
    public void reported(long from, long to) {
      calls.add("reported " + from / SECOND + " " + to / SECOND);
    }

    @Override
    public void lost(long count, long from, long to) {}

    @Override
    public void daemonLost(int other, long from, long to) {}
  }

  private RuleKeeper keeper(boolean mayEnable) {
    RuleKeeper keeper = new RuleKeeper(kernel, List.of(FIRST, SECOND_RULE), mayEnable, told);
    keeper.open(kernel.status(), now);
    return keeper;
  }

  /** Some seconds later. */
  private long tend(RuleKeeper keeper, long seconds) {
    now += seconds * SECOND;
    return keeper.tend(kernel.status(), false, now);
  }

  @Test
  void open_putsThemBehindOthers_andCloseTakesOnlyThoseAway() {
    RuleKeeper keeper = keeper(false);
    assertThat(kernel.rules).containsExactly(OTHER, FIRST, SECOND_RULE);
    assertThat(tend(keeper, 5)).isEqualTo(Long.MAX_VALUE);
    assertThat(keeper.state()).isEqualTo(IN_FORCE);
    keeper.close();
    assertThat(kernel.rules).containsExactly(OTHER);
    assertThat(told.calls).isEmpty();
  }

  @Test
  void ruleThatIsAdded_thoughNoAnswerCame_isTakenAwayInTheEnd() {
    kernel.isMute = true;
    RuleKeeper keeper = keeper(false);
    assertThat(kernel.rules).containsExactly(OTHER, FIRST);
    keeper.close();
    assertThat(kernel.rules).containsExactly(OTHER);
  }

  @Test
  void rulesThatSomebodyWhoWasKilledLeft_areTakenOver() {
    kernel.rules.add(FIRST);
    RuleKeeper keeper = keeper(false);
    assertThat(kernel.rules).containsExactly(OTHER, FIRST, SECOND_RULE);
    keeper.close();
    assertThat(kernel.rules).containsExactly(OTHER);
  }

  @Test
  void removal_isAGap_sinceTheyWereLastSeen_untilTheyAreSeenAgain() {
    RuleKeeper keeper = keeper(false);
    tend(keeper, 5);
    kernel.removeAll();
    assertThat(tend(keeper, 5)).isEqualTo(now + SECOND);
    assertThat(keeper.state()).isEqualTo(REMOVED);
    assertThat(told.calls).containsExactly("unreported 1005");
    assertThat(kernel.rules).isEmpty();
    assertThat(tend(keeper, 1)).as("put back; to be looked at").isEqualTo(now);
    assertThat(kernel.rules).containsExactly(FIRST, SECOND_RULE);
    tend(keeper, 1);
    assertThat(keeper.state()).isEqualTo(IN_FORCE);
    assertThat(told.calls).containsExactly("unreported 1005", "reported 1005 1012");
  }

  @Test
  void removalThatSomebodyElseHasUndone_isAGapAllTheSame() {
    RuleKeeper keeper = keeper(false);
    tend(keeper, 5);
    now += 3 * SECOND;
    keeper.tend(kernel.status(), true, now);
    assertThat(told.calls).containsExactly("unreported 1005", "reported 1005 1008");
    tend(keeper, 1);
    assertThat(told.calls).hasSize(2);
  }

  @Test
  void removalAgainAndAgain_isAnsweredMoreAndMoreSlowly_andThenNotAtAll() {
    RuleKeeper keeper = keeper(false);
    List<Long> delays = new ArrayList<>();
    for (int removal = 1; removal < RuleKeeper.MOST_REMOVALS; removal++) {
      kernel.removeAll();
      long due = tend(keeper, 1);
      delays.add((due - now) / SECOND);
      int before = kernel.additions;
      keeper.tend(kernel.status(), false, due - 1);
      assertThat(kernel.additions).as("not yet").isEqualTo(before);
      now = due;
      keeper.tend(kernel.status(), false, now);
      tend(keeper, 0);
      assertThat(keeper.state()).isEqualTo(IN_FORCE);
    }
    assertThat(delays).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L);
    kernel.removeAll();
    assertThat(tend(keeper, 1)).isEqualTo(Long.MAX_VALUE);
    assertThat(keeper.state()).isEqualTo(GIVEN_UP);
    assertThat(tend(keeper, 36_000)).isEqualTo(Long.MAX_VALUE);
    assertThat(keeper.state()).isEqualTo(GIVEN_UP);
    assertThat(keeper.advice()).contains("restart the service");
    assertThat(kernel.rules).isEmpty();
    kernel.rules.addAll(List.of(FIRST, SECOND_RULE));
    tend(keeper, 5);
    assertThat(keeper.state()).as("whoever has put them back").isEqualTo(IN_FORCE);
  }

  @Test
  void removalNowAndThen_isAnsweredSoon() {
    RuleKeeper keeper = keeper(false);
    for (int removal = 0; removal < 30; removal++) {
      kernel.removeAll();
      assertThat(tend(keeper, 3601)).isEqualTo(now + SECOND);
      tend(keeper, 1);
      tend(keeper, 0);
      assertThat(keeper.state()).isEqualTo(IN_FORCE);
    }
  }

  @Test
  void lockedRules_areUsedWhereTheyAreThere_andSaidToBeMissingElse() {
    kernel.enabled = 2;
    RuleKeeper keeper = keeper(true);
    assertThat(keeper.state()).isEqualTo(LOCKED);
    assertThat(keeper.advice()).contains("-e 2").contains("/etc/audit/rules.d");
    assertThat(told.calls).containsExactly("unreported 1000");
    assertThat(tend(keeper, 5)).isEqualTo(Long.MAX_VALUE);
    keeper.close();
    kernel.rules.addAll(List.of(FIRST, SECOND_RULE));
    told.calls.clear();
    RuleKeeper next = keeper(true);
    assertThat(next.state()).isEqualTo(IN_FORCE);
    next.close();
    assertThat(kernel.rules).contains(FIRST, SECOND_RULE);
    assertThat(told.calls).isEmpty();
  }

  @Test
  void lockedAfterwards_theyStay() {
    RuleKeeper keeper = keeper(false);
    kernel.enabled = 2;
    tend(keeper, 5);
    assertThat(keeper.state()).isEqualTo(IN_FORCE);
    keeper.close();
    assertThat(kernel.rules).contains(FIRST, SECOND_RULE);
  }

  @Test
  void auditThatIsOff_isSwitchedOnOnlyByThoseWhoMay() {
    kernel.enabled = 0;
    RuleKeeper listener = keeper(false);
    assertThat(kernel.enabled).isZero();
    assertThat(listener.state()).isEqualTo(OFF);
    assertThat(listener.advice()).contains("auditctl -e 1");
    kernel.enabled = 1;
    tend(listener, 5);
    assertThat(told.calls).containsExactly("unreported 1000", "reported 1000 1005");
    listener.close();
    assertThat(kernel.enabled).isOne();

    kernel.enabled = 0;
    RuleKeeper daemon = keeper(true);
    assertThat(daemon.state()).isEqualTo(IN_FORCE);
    assertThat(kernel.enabled).isOne();
    kernel.enabled = 0;
    tend(daemon, 5);
    assertThat(daemon.state()).isEqualTo(REMOVED);
    tend(daemon, 1);
    tend(daemon, 1);
    assertThat(daemon.state()).isEqualTo(IN_FORCE);
    daemon.close();
    assertThat(kernel.enabled).as("somebody has rules").isOne();
  }

  @Test
  void auditThatWasSwitchedOnByUs_isSwitchedOffWhereNobodyNeedsIt() {
    kernel.enabled = 0;
    kernel.rules.clear();
    keeper(true).close();
    assertThat(kernel.enabled).isZero();
    RuleKeeper beside = keeper(true);
    kernel.daemon = 1;
    beside.close();
    assertThat(kernel.enabled).as("an audit daemon has come").isOne();
  }

  @Test
  void ruleThatHidesAllNewTasks_isSaidToBeOne() {
    RuleKeeper keeper = keeper(false);
    kernel.rules.add(0, new AuditRule(AuditRule.AUDIT_FILTER_TASK, AuditRule.AUDIT_NEVER, new BitSet(), List.of()));
    assertThat(tend(keeper, 5)).isEqualTo(Long.MAX_VALUE);
    assertThat(keeper.state()).isEqualTo(HINDERED);
    assertThat(keeper.advice()).contains("never,task");
    assertThat(told.calls).containsExactly("unreported 1000");
    kernel.rules.remove(0);
    tend(keeper, 5);
    assertThat(keeper.state()).isEqualTo(IN_FORCE);
  }

  @Test
  void kernelThatRefuses_isAskedAgain_andQuoted() {
    kernel.refuses = true;
    RuleKeeper keeper = keeper(false);
    assertThat(keeper.state()).isEqualTo(REFUSED);
    assertThat(keeper.advice()).endsWith(": no");
    kernel.refuses = false;
    tend(keeper, 1);
    tend(keeper, 0);
    assertThat(keeper.state()).isEqualTo(IN_FORCE);
    assertThat(told.calls).containsExactly("unreported 1000", "reported 1000 1001");
  }
}
