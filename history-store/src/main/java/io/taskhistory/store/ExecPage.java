package io.taskhistory.store;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import java.util.List;
import java.util.Optional;

/**
 * Some execs, oldest first, and where to go on.
 *
 * @param next where there may be more
 */
public record ExecPage(List<Exec> execs, Optional<ExecCursor> next) {

  /** One exec and the boot that it happened in. */
  public record Exec(Boot boot, Entry entry) {}

  public ExecPage {
    execs = List.copyOf(execs);
  }
}
