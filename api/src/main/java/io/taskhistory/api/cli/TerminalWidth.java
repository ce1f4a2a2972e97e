package io.taskhistory.api.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** How many columns the terminal has, also after its window has been made larger or smaller. */
final class TerminalWidth implements IntSupplier {

  /** Set by the script, which can ask the system. */
  private static final String PROPERTY = "taskhistory.columns";
  private static final int USUAL = 80;
  private static final int LEAST = 20;
  private static final int MOST = 10_000;
  private static final int PATIENCE_SECONDS = 2;

  private final boolean isFixed;
  private volatile int columns;

  /**
   * The width at the start.
   *
   * @param named what the environment says (COLUMNS), which nothing overrides
   */
  TerminalWidth(@Nullable String named) {
    int wanted = columns(named);
    isFixed = wanted > 0;
    int found = isFixed ? wanted : columns(System.getProperty(PROPERTY));
    columns = found > 0 ? found : USUAL;
  }

  /** Notices from now on when the window's size changes. */
  void follow() {
    if (!isFixed) {
      ProcessSignals.handle("WINCH", this::ask);
    }
  }

  private void ask() {
    try {
      Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty"))
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (InputStream answer = stty.getInputStream()) {
        String size = new String(answer.readNBytes(MOST), StandardCharsets.US_ASCII).strip();
        int found = columns(size.substring(size.indexOf(' ') + 1));
        if (stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && found > 0) {
          columns = found;
        }
      }
    } catch (IOException e) {
      // It stays as it was.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The number that {@code text} is, if it is one that can be meant; else 0. */
  private static int columns(@Nullable String text) {
    if (text == null || !text.matches("[0-9]{1,5}")) {
      return 0;
    }
    int number = Integer.parseInt(text);
    return number == 0 ? 0 : Math.max(LEAST, Math.min(MOST, number));
  }

  @Override
  public int getAsInt() {
    return columns;
  }
}
