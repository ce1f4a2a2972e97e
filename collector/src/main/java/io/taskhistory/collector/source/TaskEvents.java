package io.taskhistory.collector.source;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;

/**
 * What happened to tasks, one call an event, in the order in which it happened. Calls instead of objects, because there
 * are a hundred thousand of them a second at times. Times are nanoseconds on the monotonic clock; tids and tgids are
 * those of the host's pid namespace.
 *
 * <p>What ends or begins a task, or changes its name, concerns whoever follows tasks; the rest may be left unheard.
 *
 * <p>What a source cannot tell it says so: {@link #UNKNOWN_TID}, {@link RawText#UNKNOWN}.
 */
public interface TaskEvents {

  /** The source does not tell which task. */
  int UNKNOWN_TID = -1;

  /** The source does not tell how the task was cloned. */
  long UNKNOWN_FLAGS = -1;

  /**
   * A task was created.
   *
   * @param callerTid the task that called clone or, where {@code callerAssumed}, the one that the source calls parent
   * @param callerAssumed whether another task may have called: the connector reports {@code real_parent}, which with
   *     CLONE_PARENT (and so for every thread) is the caller's own parent
   * @param childTid the new task
   * @param childTgid its process: the same as {@code childTid} unless it is a thread, and for a thread
   *     {@link #UNKNOWN_TID} where the source leaves it to the caller's process. With unknown {@code flags} and not
   *     {@code callerAssumed}, {@link #UNKNOWN_TID} says nothing: it can be a thread or a process
   * @param flags CLONE_… of include/uapi/linux/sched.h, or {@link #UNKNOWN_FLAGS}
   * @param comm what the new task is called
   */
  void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm);

  /**
   * An exec succeeded.
   *
   * @param tid the task, under the pid that it has now: its process's
   * @param oldTid the pid that it called exec under, which differs for a thread other than the leader
   * @param name the new comm
   * @param filename what exec was asked for
   */
  void execed(long time, int tid, int oldTid, RawText name, RawText filename);

  /** A task's comm was changed by other means than an exec. */
  void renamed(long time, int tid, RawText name);

  /**
   * A task ended. Unless the source {@link EventSource#isExact is exact}, the report can come after its tid is given to
   * another.
   *
   * @param tgid its process, or {@link #UNKNOWN_TID}
   * @param waitStatus as wait(2) gives it, or {@link Ending#UNKNOWN_STATUS}
   * @param parentTgid the process that {@code ppid} named at the end, or {@link #UNKNOWN_TID}
   */
  void exited(long time, int tid, int tgid, int waitStatus, int parentTgid);

  default void uidChanged(long time, int tid, int ruid, int euid) {}

  default void gidChanged(long time, int tid, int rgid, int egid) {}

  /** The task's process called setsid. */
  default void sessionStarted(long time, int tid) {}

  /** The task is traced by another from now on, or by none where {@code tracerTid} is 0. */
  default void traced(long time, int tid, int tracerTid) {}

  default void coreDumped(long time, int tid) {}

  /**
   * A signal was queued for a task; one that is ignored, or pending already, is not reported.
   *
   * @param senderTid the task that ran when it was made, 0 for an idle processor; of no meaning where
   *     {@code inInterrupt}
   * @param targetTid whom it is for, one task of the process where {@code toGroup}
   * @param code {@code si_code} of sigaction(2): above 0 the kernel made it
   * @param inInterrupt whether it was made in an interrupt, where the task that runs is there by accident
   */
  default void signalled(
      long time, int senderTid, int targetTid, int signal, int code, boolean toGroup, boolean inInterrupt) {}

  /** The kernel, out of memory, has chosen the task's process to be killed. */
  default void oomVictim(long time, int tid) {}

  /** What is on record of a successful exec, which {@link #execed} tells of as well, here or in another source. */
  default void execRecorded(ExecRecord exec) {}

  /**
   * Here, in the order of events, some are missing.
   *
   * @param from the last time up to which nothing is
   * @param to the first time from which nothing is
   * @param count how many, or {@link Gap#UNCOUNTED}
   */
  void lost(long from, long to, long count, Gap.Cause cause);
}
