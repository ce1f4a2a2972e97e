package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Moment;
import io.taskhistory.store.ExecCursor;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecPage.Exec;
import io.taskhistory.store.ExecQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One walk over past execs, oldest first. Entries are kept by time, so they are their own index. A period also holds
 * copies of older entries; all of them lie before its own time and are stepped over by starting there. In the first that
 * is kept of a boot they are not: there they stand for the periods that are gone.
 *
 * <p>Where a lineage is asked for, only those are looked at that may have it, as far as {@link LineageSearch} can tell.
 */
final class ExecScan {

  /** As many entries a history may have to be walked up, on the average, before a page ends early. */
  private static final int USUAL_LENGTH = 64;

  private final Contents contents;
  private final Periods periods;
  private final StoredEntries entries;
  private final ExecQuery query;
  private final @Nullable LineageSearch lineages;

  private final List<Exec> found = new ArrayList<>();
  private @Nullable ExecCursor looked;
  private int scanned;
  private long walked;

  /** {@code lineages} is null where the query asks for none. */
  ExecScan(Contents contents, StoredEntries entries, ExecQuery query, @Nullable LineageSearch lineages) {
    this.lineages = lineages;
    this.contents = contents;
    this.periods = contents.periods();
    this.entries = entries;
    this.query = query;
  }

  ExecPage page(Scan scan) {
    for (int i = 0; i < periods.size(); i++) {
      if (!scanPeriod(scan, i)) {
        return new ExecPage(found, Optional.ofNullable(looked));
      }
    }
    return new ExecPage(found, Optional.empty());
  }

  /** False where the page is full. */
  private boolean scanPeriod(Scan scan, int index) {
    Period period = periods.get(index);
    long end = end(index);
    byte @Nullable [] start = start(index, end);
    if (start == null) {
      return true;
    }
    ExecWalk fewer = lineages == null ? null : lineages.walk(period.number(), start, end);
    ExecWalk walk = fewer == null ? ExecWalk.all(scan, period.number(), start, end) : fewer;
    while (walk.next()) {
      int pid = walk.pid();
      if (pid == Keys.ROOT_PID) {
        continue;
      }
      if (found.size() == query.most() || isEnough()) {
        return false;
      }
      scanned++;
      looked = new ExecCursor(period.boot(), walk.time(), pid);
      byte[] value = walk.value();
      if (value != null) {
        look(index, EntryRecord.decode(walk.time(), pid, value));
      }
    }
    return true;
  }

  /** The first time that is not asked for, or no longer in the period. */
  private long end(int index) {
    Period period = periods.get(index);
    long end = periods.isOf(period.boot(), index + 1) ? periods.get(index + 1).from() : Long.MAX_VALUE;
    Moment to = query.to();
    if (to == null || to.boot().index() > period.boot()) {
      return end;
    }
    return to.boot().index() < period.boot() ? 0 : Math.min(end, to.time());
  }

  /** The first key that is asked for; null where none of the period's can be. */
  private byte @Nullable [] start(int index, long end) {
    Period period = periods.get(index);
    long time = periods.isOf(period.boot(), index - 1) ? period.from() : 0;
    int pid = 0;
    Moment from = query.from();
    if (from != null) {
      if (from.boot().index() > period.boot()) {
        return null;
      }
      time = from.boot().index() == period.boot() ? Math.max(time, from.time()) : time;
    }
    ExecCursor after = query.after();
    if (after != null) {
      if (after.boot() > period.boot()) {
        return null;
      }
      if (after.boot() == period.boot() && after.time() >= time) {
        time = after.time();
        pid = after.pid() + 1;
      }
    }
    return time >= end ? null : Keys.entry(period.number(), time, pid);
  }

  private void look(int index, EntryRecord record) {
    if (query.comm() != null && !query.comm().equals(record.name())) {
      return;
    }
    EntryRef ref = new EntryRef(periods.get(index).boot(), record.time(), record.pid());
    if (query.exe() != null || query.uid() != Details.UNKNOWN_NUMBER) {
      Details details = record.detailed() ? entries.details(periods, index, ref) : Details.UNKNOWN;
      boolean exeFits =
          query.exe() == null || query.exe().equals(details.exe()) || query.exe().equals(details.program());
      boolean uidFits = query.uid() == Details.UNKNOWN_NUMBER || query.uid() == details.uid();
      if (!exeFits || !uidFits) {
        return;
      }
    }
    LineagePattern lineage = query.lineage();
    if (lineage != null && !lineage.canEndIn(record.name(), record.detailed())) {
      return;
    }
    BootRows boot = contents.boot(ref.boot());
    Entry entry = boot == null ? null : entries.entry(periods, index, ref);
    if (boot != null && entry != null && (lineage == null || hasLineage(lineage, entry))) {
      found.add(new Exec(boot.boot, entry));
    }
  }

  private boolean hasLineage(LineagePattern lineage, Entry entry) {
    int steps = lineage.walk(entry);
    walked += Math.abs(steps);
    return steps > 0;
  }

  /** A process that calls exec again and again makes histories as long as it likes. */
  private boolean isEnough() {
    return scanned == query.scanLimit() || walked > (long) query.scanLimit() * USUAL_LENGTH;
  }
}
