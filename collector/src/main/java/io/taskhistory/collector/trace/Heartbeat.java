package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;

/**
 * Finds out, about once a second, what no page of the ring tells: that somebody switched the recording off, took events
 * out of the ring, emptied it, or that the kernel could not record some. What was passed on since the last look that
 * found nothing is on the wrong side of such a loss; that cannot be helped.
 *
 * <p>What it puts right nobody can find again: so before that the journal is told, until somebody has kept the loss.
 */
final class Heartbeat {

  private static final long INTERVAL = 1_000_000_000L;

  /** More often than {@link #BEARABLE} times within this it is no accident. */
  private static final long WINDOW = 60_000_000_000L;
  private static final int BEARABLE = 3;

  private final CpuReader[] readers;
  private final Journal journal;
  private final InstanceGuard guard;
  private final Losses losses;
  private final long[] refused;
  private final long[] wrongAt = new long[BEARABLE];
  private int wrongs;
  private long last;
  private long good;

  private long missing;
  private boolean uncounted;

  /** From {@code good} on everything is in order as far as is known. */
  Heartbeat(CpuReader[] readers, Journal journal, InstanceGuard guard, Losses losses, long good) {
    this.readers = readers;
    this.journal = journal;
    this.guard = guard;
    this.losses = losses;
    this.good = good;
    this.refused = new long[readers.length];
    for (int i = 0; i < readers.length; i++) {
      readers[i].stats().refresh();
      refused[i] = readers[i].stats().refused();
    }
  }

  /** Some are known to be missing before the first look: how many, or {@link Gap#UNCOUNTED}. */
  void missing(long count) {
    missing = Math.max(0, count);
    uncounted = count == Gap.UNCOUNTED;
  }

  /**
   * Looks, if it is time to.
   *
   * @param whole up to when everything was passed on
   * @return whether it was
   * @throws SourceException where the recording is switched off again and again
   */
  boolean beat(long now, long whole, TaskEvents events) {
    boolean due = now - last >= INTERVAL;
    if (due) {
      last = now;
      look(whole, events);
    }
    return due;
  }

  /** Looks now. */
  private void look(long whole, TaskEvents events) {
    String wrong = guard.check(() -> journal.hasUntoldLoss(true));
    long unrecorded = 0;
    for (int i = 0; i < readers.length; i++) {
      CpuStats stats = readers[i].stats();
      stats.refresh();
      compare(readers[i], stats);
      unrecorded += Math.max(0, stats.refused() - refused[i]);
      refused[i] = stats.refused();
    }
    long now = Clocks.monotonic();
    if (unrecorded > 0) {
      losses.tell(events, good, now, unrecorded, Gap.Cause.OVERFLOW);
    }
    if (!wrong.isEmpty() || uncounted || missing > 0) {
      boolean isCounted = wrong.isEmpty() && !uncounted;
      losses.tell(events, good, now, isCounted ? missing : Gap.UNCOUNTED, Gap.Cause.INTERFERENCE);
    }
    if (!wrong.isEmpty()) {
      bear(wrong, now);
    }
    good = whole;
    missing = 0;
    uncounted = false;
  }

  /** Every event that was read from the ring has to be one that we have read. */
  private void compare(CpuReader reader, CpuStats stats) {
    int cpu = reader.cpu();
    long ahead = stats.read() - reader.loaded();
    long more = ahead - journal.kernelAhead(cpu);
    boolean recount = reader.wantsRecount();
    if (more != 0) {
      if (!recount) {
        journal.hasUntoldLoss(true);
        missing += Math.max(0, more);
        uncounted |= more < 0;
      }
      journal.kernelAhead(cpu, ahead);
    }
    if (stats.overrun() < journal.overrunsTold(cpu)) {
      journal.overrunsTold(cpu, stats.overrun());
    }
  }

  private void bear(String wrong, long now) {
    long before = wrongAt[wrongs % BEARABLE];
    wrongAt[wrongs++ % BEARABLE] = now;
    if (wrongs > BEARABLE && now - before < WINDOW) {
      throw new SourceException("somebody keeps changing what the kernel records for us, last " + wrong
          + "; find out who, or take another instance: --trace-instance NAME");
    }
  }
}
