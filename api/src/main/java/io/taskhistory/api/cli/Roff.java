package io.taskhistory.api.cli;

/** Text for the macros of man(7), in which nothing is taken for a request or an escape that is not meant as one. */
final class Roff {

  private final StringBuilder out = new StringBuilder();

  /** A line of a macro and its arguments, which are texts. */
  Roff macro(String name, String... arguments) {
    out.append('.').append(name);
    for (String argument : arguments) {
      out.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    out.append('\n');
    return this;
  }

  /** Left-bound text in which no word is cut in two. */
  Roff ragged() {
    out.append(".nh\n.ad l\n");
    return this;
  }

  Roff section(String title) {
    return macro("SH", title);
  }

  /** What a reader sees as {@code text}; lines of it are one paragraph. */
  Roff text(String text) {
    text.lines().filter(line -> !line.isBlank()).forEach(line -> line(escaped(line.strip())));
    return this;
  }

  /** Lines that stay as they are. */
  Roff example(Iterable<String> lines) {
    out.append(".RS 4\n.EX\n");
    lines.forEach(line -> line(escaped(line)));
    out.append(".EE\n.RE\n");
    return this;
  }

  /** An entry of a list: {@code tag} is roff already. */
  Roff entry(String tag, String text) {
    out.append(".TP\n");
    line(tag);
    return text(text.isBlank() ? "\u00a0" : text);
  }

  /** A line that is roff already, and no request. */
  Roff line(String roff) {
    // A point at the start would make it one; an apostrophe is escaped anyway.
    out.append(roff.startsWith(".") ? "\\&" : "").append(roff).append('\n');
    return this;
  }

  static String bold(String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  static String italic(String text) {
    return "\\fI" + escaped(text) + "\\fR";
  }

  /** A hyphen has to be one that can be copied into a shell, and so have quotes, carets, tildes and accents. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    text.codePoints().forEach(c -> {
      switch (c) {
        case '\\' -> out.append("\\e");
        case '-' -> out.append("\\-");
        case '\'' -> out.append("\\(aq");
        case '`' -> out.append("\\(ga");
        case '^' -> out.append("\\(ha");
        case '~' -> out.append("\\(ti");
        case '…' -> out.append("...");
        case '\u00a0' -> out.append("\\ ");
        default -> {
          if (c > 126) {
            out.append(String.format("\\[u%04X]", c));
          } else {
            out.appendCodePoint(c);
          }
        }
      }
    });
    return out.toString();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
