package io.taskhistory.collector.audit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Puts rules in place, and back in place when somebody has removed them; and says since when they were not. For one
 * thread.
 *
 * <p>It never fights an administrator who insists. Removed rules come back after a second, then after two, four and so
 * on up to five minutes; after the tenth removal within an hour they do not come back at all. Locked rules are left as
 * they are; audit that is switched off is switched on only where the caller is meant to do so, with the same patience.
 *
 * <p>What has our key is ours, also where it was there before: somebody who was killed has left it. Only that is
 * removed in the end.
 */
final class RuleKeeper {

  static final long FIRST_DELAY = TimeUnit.SECONDS.toNanos(1);
  static final long LONGEST_DELAY = TimeUnit.MINUTES.toNanos(5);
  static final int MOST_REMOVALS = 10;
  static final long WITHIN = TimeUnit.HOURS.toNanos(1);

  private final KernelRules kernel;
  private final List<AuditRule> wanted;
  private final boolean mayEnable;
  private final AuditListener listener;
  private final Deque<Long> removals = new ArrayDeque<>();
  private final List<AuditRule> ours = new ArrayList<>();
  private RulesState state = RulesState.IN_FORCE;
  private String refusal = "";
  private boolean enabledByUs;
  private boolean givenUp;
  private long inForceAt;
  private long putBackAt;

  /**
   * Nothing happens yet.
   *
   * @param mayEnable whether audit is to be switched on where it is off
   */
  RuleKeeper(KernelRules kernel, List<AuditRule> wanted, boolean mayEnable, AuditListener listener) {
    this.kernel = kernel;
    this.wanted = List.copyOf(wanted);
    this.mayEnable = mayEnable;
    this.listener = listener;
  }

  /**
   * Puts the rules in place for the first time.
   *
   * @param now the monotonic time
   */
  void open(AuditStatus status, long now) {
    inForceAt = now;
    put(status);
    RulesState found = look(kernel.status());
    state = found;
    if (found != RulesState.IN_FORCE) {
      putBackAt = now + FIRST_DELAY;
      listener.unreported(now);
    }
  }

  /**
   * Looks at how things are, and puts back what is due.
   *
   * @param status as asked for at {@code now}
   * @param removed whether the kernel has told of a removal since the last look
   * @param now the monotonic time, from before asking
   * @return when something is due next; {@link Long#MAX_VALUE} for nothing
   */
  long tend(AuditStatus status, boolean removed, long now) {
    RulesState found = look(status);
    if (found == RulesState.IN_FORCE) {
      inForce(removed, now);
      return Long.MAX_VALUE;
    }
    if (state == RulesState.IN_FORCE) {
      removed(now);
      listener.unreported(inForceAt);
    }
    state = givenUp && found == RulesState.REMOVED ? RulesState.GIVEN_UP : found;
    if (givenUp || found == RulesState.LOCKED || found == RulesState.HINDERED || found == RulesState.OFF) {
      return Long.MAX_VALUE;
    }
    if (now < putBackAt) {
      return putBackAt;
    }
    put(status);
    putBackAt = now + delay();
    // Whether it has worked the next look tells.
    return now;
  }

  private void inForce(boolean removed, long now) {
    if (state != RulesState.IN_FORCE) {
      listener.reported(inForceAt, now);
    } else if (removed) {
      // Somebody else was quicker at putting them back.
      listener.unreported(inForceAt);
      listener.reported(inForceAt, now);
    }
    state = RulesState.IN_FORCE;
    refusal = "";
    inForceAt = now;
  }

  private void removed(long now) {
    removals.addLast(now);
    while (!removals.isEmpty() && now - removals.getFirst() > WITHIN) {
      removals.removeFirst();
    }
    givenUp |= removals.size() >= MOST_REMOVALS;
    putBackAt = now + delay();
  }

  private long delay() {
    int doublings = Math.min(Math.max(0, removals.size() - 1), 30);
    return Math.min(LONGEST_DELAY, FIRST_DELAY << doublings);
  }

  private RulesState look(AuditStatus status) {
    List<AuditRule> there = kernel.rules();
    if (there.stream().anyMatch(AuditRule::isNeverTask)) {
      return RulesState.HINDERED;
    }
    boolean complete = there.containsAll(wanted);
    if (complete && status.isEnabled()) {
      return RulesState.IN_FORCE;
    }
    if (!complete && status.isLocked()) {
      return RulesState.LOCKED;
    }
    if (givenUp) {
      return RulesState.GIVEN_UP;
    }
    if (complete || !status.isEnabled() && !mayEnable) {
      return mayEnable ? RulesState.REMOVED : RulesState.OFF;
    }
    return refusal.isEmpty() ? RulesState.REMOVED : RulesState.REFUSED;
  }

  /** Adds what is missing, and switches audit on where that is for us to do. */
  private void put(AuditStatus status) {
    if (status.isLocked()) {
      return;
    }
    try {
      List<AuditRule> there = kernel.rules();
      for (AuditRule rule : wanted) {
        // Before it is known to be there: an answer that does not come says nothing.
        if (!ours.contains(rule)) {
          ours.add(rule);
        }
        // The kernel writes a record for an attempt to add what is there, too.
        if (!there.contains(rule)) {
          kernel.add(rule);
        }
      }
      if (!status.isEnabled() && mayEnable) {
        kernel.enable(true);
        enabledByUs = true;
      }
      refusal = "";
    } catch (AuditException e) {
      refusal = String.valueOf(e.getMessage());
    }
  }

  RulesState state() {
    return state;
  }

  /** What an administrator should know. */
  String advice() {
    return refusal.isEmpty() ? state.advice() : state.advice() + ": " + refusal;
  }

  /** Removes what is ours, and switches audit off where we had switched it on and nobody else needs it. */
  void close() {
    for (AuditRule rule : ours) {
      try {
        kernel.remove(rule);
      } catch (AuditException e) {
        // They have been locked since, and stay until the next boot.
      }
    }
    ours.clear();
    if (enabledByUs) {
      enabledByUs = false;
      switchOff();
    }
  }

  /** Unless somebody else has come to rely on it. */
  private void switchOff() {
    try {
      int daemon = kernel.status().pid();
      if ((daemon == 0 || daemon == ProcessHandle.current().pid()) && kernel.rules().isEmpty()) {
        kernel.enable(false);
      }
    } catch (AuditException e) {
      // As above.
    }
  }
}
