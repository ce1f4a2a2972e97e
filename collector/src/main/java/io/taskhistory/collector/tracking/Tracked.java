package io.taskhistory.collector.tracking;

import io.taskhistory.history.Task;
import org.jspecify.annotations.Nullable;

/** A live task and what only the tracker needs to know of it. */
final class Tracked {

  final Task task;
  final TrackedProcess process;

  /** The epoch in which it was last certain that this task holds its tid; see {@link LiveTable}. */
  int epoch;

  /** When /proc showed the task and it was taken from there; 0 where an event brought it. */
  long seenAt;

  /** Since when events, too, have said that the task holds its tid, where it was taken from /proc after that. */
  long heldSince = Long.MAX_VALUE;

  /** When the image was first seen of which the imprint is, where that was long after its exec. */
  long recognizedAt;

  /** Whether a loss that was told may have left open which image the process has. */
  boolean isImageOpen;

  /** Whether the task's start is that of the task, and not just the time of the first event that named it. */
  boolean startKnown = true;

  /** Whether it was over by then and only its exit event, if there is to be one, is missing. */
  boolean deadWhenSeen;

  @Nullable Tracked previousThread;
  @Nullable Tracked nextThread;

  /** A leader, with a process of its own. */
  Tracked(Task leader, int epoch) {
    this.task = leader;
    this.process = new TrackedProcess(this);
    this.epoch = epoch;
  }

  /** A thread of {@code process}. */
  Tracked(Task thread, TrackedProcess process, int epoch) {
    this.task = thread;
    this.process = process;
    this.epoch = epoch;
  }

  boolean isLeader() {
    return process.leader == this;
  }

  @Override
  public String toString() {
    return task.toString();
  }
}
