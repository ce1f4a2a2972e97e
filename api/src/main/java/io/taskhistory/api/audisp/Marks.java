package io.taskhistory.api.audisp;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what there is to say about records as a record of its own, so that ausearch finds it where it is true:
 *
 * <pre>
 *   type=DAEMON_ERR msg=audit(STAMP:SERIAL): op=drop reason=queue-full lines=17 bytes=6120 from=ID to=ID res=failed
 *   type=DAEMON_ERR msg=audit(STAMP:SERIAL): op=drop reason=plugin-killed res=failed
 *   type=DAEMON_ERR msg=audit(STAMP:SERIAL): op=not-enriched state=begin reason=unreachable from=ID res=failed
 *   type=DAEMON_ERR msg=audit(STAMP:SERIAL): op=not-enriched state=end lines=12 bytes=3100 from=ID to=ID res=success
 * </pre>
 *
 * <p>{@code ID} is {@code STAMP:SERIAL} of the first or last record it is about. DAEMON_ERR (1209, libaudit.h) is known
 * to ausearch since 2.8 and is an event by itself, which closes no other. The mark has the stamp of a record beside it,
 * since a later one would make ausearch take events for complete that go on behind it; and a serial that the kernel,
 * which counts from 1, gives to none.
 */
final class Marks {

  private static final long FIRST_SERIAL = 4_000_000_000L;
  private static final long LAST_SERIAL = 0xFFFF_FFFFL;

  private final LongSupplier millis;
  private final AtomicLong serial = new AtomicLong(FIRST_SERIAL);

  /** @param millis the time where no record gives one, as from {@link System#currentTimeMillis} */
  Marks(LongSupplier millis) {
    this.millis = millis;
  }

  /** Why lines are missing. */
  enum Missing {
    /** The service or the disk were too slow for longer than the queue holds. */
    QUEUE_FULL("queue-full"),
    /** They could not be written. */
    LOG_WRITE("log-write"),
    /** They were longer than any record. */
    TOO_LONG("too-long"),
    /** The plugin that had them was killed; how many there were nobody knows. */
    PLUGIN_KILLED("plugin-killed");

    private final String word;

    Missing(String word) {
      this.word = word;
    }
  }

  /** That lines are missing here. */
  byte[] missing(Missing why, Lines lines) {
    return mark(lines.first(), "op=drop reason=" + why.word + extent(lines) + " res=failed");
  }

  /** That what follows is not enriched, because of {@code reason}. */
  byte[] notEnriched(String reason, @Nullable EventId first) {
    return mark(first, "op=not-enriched state=begin reason=" + reason + (first == null ? "" : " from=" + first)
        + " res=failed");
  }

  /** That what precedes was not, up to the last of {@code lines}. */
  byte[] notEnrichedUntilHere(Lines lines) {
    return mark(lines.last(), "op=not-enriched state=end" + extent(lines) + " res=success");
  }

  private static String extent(Lines lines) {
    return lines.isEmpty() ? "" : " lines=" + lines.count() + " bytes=" + lines.bytes()
        + (lines.first() == null ? "" : " from=" + lines.first() + " to=" + lines.last());
  }

  private byte[] mark(@Nullable EventId beside, String text) {
    String node = beside == null || beside.node().isEmpty() ? "" : "node=" + beside.node() + " ";
    long now = millis.getAsLong();
    String stamp = beside != null ? beside.stamp() : String.format(Locale.ROOT, "%d.%03d", now / 1000, now % 1000);
    long own = serial.getAndUpdate(last -> last == LAST_SERIAL ? FIRST_SERIAL : last + 1);
    return (node + "type=DAEMON_ERR msg=audit(" + stamp + ":" + own + "): " + text + "\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
