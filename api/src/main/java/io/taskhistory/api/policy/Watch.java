package io.taskhistory.api.policy;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.CollectorView.Status;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.StoreHealth.State;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.Upkeep.Slice;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at everything that has a limit. A look that is cheap is taken each time; files are listed every tenth time, or
 * while that limit is crossed. For one thread at a time, but for {@link #limits}.
 */
final class Watch {

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final int SELDOM = 10;
  private static final long QUIET = Duration.ofSeconds(10).toNanos();
  private static final long NEVER = Long.MIN_VALUE;

  /** How much of a limit has to be gained before it counts as respected again. */
  private static final int SPACE_MARGIN = 10;
  private static final int SIZE_MARGIN = 16;

  private final Policy policy;
  private final Disk disk;
  private final Upkeep upkeep;
  private final CollectorView collector;
  private final Performer performer;
  private final Rotation rotation;
  private final Times times;
  private final AgeClock ageClock;
  private final Losses losses = new Losses();
  private final Map<Trigger, Limit> limits = new EnumMap<>(Trigger.class);
  private long looks;
  private long lastLoss = NEVER;
  private long overflows;

  Watch(Policy policy, Disk disk, Upkeep upkeep, CollectorView collector, Performer performer, Times times,
      AgeClock ageClock) {
    this.policy = policy;
    this.disk = disk;
    this.upkeep = upkeep;
    this.collector = collector;
    this.performer = performer;
    this.times = times;
    this.rotation = new Rotation(upkeep, times);
    this.ageClock = ageClock;
    BooleanSupplier nothing = () -> false;
    add(Trigger.MAX_STORE_SIZE, "bytes", () -> rotation.dropOldest(true, false));
    add(Trigger.MAX_AGE, "seconds", () -> rotation.dropBefore(policy.maxAge().toNanos(), ageClock.now()));
    add(Trigger.SPACE_LEFT, "bytes", () -> rotation.dropOldest(false, false));
    add(Trigger.ADMIN_SPACE_LEFT, "bytes", () -> rotation.dropOldest(true, false));
    // What is not full any more, if not well yet either, is no reason to drop history.
    add(Trigger.DISK_FULL, "times",
        () -> upkeep.writing().state() == State.FULL && rotation.dropOldest(true, true));
    add(Trigger.DISK_ERROR, "times", nothing);
    add(Trigger.OVERFLOW, "times", nothing);
    add(Trigger.LOSS, "times", nothing);
    lookAtLossesBefore();
  }

  /**
   * What was lost before the service came up, as while it was away, is said and nothing more: to halt for it would be to
   * halt at each boot.
   */
  private void lookAtLossesBefore() {
    String detail = losses.look(collector.status().sources());
    if (!detail.isEmpty() && policy.actions(Trigger.LOSS).contains(Action.Plain.LOG)) {
      performer.perform(Trigger.LOSS, List.of(Action.Plain.LOG), "before the start: " + detail);
    }
  }

  private void add(Trigger trigger, String unit, BooleanSupplier rotate) {
    limits.put(trigger, new Limit(trigger, unit, policy.actions(trigger), performer, rotate));
  }

  private Limit limit(Trigger trigger) {
    return Objects.requireNonNull(limits.get(trigger));
  }

  /** How each stands. Any thread may ask. */
  List<LimitState> limits() {
    List<LimitState> states = new ArrayList<>();
    for (Trigger trigger : Trigger.values()) {
      states.add(limit(trigger).state());
    }
    return states;
  }

  /** How many slices were asked to be dropped. Any thread may ask. */
  long dropped() {
    return rotation.dropped();
  }

  /** One look at everything, and what it leads to. */
  void look() {
    boolean seldom = looks++ % SELDOM == 0;
    lookAtHealth();
    lookAtSpace();
    if (policy.maxStoreSize() > 0 && (seldom || limit(Trigger.MAX_STORE_SIZE).isCrossed())) {
      lookAtSize();
    }
    if (!policy.maxAge().isZero() && seldom) {
      lookAtAge();
    }
    Status status = collector.status();
    lookAtQueue(status.queue());
    lookAtLosses(status.sources());
    performer.keepUp(seldom);
  }

  private void lookAtHealth() {
    StoreHealth health = upkeep.health();
    StoreHealth writing = upkeep.writing();
    // Damage that a reader meets stays, and keeps nothing from being written.
    performer.letGoOn(Trigger.DISK_ERROR, writing.state() == State.FINE);
    judge(Trigger.DISK_FULL, writing, State.FULL, "there is no space to keep what happens");
    judge(Trigger.DISK_ERROR, health, State.FAILING, "what happens cannot be kept");
  }

  private void judge(Trigger trigger, StoreHealth health, State state, String words) {
    Limit limit = limit(trigger);
    boolean is = health.state() == state;
    limit.seen(null, limit.state().times() + (is && !limit.isCrossed() ? 1 : 0))
        .judge(is, health.state() == State.FINE, () -> words + ": " + health.problem());
  }

  private void lookAtSpace() {
    try {
      long free = disk.free();
      long total = disk.total();
      judgeSpace(Trigger.SPACE_LEFT, policy.spaceLeft().of(total), free);
      judgeSpace(Trigger.ADMIN_SPACE_LEFT, policy.adminSpaceLeft().of(total), free);
    } catch (IOException e) {
      LOG.debug("the file system cannot be looked at: {}", e.getMessage());
    }
  }

  private void judgeSpace(Trigger trigger, long least, long free) {
    limit(trigger).seen(least == 0 ? null : least, free).judge(
        free < least, free >= least + least / SPACE_MARGIN,
        () -> mebibytes(free) + " are free for the data directory, less than " + mebibytes(least));
  }

  private void lookAtSize() {
    long most = policy.maxStoreSize();
    long bytes = upkeep.bytes();
    limit(Trigger.MAX_STORE_SIZE).seen(most, bytes).judge(
        bytes > most, bytes <= most - most / SIZE_MARGIN,
        () -> "the store takes " + mebibytes(bytes) + ", more than " + mebibytes(most));
  }

  private void lookAtAge() {
    List<Slice> slices = upkeep.slices();
    long most = policy.maxAge().toSeconds();
    long now = ageClock.now();
    long age = Math.max(0, now - Ages.end(slices, 0, now)) / 1_000_000_000L;
    boolean old = slices.size() > 1 && age > most;
    limit(Trigger.MAX_AGE).seen(most, slices.size() > 1 ? age : 0).judge(
        old, !old, () -> "the oldest history is " + age + " seconds old, older than " + most);
  }

  /** What was given up waits no longer: how much does tells nothing while the store does not take it. */
  private void lookAtQueue(Status.Queue queue) {
    boolean grown = queue.overflows() > overflows;
    overflows = queue.overflows();
    boolean respected = !queue.stuck() && queue.bytes() <= queue.limit() / 2;
    limit(Trigger.OVERFLOW).seen(null, overflows).judge(grown, respected,
        () -> mebibytes(queue.bytes()) + " wait to be kept, of " + mebibytes(queue.limit()) + " that may; " + queue.lost()
            + " ended tasks and execs were given up so far");
  }

  /** A loss is over when nothing more was lost for a while, and all that was reported since then has been applied. */
  private void lookAtLosses(List<Status.Source> sources) {
    String detail = losses.look(sources);
    long now = times.monotonic().getAsLong();
    if (!detail.isEmpty()) {
      lastLoss = now;
    }
    limit(Trigger.LOSS).seen(null, losses.total()).judge(!detail.isEmpty(),
        lastLoss == NEVER || now - lastLoss >= QUIET && collector.watermark() > lastLoss, () -> detail);
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }
}
