package io.taskhistory.api.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of {@code si_code}, as include/uapi/asm-generic/siginfo.h has them. */
final class SignalCodes {

  /** What any signal can have. */
  private static final Map<Integer, String> COMMON = Map.of(
      0, "SI_USER", 0x80, "SI_KERNEL", -1, "SI_QUEUE", -2, "SI_TIMER", -3, "SI_MESGQ", -4, "SI_ASYNCIO",
      -5, "SI_SIGIO", -6, "SI_TKILL", -7, "SI_DETHREAD", -60, "SI_ASYNCNL");

  /** Those of one signal, from 1. */
  private static final Map<Integer, List<String>> OF_SIGNAL = Map.of(
      4, List.of("ILL_ILLOPC", "ILL_ILLOPN", "ILL_ILLADR", "ILL_ILLTRP", "ILL_PRVOPC", "ILL_PRVREG", "ILL_COPROC",
          "ILL_BADSTK", "ILL_BADIADDR"),
      5, List.of("TRAP_BRKPT", "TRAP_TRACE", "TRAP_BRANCH", "TRAP_HWBKPT", "TRAP_UNK", "TRAP_PERF"),
      7, List.of("BUS_ADRALN", "BUS_ADRERR", "BUS_OBJERR", "BUS_MCEERR_AR", "BUS_MCEERR_AO"),
      8, List.of("FPE_INTDIV", "FPE_INTOVF", "FPE_FLTDIV", "FPE_FLTOVF", "FPE_FLTUND", "FPE_FLTRES", "FPE_FLTINV",
          "FPE_FLTSUB"),
      11, List.of("SEGV_MAPERR", "SEGV_ACCERR", "SEGV_BNDERR", "SEGV_PKUERR", "SEGV_ACCADI", "SEGV_ADIDERR",
          "SEGV_ADIPERR", "SEGV_MTEAERR", "SEGV_MTESERR", "SEGV_CPERR"),
      29, List.of("POLL_IN", "POLL_OUT", "POLL_MSG", "POLL_ERR", "POLL_PRI", "POLL_HUP"),
      31, List.of("SYS_SECCOMP", "SYS_USER_DISPATCH"));

  private SignalCodes() {}

  /** The name of {@code code} where {@code signal} has it; null where it has none. */
  static @Nullable String name(int signal, int code) {
    List<String> own = OF_SIGNAL.getOrDefault(signal, List.of());
    return code >= 1 && code <= own.size() ? own.get(code - 1) : COMMON.get(code);
  }
}
