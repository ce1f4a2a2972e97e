package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.collector.auditlog.Field;
import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.Threads;
import io.taskhistory.collector.linux.WakeUp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Looks after the kernel's audit while its records are read: keeps the rules in place, sees whether we are still the
 * daemon, and reads the counters. With a thread of its own, {@code audit-keeper}: see the package for why.
 *
 * <p>It looks every few seconds, and as soon as a record tells of a change. So a gap begins at most so many seconds
 * before the rules were really removed: at the last look that found them.
 */
public final class AuditKeeper implements AutoCloseable {

  static final long LOOK_EVERY = TimeUnit.SECONDS.toNanos(5);

  /** One {@code auditctl -R} changes many rules, and a look costs the kernel two threads. */
  private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final byte[] REMOVE_RULE = "remove_rule".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEY = TaskRules.KEY.getBytes(StandardCharsets.US_ASCII);

  private final AuditControl control;
  private final AuditRole role;
  private final AuditListener listener;
  private final RuleKeeper rules;
  private final LossCounter losses;
  private final WakeUp wakeUp = new WakeUp();
  private final AuditRecord change = new AuditRecord();
  private final int self = (int) ProcessHandle.current().pid();
  private final Thread thread = new Thread(this::run, "audit-keeper");
  private boolean isDaemon;
  private long lookedAt;
  private long due;

  private volatile boolean removed;
  private volatile boolean changed;
  private volatile boolean closed;
  private volatile String trouble = "";
  private volatile AuditStats stats;

  private AuditKeeper(AuditControl control, AuditRole role, RuleKeeper rules, AuditListener listener) {
    this.control = control;
    this.role = role;
    this.rules = rules;
    this.listener = listener;
    lookedAt = Clocks.monotonic();
    AuditStatus status = control.status();
    losses = new LossCounter(status.lost());
    isDaemon = role == AuditRole.DAEMON;
    rules.open(status, lookedAt);
    stats = stats(control.status(), lookedAt);
  }

  /**
   * Puts the rules in place, and looks after them from then on. To be opened after {@link AuditRecords}, so that
   * nothing which the rules make the kernel tell is missed.
   *
   * @param control whose owner the caller stays
   * @param wanted see {@link TaskRules}; empty where an administrator loads the rules
   * @param mayEnable whether audit is to be switched on where it is off; the daemon does so anyway
   * @param listener told, before this returns, where the rules could not be put in place
   * @throws AuditException where the kernel's audit does not answer; then no rules of ours are left
   */
  public static AuditKeeper open(AuditControl control, AuditRole role, List<AuditRule> wanted, boolean mayEnable,
      AuditListener listener) {
    RuleKeeper rules = new RuleKeeper(control, wanted, mayEnable || role == AuditRole.DAEMON, listener);
    try {
      AuditKeeper keeper = new AuditKeeper(control, role, rules, listener);
      keeper.thread.setDaemon(true);
      keeper.thread.start();
      return keeper;
    } catch (AuditException e) {
      rules.close(); // nobody else will
      throw e;
    }
  }

  /**
   * Notes a record of type CONFIG_CHANGE; others are ignored. Called by whoever reads the records, which it holds up no
   * longer than it takes to wake a thread.
   */
  public void record(int type, byte[] bytes, int from, int to) {
    if (type != RecordTypes.CONFIG_CHANGE) {
      return;
    }
    if (change.parsePayload(type, bytes, from, to)
        && change.isWord(Field.OP, REMOVE_RULE) && change.isWord(Field.KEY, KEY)) {
      removed = true;
    }
    changed = true;
    wakeUp.call();
  }

  private void run() {
    due = lookedAt + LOOK_EVERY;
    while (!closed) {
      long now = Clocks.monotonic();
      long next = changed ? lookedAt + BETWEEN_LOOKS : due;
      if (now < next) {
        wakeUp.await(next - now);
      } else {
        look();
      }
    }
  }

  private void look() {
    changed = false;
    boolean told = removed;
    removed = false;
    long now = Clocks.monotonic();
    due = now + LOOK_EVERY;
    try {
      AuditStatus status = control.status();
      long lost = losses.next(status.lost());
      if (lost > 0) {
        listener.lost(lost, lookedAt, Clocks.monotonic());
      }
      if (isDaemon && status.pid() != self) {
        isDaemon = false;
        listener.daemonLost(status.pid(), lookedAt, now);
      }
      due = Math.min(due, Math.max(rules.tend(status, told, now), now + BETWEEN_LOOKS));
      stats = stats(status, now);
      trouble = "";
    } catch (AuditException e) {
      removed |= told;
      trouble = String.valueOf(e.getMessage());
    }
    lookedAt = now;
  }

  private AuditStats stats(AuditStatus status, long now) {
    return new AuditStats(now, losses.lost(), losses.before(), status.backlog(), status.backlogLimit(),
        status.backlogWaitTime(), status.backlogWaitTimeActual(), status.enabled(), status.pid(), rules.state(),
        rules.advice());
  }

  /** What the last look found. Any thread may ask. */
  public AuditStats stats() {
    return stats;
  }

  /** Why the kernel's audit did not answer the last time; empty where it did. Any thread may ask. */
  public String trouble() {
    return trouble;
  }

  public AuditRole role() {
    return role;
  }

  /** Removes the rules that are ours, and ends the thread. Records go on coming until {@link AuditRecords#close}. */
  @Override
  public void close() {
    closed = true;
    wakeUp.call();
    Threads.join(thread);
    rules.close();
    wakeUp.close();
  }
}
