package io.taskhistory.collector.tracking;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/** A live process: its leader, its other threads, and whose child it is by {@code ppid}. */
final class TrackedProcess {

  final Tracked leader;

  /** The threads other than the leader that have not ended. */
  @Nullable Tracked firstThread;

  /** How many of its tasks have not ended, the leader among them. */
  int running = 1;

  boolean leaderExited;

  /**
   * How many threads are no more without their exits having been reported. An exit of the leader that comes while there
   * are any may be that of a former leader whose place one of them took in an exec, reported late.
   */
  int unaccounted;

  /** Whether all threads certainly have the leader's comm, so that a new one, whoever made it, has it too. */
  boolean uniformComm = true;

  /** The last reading of the process's name, for as long as it can turn out to be wrong. */
  @Nullable NameReading reading;

  /** The one entry with which the process stands in the histories of those that were brought in as its children. */
  @Nullable Entry asReaper;

  /** Whether it was found to be over before all its events had come: one of them may have been a rename or an exec. */
  boolean overUnseen;

  /** When the leader was last seen to change its comm by other means than an exec. */
  long renamedAt = -1;

  /** When a uid or gid of the process was last seen to change. */
  long credentialsChangedAt = -1;

  /** The signals that were seen to be queued to it, if any. */
  @Nullable SignalsSeen signals;

  /** Whether the kernel, out of memory, has chosen it to be killed. */
  boolean oomVictim;

  // What its tasks ended with, as far as ExitDesk knows.

  /** Of any that a signal ended, 0 where there is none; the core bit that of whichever has it. */
  int signalStatus;
  /** Of all but the last that did not end with 0, where that is the same; 0 where there is none such. */
  int othersStatus;
  /** Of the last, or what stands for it. */
  int lastStatus = Ending.UNKNOWN_STATUS;
  /** Of how many no report is there, and whether that of one may be among what was lost. */
  int unreported;
  boolean isReportLost;

  private @Nullable TrackedProcess reaper;
  private @Nullable TrackedProcess firstChild;
  private @Nullable TrackedProcess previousSibling;
  private @Nullable TrackedProcess nextSibling;

  TrackedProcess(Tracked leader) {
    this.leader = leader;
  }

  void addThread(Tracked thread) {
    thread.nextThread = firstThread;
    if (firstThread != null) {
      firstThread.previousThread = thread;
    }
    firstThread = thread;
    running++;
  }

  void removeThread(Tracked thread) {
    if (thread.previousThread != null) {
      thread.previousThread.nextThread = thread.nextThread;
    } else if (firstThread == thread) {
      firstThread = thread.nextThread;
    }
    if (thread.nextThread != null) {
      thread.nextThread.previousThread = thread.previousThread;
    }
    thread.previousThread = null;
    thread.nextThread = null;
    running--;
  }

  /** The leader is over; the process is not while {@link #running} is above 0. */
  void leaderHasExited() {
    if (!leaderExited) {
      leaderExited = true;
      running--;
    }
  }

  /** What a thread that any of this process's threads creates is called. */
  RawText commOfNewThread() {
    return uniformComm ? leader.task.comm() : RawText.UNKNOWN;
  }

  @Nullable TrackedProcess reaper() {
    return reaper;
  }

  @Nullable TrackedProcess firstChild() {
    return firstChild;
  }

  /** Whom {@code ppid} names from now on. */
  void reapedBy(@Nullable TrackedProcess newReaper) {
    if (reaper != null) {
      if (previousSibling != null) {
        previousSibling.nextSibling = nextSibling;
      } else {
        reaper.firstChild = nextSibling;
      }
      if (nextSibling != null) {
        nextSibling.previousSibling = previousSibling;
      }
    }
    previousSibling = null;
    nextSibling = newReaper == null ? null : newReaper.firstChild;
    if (nextSibling != null) {
      nextSibling.previousSibling = this;
    }
    if (newReaper != null) {
      newReaper.firstChild = this;
      leader.task.reapedBy(newReaper.leader.task.id());
    }
    reaper = newReaper;
  }

  @Override
  public String toString() {
    return leader.toString();
  }
}
