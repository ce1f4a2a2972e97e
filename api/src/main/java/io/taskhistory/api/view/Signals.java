package io.taskhistory.api.view;

import java.util.List;

/** The names of signals, as signal(7) has them for x86 and arm. */
final class Signals {

  private static final List<String> NAMES = List.of(
      "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
      "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
      "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
      "SIGSYS");

  /** The kernel's first real-time signal; what the C library calls SIGRTMIN is higher. */
  private static final int FIRST_REAL_TIME = 32;

  private Signals() {}

  static String name(int signal) {
    return signal <= NAMES.size() ? NAMES.get(signal - 1) : "SIGRTMIN+" + (signal - FIRST_REAL_TIME);
  }
}
