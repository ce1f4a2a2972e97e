package io.taskhistory.api.enrich;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The record that is added, as a line of its own; with {@code opid} where the history is that of a second process.
 *
 * <pre>
 *   type=UNKNOWN[1340] msg=audit(1691750738.271:108): history="name=swapper/0;pid=1;start=20230811194329=>…"
 *   node=web1 type=UNKNOWN[1340] msg=audit(1691750738.271:108): opid=3787 history="…"
 * </pre>
 *
 * <p>Nothing in a history needs escaping in quotes: all but letters, digits and {@code ._-/;=>} is in octal already.
 */
final class HistoryLine {

  private static final byte[] TYPE = ascii("type=UNKNOWN[1340] msg=audit(");
  private static final byte[] OPID = ascii("): opid=");
  private static final byte[] SPACE = ascii(" ");
  private static final byte[] COLON = ascii("): ");
  private static final byte[] HISTORY = ascii("history=\"");
  private static final byte[] END = ascii("\"\n");
  private static final byte[] RETURN_END = ascii("\"\r\n");

  private final HistoryTexts histories;
  private byte[] line = new byte[2048];
  private int length;

  HistoryLine(HistoryTexts histories) {
    this.histories = histories;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Time may have passed. */
  void moreCame() {
    histories.moreCame();
  }

  /** Where {@link #write} has left it. */
  byte[] bytes() {
    return line;
  }

  /**
   * Writes the record.
   *
   * @return how long it is, its end included
   */
  int write(OpenEvent event, OpenEvent.Answer answer) {
    Boot boot = Objects.requireNonNull(answer.boot);
    Entry entry = Objects.requireNonNull(answer.entry);
    length = 0;
    if (event.nodeLength > 0) {
      put(event.node, event.nodeLength);
      put(SPACE, SPACE.length);
    }
    put(TYPE, TYPE.length);
    put(event.identity, event.identityLength);
    if (answer.opid == 0) {
      put(COLON, COLON.length);
    } else {
      put(OPID, OPID.length);
      byte[] opid = ascii(Integer.toString(answer.opid));
      put(opid, opid.length);
      put(SPACE, SPACE.length);
    }
    put(HISTORY, HISTORY.length);
    byte[] history = histories.write(boot, entry);
    put(history, history.length);
    byte[] end = event.hasReturns ? RETURN_END : END;
    put(end, end.length);
    return length;
  }

  private void put(byte[] bytes, int count) {
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
    }
    System.arraycopy(bytes, 0, line, length, count);
    length += count;
  }
}
