package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.history.Gap;
import org.jspecify.annotations.Nullable;

/**
 * Where reading begins: what an earlier reader left in the journal is compared with what was kept and with what the
 * kernel counts.
 */
final class Takeover {

  private final Journal journal;
  private final CpuReader[] readers;
  private final long now = Clocks.monotonic();
  private final long since;
  private long missing;
  private boolean uncounted;

  /** Puts the readers where they go on. */
  Takeover(
      Journal journal, CpuReader[] readers, TraceDecoder decoder, Checkpoint kept, long identity, boolean isNew) {
    this.journal = journal;
    this.readers = readers;
    for (CpuReader reader : readers) {
      reader.stats().refresh();
    }
    recover();
    Position decoded = Position.decode(kept.position());
    Position position = decoded != null && decoded.isOf(identity) ? decoded : null;
    if (isNew) {
      since = journal.since();
    } else if (position != null) {
      // Without a time an earlier reader has kept events, and was killed before it had told all that was there.
      since = kept.time() >= 0 ? kept.time() : journal.since();
      position.restore(decoder.inFlight(), since);
    } else if (kept.time() >= 0) {
      since = now;
    } else {
      since = journal.isNew() ? wholeSince() : journal.since();
      journal.since(since);
    }
    for (CpuReader reader : readers) {
      goOn(reader, position);
      if (position == null && !isNew && kept.time() >= 0) {
        reader.leaveOutUntil(now); // what came of it is known from elsewhere, or it is a gap anyway
      }
    }
  }

  private void recover() {
    for (Journal.Slot slot : journal.filled()) {
      for (CpuReader reader : readers) {
        if (reader.cpu() == slot.cpu()) {
          reader.recover(slot);
        }
      }
    }
    for (CpuReader reader : readers) {
      if (journal.isNew()) {
        reader.startAt(reader.stats().read());
        journal.overrunsTold(reader.cpu(), reader.stats().overrun() == 0 ? 0 : Overruns.UNKNOWN);
      }
    }
  }

  /** An earlier reader's journal is gone: nothing is missing since the oldest event of any ring that lacks older ones. */
  private long wholeSince() {
    long whole = 0;
    long oldest = Long.MAX_VALUE;
    for (CpuReader reader : readers) {
      CpuStats stats = reader.stats();
      long first = stats.entries() > 0 ? stats.oldest() : now;
      oldest = Math.min(oldest, first);
      if (stats.read() > 0 || stats.overrun() > 0) {
        whole = Math.max(whole, first);
      }
    }
    return whole > 0 ? whole : oldest;
  }

  private void goOn(CpuReader reader, @Nullable Position position) {
    int cpu = reader.cpu();
    if (position == null) {
      reader.startWith(since);
      return;
    }
    long passed = position.passed(cpu);
    missing += Math.max(0, reader.passed() - passed);
    // A position beyond all that was ever read is of a journal that is gone.
    uncounted |= passed > reader.loaded();
    reader.skip(Math.min(passed, reader.loaded()), position.isLossTold(cpu), since);
  }

  /** The time since when nothing is missing but what is told. */
  long since() {
    return since;
  }

  /** How many events since then can no more be had, or {@link Gap#UNCOUNTED}. */
  long missing() {
    return uncounted ? Gap.UNCOUNTED : missing;
  }
}
