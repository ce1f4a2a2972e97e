package io.taskhistory.api.enrich;

import io.taskhistory.history.RawText;

/** Whom a record means: a pid at a time, and what else is said of its process. Filled in again for each. */
final class Question {

  static final int NO_PID = -1;

  /** When, by the coarse wall clock when the syscall was entered. */
  long stamp;

  /** Counts the machine's events: of two of one process, the one with the lower number was earlier. */
  long serial;

  /** The process's id, or as kernels before 3.15 have it, the thread's. */
  int pid;

  /** Its parent's, or {@link #NO_PID}. */
  int ppid;

  /** The task's name when the syscall returned; unknown where the record has none. */
  RawText comm = RawText.UNKNOWN;

  /** Whether it succeeded in an exec: then its history is the one after it. */
  boolean isExec;

  /** Whether what is asked about is the process that the event is of, and not another that it concerns. */
  boolean isOwn;
}
