package io.taskhistory.api.lines;

import io.taskhistory.api.audit.AuditEnricher;
import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.client.PostConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds histories to the lines that laurel makes of audit events. Their times are audit stamps, which are coarse, and
 * whose meaning depends on what the event is: so the service is asked as for the event itself, by a record of what is
 * needed of it, and the rule for audit events decides.
 */
public final class LaurelEnricher implements Enricher {

  private static final List<String> PATHS = List.of("ID", "SYSCALL.pid", "SYSCALL.syscall", "SYSCALL.exit",
      "SYSCALL.ppid", "SYSCALL.arch", "SYSCALL.success", "SYSCALL.comm", "*.pid");
  private static final int ID = 0;
  private static final int PID = 1;
  private static final int SYSCALL = 2;
  private static final int EXIT = 3;
  private static final int PPID = 4;
  private static final int ARCH = 5;
  private static final int SUCCESS = 6;
  private static final int COMM = 7;
  private static final int ANY_PID = 8;

  private static final int NONE = -1;
  private static final int MAX_STAMP = 14;
  private static final int MAX_NUMBER = 20;
  /** What begins a record that the service has added; then come the stamp, the serial, and the history in quotes. */
  private static final byte[] ADDED = "type=UNKNOWN[1340] msg=audit(".getBytes(StandardCharsets.US_ASCII);

  private final AuditEnricher audit;
  private final LineFormat format = JsonPreset.LAUREL.format();
  private final JsonFields fields = new JsonFields(PATHS, format.container(), format.firstKey());
  private final Output out = new Output();
  private final Output records = new Output();
  /** Where each event's history goes. */
  private int[] places = new int[1024];
  /** Where the first quote of its record is in the answer, or {@link #NONE}. */
  private int[] quotes = new int[1024];
  private int count;

  /**
   * Over {@code connection}, which it closes.
   *
   * @param limit the most bytes of a history, 0 for all of it
   */
  public LaurelEnricher(PostConnection connection, int limit) {
    this.audit = new AuditEnricher(connection, true, limit);
  }

  @Override
  public Enriched enrich(byte[] text) throws IOException {
    count = 0;
    records.clear();
    long lines = 0;
    long unparsable = 0;
    for (int start = 0; start < text.length;) {
      int end = Lines.end(text, start, text.length);
      lines++;
      if (fields.read(text, start, end)) {
        ask();
      } else if (!Lines.isBlank(text, start, end)) {
        unparsable++;
      }
      start = end + 1;
    }
    Enriched answer = audit.enrich(Arrays.copyOf(records.bytes(), records.length()));
    long added = answered(text, answer);
    long ambiguous = answer.counts().ambiguous();
    return new Enriched(out.bytes(), out.length(),
        new EnrichmentCounts(lines, count, added, ambiguous, count - added - ambiguous, unparsable));
  }

  /** Writes a record of the event; its serial is the number of its place, which is unique in the batch. */
  private void ask() {
    String id = fields.value(ID);
    String pid = fields.value(PID);
    boolean isSyscall = pid != null;
    String subject = isSyscall ? pid : fields.value(ANY_PID);
    int stampEnd = id == null ? -1 : id.indexOf(':');
    if (id == null || stampEnd < 1 || stampEnd > MAX_STAMP || !isOf(id, stampEnd, false, true)
        || !fields.canAdd() || !isNumber(subject)) {
      return;
    }
    records.add(isSyscall ? "type=SYSCALL" : "type=USER").add(" msg=audit(").add(id.substring(0, stampEnd)).add(':')
        .add(count).add("):");
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    places[count++] = fields.insertAt();
    if (isSyscall) {
      call();
    }
    // A pid at the very end of a record is not believed, since it may have been cut.
    records.add(" pid=").add(String.valueOf(subject)).add(comm()).add(" key=(null)\n");
  }

  private void call() {
    String arch = fields.value(ARCH);
    String digits = arch != null && arch.startsWith("0x") ? arch.substring(2) : arch;
    if (digits != null && digits.length() <= 8 && digits.chars().allMatch(HexFormat::isHexDigit)) {
      records.add(" arch=").add(digits);
    }
    number(" syscall=", SYSCALL);
    String success = fields.value(SUCCESS);
    if (success != null && (success.equals("yes") || success.equals("no"))) {
      records.add(" success=").add(success);
    }
    number(" exit=", EXIT);
    number(" ppid=", PPID);
  }

  private void number(String key, int path) {
    String value = fields.value(path);
    if (value != null && isNumber(value)) {
      records.add(key).add(value);
    }
  }

  private String comm() {
    String comm = fields.value(COMM);
    return comm == null ? "" : " comm=" + HexFormat.of().withUpperCase().formatHex(decoded(comm));
  }

  private static boolean isNumber(@Nullable String text) {
    return text != null && text.length() <= MAX_NUMBER && isOf(text, text.length(), true, false);
  }

  /** Whether the first characters of {@code text} are digits, and what else is allowed. */
  private static boolean isOf(String text, int length, boolean isSigned, boolean isFraction) {
    int digits = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
      } else if (!(c == '-' && isSigned && i == 0 || c == '.' && isFraction && i > 0)) {
        return false;
      }
    }
    return digits > 0;
  }

  /** What laurel cannot write as UTF-8 it writes as {@code %ff}. */
  private static byte[] decoded(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%' && i + 2 < in.length && HexFormat.isHexDigit(in[i + 1]) && HexFormat.isHexDigit(in[i + 2])) {
        bytes[length++] = (byte) (HexFormat.fromHexDigit(in[i + 1]) << 4 | HexFormat.fromHexDigit(in[i + 2]));
        i += 2;
      } else {
        bytes[length++] = in[i];
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  /** Copies {@code text} with the histories that the answer has; says how many. */
  private long answered(byte[] text, Enriched answer) {
    byte[] from = answer.bytes();
    if (quotes.length < count) {
      quotes = new int[places.length];
    }
    Arrays.fill(quotes, 0, count, NONE);
    for (int start = 0; start < answer.length();) {
      int end = Lines.end(from, start, answer.length());
      if (end - start > ADDED.length && Arrays.equals(from, start, start + ADDED.length, ADDED, 0, ADDED.length)) {
        int place = place(from, start + ADDED.length, end);
        if (place >= 0 && place < count && from[end - 1] == '"') {
          quotes[place] = Lines.indexOf(from, start, end, '"');
        }
      }
      start = end + 1;
    }
    out.clear();
    int copied = 0;
    long added = 0;
    for (int place = 0; place < count; place++) {
      int quote = quotes[place];
      if (quote != NONE) {
        out.add(text, copied, places[place]);
        copied = places[place];
        int end = Lines.indexOf(from, quote + 1, answer.length(), '"');
        format.write(new String(from, quote + 1, end - quote - 1, StandardCharsets.ISO_8859_1), "", false, out);
        added++;
      }
    }
    out.add(text, copied, text.length);
    return added;
  }

  /** The serial of the record whose stamp begins at {@code from}, or −1. */
  private static int place(byte[] record, int from, int to) {
    int colon = Lines.indexOf(record, from, to, ':');
    int end = Lines.indexOf(record, colon, to, ')');
    int place = colon + 1 < end && end - colon <= 9 ? 0 : -1;
    for (int i = colon + 1; i < end && place >= 0; i++) {
      place = record[i] >= '0' && record[i] <= '9' ? 10 * place + record[i] - '0' : -1;
    }
    return place;
  }

  @Override
  public void close() {
    audit.close();
  }
}
