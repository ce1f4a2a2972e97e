package io.taskhistory.api.lines;

import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.lines.Lineages.Lineage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds histories to lines of JSON that name a pid and a time. The bytes of a line stay as they are: what is added is
 * put before the brace that ends the object. What is no JSON object, or too long, goes through untouched.
 *
 * <p>Clocks of tools agree to a millisecond at best, and many leave digits out: so it is asked who held the pid at the
 * time as it is written, and who alone held it for as long as that can mean. Where that is one task with one history,
 * or the name in the line tells what it had before and after an exec apart, it is added; else only if the time is exact.
 */
public final class JsonEnricher implements Enricher {

  /** A line that asks. */
  private record Asked(int insertAt, int first, int second, boolean isExact, byte @Nullable [] comm) {}

  private static final long SLACK = 1_000_000;
  private static final long EXACT = 1_000;
  private static final int MAX_PID_DIGITS = 10;

  private final LineFormat format;
  private final LineageStyle style;
  private final Lineages lineages;
  private final JsonFields fields;
  private final int firstTime;
  private final int boot;
  private final int firstComm;
  private final Output out = new Output();
  private final List<Asked> asked = new ArrayList<>();
  private long lines;
  private long unparsable;

  /**
   * Over {@code connection}, which it closes.
   *
   * @param limit the most bytes of a history, 0 for all of it
   */
  public JsonEnricher(PostConnection connection, LineFormat format, LineageStyle style, int limit) {
    this.format = format;
    this.style = style;
    this.lineages = new Lineages(connection, style, limit);
    List<String> paths = new ArrayList<>(format.pids());
    firstTime = paths.size();
    format.times().forEach(time -> paths.add(time.path()));
    boot = format.boot().isEmpty() ? -1 : paths.size();
    if (boot >= 0) {
      paths.add(format.boot());
    }
    firstComm = paths.size();
    paths.addAll(format.comms());
    fields = new JsonFields(paths, format.container(), format.firstKey());
  }

  @Override
  public Enriched enrich(byte[] text) throws IOException {
    lines = unparsable = 0;
    asked.clear();
    lineages.clear();
    for (int start = 0; start < text.length;) {
      int end = Lines.end(text, start, text.length);
      line(text, start, end);
      start = end + 1;
    }
    lineages.send();
    return answered(text);
  }

  private void line(byte[] text, int start, int end) {
    lines++;
    if (!fields.read(text, start, end)) {
      unparsable += Lines.isBlank(text, start, end) ? 0 : 1;
      return;
    }
    int pid = pid();
    Stamp time = time();
    if (pid > 0 && time.isKnown() && fields.canAdd()) {
      String bootId = boot < 0 ? null : Lines.bootId(fields.value(boot));
      long span = Math.max(SLACK, time.precision());
      int first = lineages.ask(pid, time.nanos(), 0, time.isMonotonic(), bootId);
      int second = lineages.ask(pid, time.nanos(), span, time.isMonotonic(), bootId);
      asked.add(new Asked(fields.insertAt(), first, second, time.precision() <= EXACT, comm()));
    }
  }

  private int pid() {
    for (int i = 0; i < firstTime; i++) {
      String value = fields.value(i);
      if (value != null && value.length() <= MAX_PID_DIGITS && !value.isEmpty()) {
        long pid = Stamp.decimal(value, 1, false).nanos();
        if (pid > 0 && pid <= Integer.MAX_VALUE) {
          return (int) pid;
        }
      }
    }
    return 0;
  }

  private Stamp time() {
    for (int i = 0; i < format.times().size(); i++) {
      String value = fields.value(firstTime + i);
      if (value != null) {
        Stamp time = Stamp.parse(value, format.times().get(i).format());
        if (time.isKnown()) {
          return time;
        }
      }
    }
    return Stamp.NONE;
  }

  private byte @Nullable [] comm() {
    for (int i = 0; i < format.comms().size(); i++) {
      String value = fields.value(firstComm + i);
      if (value != null) {
        return value.substring(value.lastIndexOf('/') + 1).getBytes(StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  private Enriched answered(byte[] text) {
    out.clear();
    long added = 0;
    long ambiguous = 0;
    long unknown = 0;
    int copied = 0;
    for (Asked line : asked) {
      Lineage first = lineages.answer(line.first);
      Lineage second = lineages.answer(line.second);
      Lineage chosen = chosen(first, second, line);
      if (chosen != null) {
        out.add(text, copied, line.insertAt);
        format.write(chosen.history(), chosen.task(), chosen.isComplete(), out);
        copied = line.insertAt;
        added++;
      } else if (first == null && second == null) {
        unknown++;
      } else {
        ambiguous++;
      }
    }
    out.add(text, copied, text.length);
    return new Enriched(out.bytes(), out.length(),
        new EnrichmentCounts(lines, asked.size(), added, ambiguous, unknown, unparsable));
  }

  private @Nullable Lineage chosen(@Nullable Lineage first, @Nullable Lineage second, Asked line) {
    if (first == null) {
      return second;
    }
    if (second == null) {
      // Somebody else has held it, too.
      return line.isExact ? first : null;
    }
    if (first == second || first.task().equals(second.task()) && first.history().equals(second.history())) {
      return first;
    }
    byte[] comm = line.comm;
    if (comm != null) {
      boolean fits = style.fits(first.history(), comm);
      if (fits != style.fits(second.history(), comm)) {
        return fits ? first : second;
      }
    }
    return line.isExact ? first : null;
  }

  @Override
  public void close() {
    lineages.close();
  }
}
