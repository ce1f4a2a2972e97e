package io.taskhistory.api.cli;

import io.taskhistory.api.cli.ProgressLine.Shown;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How a command that takes long is told to speak of it. */
final class ProgressOptions {

  @Option(names = {"-q", "--quiet"}, description = "no progress, nor counts on standard error")
  private boolean quiet;

  @Option(names = "--progress",
      description = "tell how far it is, a line every few seconds, also where standard error is no terminal (default:"
          + " only on a terminal, in one line)")
  private boolean progress;

  boolean isQuiet() {
    return quiet;
  }

  /**
   * The line to draw.
   *
   * @param terminal whose width it has to keep to, if it is on one
   * @param fits whether a terminal is free for it
   */
  ProgressLine line(PrintWriter err, Terminal terminal, boolean fits) {
    Shown shown = quiet ? Shown.NOT : Terminal.showsErrors() && fits ? Shown.IN_PLACE
        : progress ? Shown.IN_LINES : Shown.NOT;
    if (shown == Shown.IN_PLACE) {
      terminal.followWidth();
    }
    return new ProgressLine(err, shown, terminal);
  }
}
