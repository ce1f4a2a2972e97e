package io.taskhistory.collector.procfs;

/**
 * The tasks that /proc shows. A task that vanishes while it is read is normal: the reads then say false. For one thread
 * at a time.
 */
public interface ProcTasks {

  /** The same for another thread. */
  default ProcTasks another() {
    return this;
  }

  /** Reads {@code /proc/TID/stat}, of a leader or any other thread; false where there is none. */
  boolean read(int tid, TaskStat into);

  /**
   * As {@link #read}, and true only where the comm certainly belongs to the image whose {@link TaskStat#startstack} came
   * with it. One read does not tell: the kernel takes the memory map first and the name later, and an exec can come
   * between.
   */
  boolean readSettled(int tid, TaskStat into);

  /** The thread group ids of all processes, kernel threads included. */
  int[] processes();

  /** Whether anybody may have {@code tid}, a zombie perhaps; cheaper than {@link #read}. */
  default boolean isTask(int tid) {
    return true;
  }

  /** The tids of one process, its leader among them; empty where it is gone. */
  int[] threads(int tgid);

  /** The process that a task belongs to ({@code Tgid} in {@code /proc/TID/status}); 0 where there is none. */
  int tgid(int tid);

  /**
   * Whether each exec of the process places its stack at random, so that an unchanged {@link TaskStat#startstack} means
   * an unchanged image: {@code /proc/sys/kernel/randomize_va_space} is not 0 and {@code /proc/PID/personality} lacks
   * ADDR_NO_RANDOMIZE (uapi/linux/personality.h).
   */
  boolean placesStackAtRandom(int tid);

  /**
   * In how many pid namespaces a task has a number, as seen from ours, which is one ({@code NSpid} in
   * {@code /proc/TID/status}); 0 where there is no such task.
   */
  default int pidNamespaces(int tid) {
    return tgid(tid) == 0 ? 0 : 1;
  }

  /** The tid that was given last ({@code /proc/loadavg}); the next is the next free one, until there are no higher. */
  default int lastTid() {
    return 0;
  }

  /** The tid from which on there are none: {@code kernel.pid_max}. */
  default int tidsEnd() {
    return 1 << 15;
  }
}
