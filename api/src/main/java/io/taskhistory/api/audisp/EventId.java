package io.taskhistory.api.audisp;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What names the event of a record: {@code node=NAME type=… msg=audit(STAMP:SERIAL): …}. Only what a mark may repeat is
 * taken: nothing that would break a line or a field.
 *
 * @param node empty where records name none
 * @param stamp seconds, a dot, milliseconds
 */
record EventId(String node, String stamp, String serial) {

  /** A head may be as long as ausearch lets it be (extract_timestamp in ausearch-lol.c). */
  private static final int HEAD = 340;
  private static final Pattern PATTERN = Pattern.compile(
      "(?:node=([!-~]{1,255}) )?type=[A-Z0-9_\\[\\]]{1,64} msg=audit\\(([0-9]{1,12}\\.[0-9]{3}):([0-9]{1,10})\\):");

  /** The event of the record in a line, or null where there is none to be made out. */
  static @Nullable EventId of(byte[] text, int from, int to) {
    String head = new String(text, from, Math.min(to - from, HEAD), StandardCharsets.ISO_8859_1);
    Matcher matcher = PATTERN.matcher(head);
    if (!matcher.lookingAt()) {
      return null;
    }
    String node = matcher.group(1);
    return new EventId(node == null ? "" : node, matcher.group(2), matcher.group(3));
  }

  /** The event of the first record of some lines. */
  static @Nullable EventId ofFirstLine(byte[] text) {
    return of(text, 0, text.length);
  }

  @Override
  public String toString() {
    return stamp + ":" + serial;
  }
}
