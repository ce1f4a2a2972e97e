package io.taskhistory.api.cli;

import org.jspecify.annotations.Nullable;

/** The command above another, which picocli sets before it runs any. */
final class Programs {

  private Programs() {}

  static TaskhistoryCommand of(@Nullable TaskhistoryCommand program) {
    if (program == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return program;
  }
}
