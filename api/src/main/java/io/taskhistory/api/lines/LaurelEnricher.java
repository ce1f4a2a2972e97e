package io.taskhistory.api.lines;

import io.taskhistory.api.audit.AuditEnricher;
import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.client.PostConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Adds histories to the lines that laurel makes of audit events. Their times are audit stamps, which are coarse, and
 * whose meaning depends on what the event is: so the service is asked as for the event itself, by a record of what is
 * needed of it, and the rule for audit events decides.
 */
public final class LaurelEnricher implements Enricher {

  private static final Pattern ID = Pattern.compile("([0-9]{1,10}\\.[0-9]{3}):[0-9]{1,20}");
  private static final Pattern ADDED =
      Pattern.compile("type=UNKNOWN\\[1340\\] msg=audit\\([0-9.]+:([0-9]{1,9})\\): history=\"([^\"\n]*)\"\n");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,20}");
  private static final Pattern ARCH = Pattern.compile("(?:0x)?([0-9a-fA-F]{1,8})");
  private static final List<String> PATHS = List.of("ID", "SYSCALL.syscall", "SYSCALL.exit", "SYSCALL.ppid",
      "SYSCALL.pid", "SYSCALL.arch", "SYSCALL.success", "SYSCALL.comm", "*.pid");
  private static final int PID_PATH = 4;
  private static final int ARCH_PATH = 5;
  private static final int SUCCESS_PATH = 6;
  private static final int COMM_PATH = 7;
  private static final int ANY_PID = 8;

  private final AuditEnricher audit;
  private final LineFormat format = JsonPreset.LAUREL.format();
  private final JsonFields fields = new JsonFields(PATHS, format.container(), format.firstKey());
  private final Output out = new Output();
  private final Output records = new Output();
  private final List<Integer> places = new ArrayList<>();
  private final List<@Nullable String> histories = new ArrayList<>();

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
    places.clear();
    records.clear();
    long lines = 0;
    long unparsable = 0;
    for (int start = 0; start < text.length;) {
      int end = start;
      while (end < text.length && text[end] != '\n') {
        end++;
      }
      lines++;
      if (fields.read(text, start, end)) {
        ask();
      } else if (!Lines.isBlank(text, start, end)) {
        unparsable++;
      }
      start = end + 1;
    }
    return answered(text, lines, unparsable);
  }

  /** Writes a record of the event; its serial is the number of its place, which is unique in the batch. */
  private void ask() {
    String id = fields.value(0);
    Matcher stamp = ID.matcher(id == null ? "" : id);
    String pid = fields.value(PID_PATH);
    boolean isSyscall = pid != null;
    String subject = isSyscall ? pid : fields.value(ANY_PID);
    if (!stamp.matches() || !fields.canAdd() || subject == null || !NUMBER.matcher(subject).matches()) {
      return;
    }
    records.add(isSyscall ? "type=SYSCALL" : "type=USER").add(" msg=audit(").add(stamp.group(1)).add(':')
        .add(Integer.toString(places.size())).add("):");
    places.add(fields.insertAt());
    if (isSyscall) {
      Matcher arch = ARCH.matcher(value(ARCH_PATH));
      records.add(arch.matches() ? " arch=" + arch.group(1) : "");
      number("syscall", 1);
      records.add(switch (value(SUCCESS_PATH)) {
        case "yes" -> " success=yes";
        case "no" -> " success=no";
        default -> "";
      });
      number("exit", 2);
      number("ppid", 3);
    }
    records.add(" pid=").add(subject);
    String comm = fields.value(COMM_PATH);
    if (comm != null) {
      records.add(" comm=").add(HexFormat.of().withUpperCase().formatHex(decoded(comm)));
    }
    // A pid at the very end of a record is not believed, since it may have been cut.
    records.add(" key=(null)\n");
  }

  private String value(int path) {
    String value = fields.value(path);
    return value == null ? "" : value;
  }

  private void number(String name, int path) {
    String value = value(path);
    if (NUMBER.matcher(value).matches()) {
      records.add(' ').add(name).add('=').add(value);
    }
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

  private Enriched answered(byte[] text, long lines, long unparsable) throws IOException {
    Enriched answer = audit.enrich(Arrays.copyOf(records.bytes(), records.length()));
    histories.clear();
    places.forEach(place -> histories.add(null));
    Matcher added = ADDED.matcher(new String(answer.bytes(), 0, answer.length(), StandardCharsets.ISO_8859_1));
    while (added.find()) {
      int place = Integer.parseInt(added.group(1));
      if (place < histories.size()) {
        histories.set(place, added.group(2));
      }
    }
    out.clear();
    int copied = 0;
    long count = 0;
    for (int i = 0; i < histories.size(); i++) {
      String history = histories.get(i);
      if (history != null) {
        out.add(text, copied, places.get(i));
        copied = places.get(i);
        format.write(history, "", false, out);
        count++;
      }
    }
    out.add(text, copied, text.length);
    EnrichmentCounts counts = answer.counts();
    return new Enriched(out.bytes(), out.length(), new EnrichmentCounts(
        lines, places.size(), count, counts.ambiguous(), places.size() - count - counts.ambiguous(), unparsable));
  }

  @Override
  public void close() {
    audit.close();
  }
}
