package io.taskhistory.api.lines;

import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.lines.Lineages.Lineage;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds a line with its history after each line of the kernel log that names a task.
 *
 * <p>The kernel stamps its log by the clock of the processor (local_clock() in kernel/sched/clock.c), which nothing
 * disciplines: beside the monotonic clock it runs milliseconds off after hours, and more after weeks, while a program
 * that faults may have lived for less. So who held the pid is asked around the stamp, the nearest first, and only a task
 * whose comm is the one in the line counts; two such tasks are one too many.
 */
public final class KernelLogEnricher implements Enricher {

  private record Asked(KernelLine line, int end, int question) {}

  private static final long MILLISECOND = 1_000_000;
  private static final long[] AROUND = {10 * MILLISECOND, 100 * MILLISECOND, 1_000 * MILLISECOND};
  /** The stamp itself, and for each distance: whoever was there alone within it, before, and after. */
  private static final int QUESTIONS = 1 + 3 * AROUND.length;

  private final LineageStyle style;
  private final @Nullable String boot;
  private final Lineages lineages;
  private final Output out = new Output();
  private final List<Asked> asked = new ArrayList<>();

  /**
   * Over {@code connection}, which it closes.
   *
   * @param limit the most bytes of a history, 0 for all of it
   * @param boot the boot that the log is of, or null for the current one
   */
  public KernelLogEnricher(PostConnection connection, LineageStyle style, int limit, @Nullable String boot) {
    this.style = style;
    this.boot = boot;
    this.lineages = new Lineages(connection, style, limit);
  }

  @Override
  public Enriched enrich(byte[] text) throws IOException {
    asked.clear();
    lineages.clear();
    long lines = 0;
    long unparsable = 0;
    for (int start = 0; start < text.length;) {
      int end = Lines.end(text, start, text.length);
      lines++;
      String line = new String(text, start, end - start, StandardCharsets.ISO_8859_1);
      KernelLine named = KernelLine.parse(line);
      int next = Math.min(text.length, end + 1);
      if (named != null) {
        ask(named, next);
      } else if (line.startsWith(" ") && !asked.isEmpty() && asked.get(asked.size() - 1).end == start) {
        // What /dev/kmsg says further of a line belongs to it.
        Asked last = asked.remove(asked.size() - 1);
        asked.add(new Asked(last.line, next, last.question));
      } else if (!KernelLine.isStamped(line) && !line.startsWith(" ") && !line.isBlank()) {
        unparsable++;
      }
      start = next;
    }
    lineages.send();
    return answered(text, lines, unparsable);
  }

  private void ask(KernelLine line, int end) {
    int first = lineages.ask(line.pid(), line.nanos(), 0, true, boot);
    for (long distance : AROUND) {
      long from = Math.max(0, line.nanos() - distance);
      long to = line.nanos() + distance;
      lineages.ask(line.pid(), from, to - from, true, boot);
      lineages.ask(line.pid(), from, 0, true, boot);
      lineages.ask(line.pid(), to, 0, true, boot);
    }
    asked.add(new Asked(line, end, first));
  }

  private Enriched answered(byte[] text, long lines, long unparsable) {
    out.clear();
    long added = 0;
    long ambiguous = 0;
    int copied = 0;
    boolean isWhole = text.length == 0 || text[text.length - 1] == '\n';
    for (Asked question : asked) {
      Lineage found = null;
      boolean isOne = true;
      for (int i = 0; i < QUESTIONS; i++) {
        Lineage answer = lineages.answer(question.question + i);
        if (answer != null && question.line.names(comm(answer))) {
          isOne &= found == null || found.task().equals(answer.task());
          found = found == null ? answer : found;
        }
      }
      if (found != null && isOne) {
        out.add(text, copied, question.end);
        copied = question.end;
        boolean lacksEnd = copied == text.length && !isWhole;
        out.add(lacksEnd ? "\n" : "").add(added(question.line, found)).add(lacksEnd ? "" : "\n");
        added++;
      } else if (found != null) {
        ambiguous++;
      }
    }
    out.add(text, copied, text.length);
    return new Enriched(out.bytes(), out.length(), new EnrichmentCounts(
        lines, asked.size(), added, ambiguous, asked.size() - added - ambiguous, unparsable));
  }

  private RawText comm(Lineage lineage) {
    try {
      return Escapes.parse(style.last(lineage.history()));
    } catch (ParseException e) {
      return RawText.UNKNOWN;
    }
  }

  private String added(KernelLine line, Lineage lineage) {
    return line.head() + "taskhistory: " + style.last(lineage.history()) + "[" + line.pid() + "]: "
        + lineage.history() + (lineage.isComplete() ? "" : " (not complete)");
  }

  @Override
  public void close() {
    lineages.close();
  }
}
