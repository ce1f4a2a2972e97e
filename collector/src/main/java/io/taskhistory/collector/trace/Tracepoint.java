package io.taskhistory.collector.trace;

/** The kernel's tracepoints that are recorded, and what each is needed for. */
enum Tracepoint {
  /** A task was created; told by the task that called clone, before the new one runs. */
  NEWTASK("task", "task_newtask", true, Tracepoint.NO_FILTER),
  /** A comm was changed: every successful exec does so before {@link #EXEC} is told. */
  RENAME("task", "task_rename", true, Tracepoint.NO_FILTER),
  /** As {@link #NEWTASK}, a moment later and with less; of use where that was missed. */
  FORK("sched", "sched_process_fork", true, Tracepoint.NO_FILTER),
  /**
   * An exec succeeded. Not recorded, and nothing says so, where the path that it was asked for has more than some 4,050
   * bytes: ring_buffer_lock_reserve() in kernel/trace/ring_buffer.c turns away what is larger than a page, whatever the
   * size of the sub-buffers (seen with 6.18). Another source has to notice.
   */
  EXEC("sched", "sched_process_exec", true, Tracepoint.NO_FILTER),
  EXIT("sched", "sched_process_exit", true, Tracepoint.NO_FILTER),
  /**
   * A signal was queued: {@code result} 0 is TRACE_SIGNAL_DELIVERED. Not SIGCHLD (17), SIGCONT (18), SIGURG (23) and
   * SIGWINCH (28), which end nobody; numbered as on x86 and arm64 (include/uapi/asm-generic/signal.h).
   */
  SIGNAL("signal", "signal_generate", false, "sig!=17&&sig!=18&&sig!=23&&sig!=28&&result==0"),
  /** The kernel, out of memory, chose a victim. */
  VICTIM("oom", "mark_victim", false, Tracepoint.NO_FILTER);

  /** What a {@code filter} file says where there is none. */
  static final String NO_FILTER = "none";

  final String group;
  final String event;
  /** Whether nothing can be followed without it. */
  final boolean isRequired;
  /** Evaluated by the kernel; in the words of Documentation/trace/events.rst. */
  final String filter;

  Tracepoint(String group, String event, boolean isRequired, String filter) {
    this.group = group;
    this.event = event;
    this.isRequired = isRequired;
    this.filter = filter;
  }

  /** Its directory below {@code events}. */
  String path() {
    return group + "/" + event;
  }
}
