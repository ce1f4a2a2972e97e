package io.taskhistory.collector.procfs;

import io.taskhistory.history.RawText;

/** The fields of {@code /proc/PID/stat} that we use, under proc(5)'s names. Filled anew by each read. */
public final class TaskStat {

  /** PF_KTHREAD of include/linux/sched.h, among {@link #flags}: a kernel thread. An exec clears it. */
  public static final int PF_KTHREAD = 0x0020_0000;

  public int tid;
  public RawText comm = RawText.UNKNOWN;
  public char state;
  public int ppid;
  public int flags;
  /** Start after boot on the boot clock, in clock ticks. */
  public long starttime;
  /** The bottom of the stack; 0 where there is none or no right to see it. */
  public long startstack;

  public boolean isKernelThread() {
    return (flags & PF_KTHREAD) != 0;
  }

  /** Whether the task is over and only waits to be reaped. */
  public boolean isDead() {
    return state == 'Z' || state == 'X';
  }
}
