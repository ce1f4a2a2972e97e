package io.taskhistory.api.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events out of an answer, as the HTML standard has them (9.2.6, interpreting an event stream); of fields
 * those that we send: {@code id}, {@code event} and {@code data}.
 */
final class SseReader implements AutoCloseable {

  /**
   * One event.
   *
   * @param id of the last event that had one, empty where none had
   * @param kind {@code message} where it has none
   */
  record Event(String id, String kind, String data) {}

  /** Longer than any event of ours; what claims to be the service shall not take all memory. */
  private static final int MOST_BYTES = 4 << 20;
  private static final int BUFFER = 1 << 16;
  private static final String USUAL = "message";

  private final InputStream in;
  private String id = "";
  private boolean hasReturn;

  SseReader(InputStream in) {
    this.in = new BufferedInputStream(in, BUFFER);
  }

  /** The next event, as soon as it is there; null at the end. What ends within an event has none. */
  @Nullable Event next() throws IOException {
    String kind = USUAL;
    StringBuilder data = new StringBuilder();
    for (String line = line(); line != null; line = line()) {
      if (line.isEmpty()) {
        if (data.length() > 0) {
          return new Event(id, kind, data.substring(0, data.length() - 1));
        }
        kind = USUAL;
        continue;
      }
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
      switch (name) {
        case "id" -> id = value.indexOf('\0') < 0 ? value : id;
        case "event" -> kind = value.isEmpty() ? USUAL : value;
        case "data" -> data.append(value).append('\n');
        default -> { } // comments, which have no name, and what others may send
      }
      if (data.length() > MOST_BYTES) {
        throw tooLong();
      }
    }
    return null;
  }

  /** A line without its end, which is a carriage return, a line feed or both; null at the end of all. */
  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      boolean endsReturn = hasReturn && b == '\n';
      hasReturn = b == '\r';
      if (endsReturn) {
        continue;
      }
      if (b == '\n' || b == '\r') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (line.size() == MOST_BYTES) {
        throw tooLong();
      }
      line.write(b);
    }
    return null;
  }

  private static IOException tooLong() {
    return new IOException("an event is longer than " + MOST_BYTES + " bytes");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
