package io.taskhistory.collector.trace;

import io.taskhistory.collector.source.TaskEvents;

/**
 * Brings the processors' items into one order, by time: a heap of those that have one, from whose top items are taken
 * as long as it is earlier than all others.
 *
 * <p><b>Up to when nothing is missing.</b> {@code now} is read before any ring is. An event that was committed to its
 * ring before {@code now} is found there. One that was only begun can be stamped before {@code now} and found with a
 * later call; it is passed on late then. Nothing can depend on it: while it is begun its task is in the tracepoint,
 * with preemption off, before whatever it tells of can be seen (task_newtask and sched_process_fork come before the
 * child is woken, sched_process_exec before the return to user space, sched_process_exit before the parent is told).
 * So whatever follows from it is stamped after it was committed, which is after its ring was read, which is after
 * {@code now}; and events after {@code now} are left for a later call, in which it is found.
 */
final class Merge {

  private final CpuReader[] readers;
  private final CpuReader[] heap;
  private final TraceDecoder decoder;
  private final Losses losses;
  private int size;
  private long passed;

  Merge(CpuReader[] readers, TraceDecoder decoder, Losses losses) {
    this.readers = readers;
    this.heap = new CpuReader[readers.length];
    this.decoder = decoder;
    this.losses = losses;
  }

  /**
   * Passes on what was told up to {@code now}, at most about {@code most}.
   *
   * @return whether that was all
   */
  boolean pass(long now, int most, TaskEvents events) {
    boolean blocked = false;
    size = 0;
    for (CpuReader reader : readers) {
      if (reader.ready(now)) {
        push(reader);
      }
      blocked |= reader.isBlocked();
    }
    int left = most;
    while (size > 0 && !blocked && heap[0].time() <= now) {
      if (left <= 0) {
        return false;
      }
      CpuReader earliest = heap[0];
      long limit = Math.min(now, second());
      boolean more;
      do {
        passed += earliest.passOn(decoder, events, losses) ? 1 : 0;
        left--;
        more = earliest.ready(now);
      } while (more && earliest.time() <= limit && left > 0);
      blocked = earliest.isBlocked();
      if (!more) {
        heap[0] = heap[--size];
      }
      sink(0);
    }
    return !blocked;
  }

  /** The earliest time of all but the top. */
  private long second() {
    long time = Long.MAX_VALUE;
    for (int i = 1; i <= 2 && i < size; i++) {
      time = Math.min(time, heap[i].time());
    }
    return time;
  }

  private void push(CpuReader reader) {
    int at = size++;
    while (at > 0 && heap[at - 1 >> 1].time() > reader.time()) {
      heap[at] = heap[at - 1 >> 1];
      at = at - 1 >> 1;
    }
    heap[at] = reader;
  }

  private void sink(int top) {
    if (size == 0) {
      return;
    }
    CpuReader sinking = heap[top];
    int at = top;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1].time() < heap[child].time()) {
        child++;
      }
      if (heap[child].time() >= sinking.time()) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = sinking;
  }

  /** How many events have been passed on. */
  long passed() {
    return passed;
  }
}
