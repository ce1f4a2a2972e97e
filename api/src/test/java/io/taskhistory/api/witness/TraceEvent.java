package io.taskhistory.api.witness;

/** What one line of a trace says. Times are nanoseconds on the monotonic clock, which the text rounds to thousands. */
sealed interface TraceEvent {

  /** CLONE_THREAD of include/uapi/linux/sched.h. */
  long CLONE_THREAD = 0x10000;

  long time();

  /** The task that ran. */
  int by();

  /** {@code task_newtask}: a task was made, by the task that called clone. */
  record Cloned(long time, int by, int tid, long flags) implements TraceEvent {

    boolean isThread() {
      return (flags & CLONE_THREAD) != 0;
    }
  }

  /** {@code sched_process_fork}, which follows {@code task_newtask}. */
  record Forked(long time, int by, int child) implements TraceEvent {}

  /** {@code task_rename}: also each exec makes one, before its own event. */
  record Renamed(long time, int by, int tid, String name) implements TraceEvent {}

  /** {@code sched_process_exec}, by the pid that the task has now and the tid that it called exec under. */
  record Execed(long time, int by, int tid, int oldTid) implements TraceEvent {}

  /** {@code sched_process_exit}, of one thread. */
  record Exited(long time, int by, int tid) implements TraceEvent {}
}
