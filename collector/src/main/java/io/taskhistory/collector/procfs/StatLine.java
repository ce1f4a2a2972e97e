package io.taskhistory.collector.procfs;

import java.nio.ByteBuffer;

/**
 * Takes {@code /proc/PID/stat} apart (do_task_stat() in fs/proc/array.c).
 *
 * <pre>
 *   pid (comm) state ppid pgrp session tty_nr tpgid flags … num_threads itrealvalue starttime … startstack … exit_code
 *   1   2      3     4    5    6       7      8     9       20          21          22          28           52
 * </pre>
 *
 * <p>The comm can hold anything, parentheses and spaces included, but what follows it cannot hold a parenthesis: it
 * ends at the last one. Unlike in {@code /proc/PID/status} nothing in it is escaped: proc_task_name() is told not to.
 */
final class StatLine {

  /** Longer than the kernel's longest line: 64 bytes of name and 50 numbers of 20 digits. */
  static final int MAX_LENGTH = 2048;

  /** TASK_COMM_LEN of include/linux/sched.h without the NUL. The kernel shows more of a kernel thread's name. */
  private static final int COMM_LENGTH = 15;

  /** PF_WQ_WORKER of include/linux/sched.h: a kernel thread that shows what it works on behind its name. */
  private static final int PF_WQ_WORKER = 0x20;

  private static final int WORKER_PREFIX = "kworker/".length();

  private static final int STATE = 3;
  private static final int PPID = 4;
  private static final int TTY_NR = 7;
  private static final int FLAGS = 9;
  private static final int NUM_THREADS = 20;
  private static final int STARTTIME = 22;
  private static final int STARTCODE = 26;
  private static final int STARTSTACK = 28;
  private static final int EXIT_CODE = 52;

  private final CommCache comms = new CommCache();
  private final byte[] comm = new byte[MAX_LENGTH];
  private ByteBuffer line = ByteBuffer.allocate(0);
  private int at;
  private int end;

  /** Fills {@code into} from the first {@code length} bytes of {@code source}; false where they are no such line. */
  boolean parse(ByteBuffer source, int length, TaskStat into) {
    line = source;
    end = length;
    at = 0;
    long tid = number();
    if (tid < 1 || tid > Integer.MAX_VALUE || at + 1 >= end || line.get(at) != ' ' || line.get(at + 1) != '(') {
      return false;
    }
    int open = at + 1;
    int close = end - 1;
    while (close > open && line.get(close) != ')') {
      close--;
    }
    if (close == open || close + 2 >= end) {
      return false;
    }
    into.tid = (int) tid;
    into.state = (char) (line.get(close + 2) & 0x7f);
    at = close + 3;
    if (!fields(into)) {
      return false;
    }
    int commLength = copy(open + 1, close);
    into.comm = comms.get(comm, 0, into.isKernelThread() ? kernelThread(commLength, into.flags) : commLength);
    return true;
  }

  private boolean fields(TaskStat into) {
    into.exitCode = 0;
    int field = STATE;
    while (at < end && line.get(at) == ' ') {
      at++;
      field++;
      long value = number();
      switch (field) {
        case PPID -> into.ppid = (int) value;
        case TTY_NR -> into.ttyNr = (int) value;
        case FLAGS -> into.flags = (int) value;
        case NUM_THREADS -> into.numThreads = (int) value;
        case STARTTIME -> into.starttime = value;
        case STARTCODE -> into.startcode = value;
        case STARTSTACK -> into.startstack = value;
        case EXIT_CODE -> into.exitCode = (int) value;
        default -> { }
      }
    }
    return field >= STARTSTACK;
  }

  /** The number that starts here, up to whatever is none; those of 64 bits without a sign wrap. */
  private long number() {
    boolean negative = at < end && line.get(at) == '-';
    if (negative) {
      at++;
    }
    long value = 0;
    while (at < end) {
      int digit = line.get(at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
      at++;
    }
    return negative ? -value : value;
  }

  private int copy(int from, int to) {
    for (int i = from; i < to; i++) {
      comm[i - from] = line.get(i);
    }
    return to - from;
  }

  /**
   * How much of what is shown is the comm. proc_task_name() in fs/proc/array.c shows the name that a kernel thread was
   * created with, which can be longer than its comm; and of a worker ({@code kworker/1:2-events}) what it did last,
   * which changes all the time. A rescuer's name ({@code kworker/R-name}) has that hyphen itself.
   */
  private int kernelThread(int length, int flags) {
    int shown = Math.min(length, COMM_LENGTH);
    if ((flags & PF_WQ_WORKER) != 0 && length > WORKER_PREFIX && comm[WORKER_PREFIX] != 'R') {
      for (int i = WORKER_PREFIX; i < shown; i++) {
        if (comm[i] == '-' || comm[i] == '+') {
          return i;
        }
      }
    }
    return shown;
  }
}
