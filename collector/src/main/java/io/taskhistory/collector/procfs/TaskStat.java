package io.taskhistory.collector.procfs;

import io.taskhistory.history.RawText;

/** The fields of {@code /proc/PID/stat} that we use, under proc(5)'s names. Filled anew by each read. */
public final class TaskStat {

  /** PF_KTHREAD of include/linux/sched.h, among {@link #flags}: a kernel thread. An exec clears it. */
  public static final int PF_KTHREAD = 0x0020_0000;

  /** PF_EXITING of the same header: do_exit() in kernel/exit.c has begun, and sets it before it reports the exit. */
  public static final int PF_EXITING = 0x0000_0004;

  public int tid;
  public RawText comm = RawText.UNKNOWN;
  public char state;
  public int ppid;
  /** The controlling terminal's device number, 0 for none. */
  public int ttyNr;
  public int flags;
  public int numThreads;
  /** Start after boot on the boot clock, in clock ticks. */
  public long starttime;
  /** Where the program's text begins; 0 where there is none, or not yet. */
  public long startcode;
  /** The bottom of the stack; 0 where there is none or no right to see it. */
  public long startstack;
  /** As wait(2) gives it, of a task that is over; 0 where there is no right to see it. */
  public int exitCode;

  public boolean isKernelThread() {
    return (flags & PF_KTHREAD) != 0;
  }

  /** Whether the task is over, or on the last of its way: its exit may have been reported already. */
  public boolean isDead() {
    return hasEnded() || (flags & PF_EXITING) != 0;
  }

  /** Whether the task is over and only waits to be reaped. */
  private boolean hasEnded() {
    return state == 'Z' || state == 'X';
  }

  /**
   * Whether the comm is the last that the process ever had, and belongs to its last successful exec or a rename after
   * that. A dead task has no image whose stack could vouch for its name, but nothing changes it any more: only the task
   * itself and threads of its process can, and there are none. The one way to die with the name of an image that never
   * ran is an exec that fails past the point of no return, and bprm_execve() in fs/exec.c ends that by a signal.
   */
  public boolean isFinal() {
    return hasEnded() && numThreads <= 1 && (exitCode & 0x7f) == 0;
  }
}
