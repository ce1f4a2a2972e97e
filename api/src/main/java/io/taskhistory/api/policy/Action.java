package io.taskhistory.api.policy;

import java.nio.file.Path;
import java.util.Locale;

/** Something that is done when a limit is crossed, by the names of auditd.conf(5). */
public sealed interface Action {

  /** Those that need nothing more said. */
  enum Plain implements Action {
    /** Nothing. */
    IGNORE,
    /** It is said in the system's log and in ours. */
    LOG,
    /** The oldest history is dropped, a slice at a time, until the limit is respected again. */
    ROTATE,
    /** The configured cgroups stand still until the limit is respected again. */
    SUSPEND,
    /** The machine is shut down. */
    HALT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A program is run. */
  record Exec(Path program) implements Action {

    @Override
    public String toString() {
      return "exec " + program;
    }
  }
}
