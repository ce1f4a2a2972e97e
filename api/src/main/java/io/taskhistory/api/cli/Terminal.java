package io.taskhistory.api.cli;

import io.taskhistory.history.Escapes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Standard output: a person's terminal, or a pipe into another program. A reader that has gone (as {@code head} does)
 * ends the output, and is no failure.
 */
final class Terminal {

  /** Set by the script, which can ask the system; Java cannot before version 22. */
  private static final String IS_TERMINAL = "taskhistory.stdout.terminal";
  private static final String ERRORS_ON_TERMINAL = "taskhistory.stderr.terminal";

  /** How something is set apart where there is colour. */
  enum Style {
    STRONG("1"), FAINT("2"), GOOD("32"), DOUBTFUL("33"), BAD("31");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  private static final String UNKNOWN = "?";

  private final PrintStream out;
  private final boolean interactive;
  private final boolean utf8;
  private final IntSupplier width;

  /** One of any width. */
  Terminal(PrintStream out, boolean interactive, boolean utf8) {
    this(out, interactive, utf8, () -> Integer.MAX_VALUE);
  }

  Terminal(PrintStream out, boolean interactive, boolean utf8, IntSupplier width) {
    this.out = out;
    this.interactive = interactive;
    this.utf8 = utf8;
    this.width = width;
  }

  static Terminal ofProcess() {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    return new Terminal(out, Boolean.getBoolean(IS_TERMINAL), isUtf8(System.getenv()),
        new TerminalWidth(System.getenv("COLUMNS")));
  }

  private static boolean isUtf8(Map<String, String> environment) {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      @Nullable String value = environment.get(name);
      if (value != null && !value.isEmpty()) {
        return value.matches("(?i).*utf-?8.*");
      }
    }
    return false;
  }

  /** Whether a person reads it, who wants columns, rather than a program, which wants lines. */
  boolean isInteractive() {
    return interactive;
  }

  /** How many columns there are. */
  int width() {
    return width.getAsInt();
  }

  /** Notices from now on when a person makes the window larger or smaller. */
  void followWidth() {
    if ((interactive || showsErrors()) && width instanceof TerminalWidth ofProcess) {
      ofProcess.follow();
    }
  }

  /** What stands where something is left out for want of room. */
  String ellipsis() {
    return utf8 ? "…" : "~";
  }

  /** Whether lines can be drawn. */
  boolean isUtf8() {
    return utf8;
  }

  PrintWriter writer() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }

  /** Writes a line; false where nobody reads any longer. */
  boolean line(String text) {
    // At once: a reader that has gone is noticed by the line, and a signal does not come between.
    out.print(text + '\n');
    return !out.checkError();
  }

  /** Writes bytes as they are; false where nobody reads any longer. */
  boolean write(byte[] bytes, int length) {
    out.write(bytes, 0, length);
    return !out.checkError();
  }

  /** Whether a person sees what is written to standard error, and nothing else there. */
  boolean showsProgress() {
    return !interactive && showsErrors();
  }

  /** Whether a person sees what is written to standard error. */
  static boolean showsErrors() {
    return Boolean.getBoolean(ERRORS_ON_TERMINAL);
  }

  void flush() {
    out.flush();
  }

  /**
   * {@code text} with nothing in it that a terminal would obey. The service escapes what programs chose; this is for
   * what claims to be the service.
   */
  static String clean(@Nullable String text) {
    if (text == null) {
      return "";
    }
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(
        Character.isISOControl(c) && c != '\n' || Character.getType(c) == Character.FORMAT ? '?' : c));
    return out.toString();
  }

  /** A name, which the service escapes as in the kernel style, as a person would rather read it. */
  static String name(String escaped) {
    if (escaped.equals(UNKNOWN)) {
      return UNKNOWN;
    }
    try {
      String readable = Escapes.readable(Escapes.parse(escaped));
      return readable.equals(UNKNOWN) ? escaped : readable;
    } catch (ParseException e) {
      return clean(escaped);
    }
  }

  /** An argument as a shell would take it, so that one with spaces is not taken for two; nothing in it is obeyed. */
  static String word(String text) {
    String clean = clean(text).replace('\n', '?');
    return clean.matches("[A-Za-z0-9_@%+=:,./\\\\-]+") ? clean : "'" + clean.replace("'", "'\\''") + "'";
  }

  /** Puts {@code text} into {@code style}, where {@code colour} is wanted. */
  static String styled(boolean colour, Style style, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
  }
}
