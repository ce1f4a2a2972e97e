package io.taskhistory.store.rocksdb;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries back as chains. Chains share their upper ends, so decoded entries are kept: the recently used ones for
 * themselves, all others for as long as a chain holds them, so that one entry is never two objects.
 *
 * <p>That matters because an entry can still be filled in after it was decoded (details come late). The commit that
 * keeps the new state then changes the decoded object too, and every chain shows it. Between a reader's look at the
 * disk and its putting the object here that could be missed; so readers do both under one lock, shared among them, and
 * the writer takes it alone for the few microseconds in which it goes through what it has just written.
 */
final class StoredEntries {

  private static final long RECENT_BYTES = 8 << 20;
  private static final int ENTRY_BYTES = 160;

  private final Database database;
  private final StampedLock decoding = new StampedLock();
  private final Cache<EntryRef, Entry> decoded = Caffeine.newBuilder().weakValues().executor(Runnable::run).build();
  private final Cache<EntryRef, Entry> recent = Caffeine.newBuilder()
      .maximumWeight(RECENT_BYTES)
      .weigher((EntryRef ref, Entry entry) -> weight(entry))
      .executor(Runnable::run)
      .build();

  StoredEntries(Database database) {
    this.database = database;
  }

  /** The entry as it stands in the period with the index {@code near} or, should it not, in another of the boot. */
  Entry entry(Periods periods, int near, EntryRef ref) {
    Entry known = known(ref);
    if (known != null) {
      return known;
    }
    long stamp = decoding.readLock();
    try {
      return decode(periods, near, ref);
    } finally {
      decoding.unlockRead(stamp);
    }
  }

  private @Nullable Entry known(EntryRef ref) {
    Entry entry = recent.getIfPresent(ref);
    if (entry == null) {
      entry = decoded.getIfPresent(ref);
      if (entry != null) {
        recent.put(ref, entry);
      }
    }
    return entry;
  }

  /** Down to the first ancestor that is known, and up again. Chains can be too long for recursion. */
  private Entry decode(Periods periods, int near, EntryRef last) {
    Deque<EntryRecord> path = new ArrayDeque<>();
    EntryRef ref = last;
    @Nullable Entry entry = null;
    boolean isWhole = true;
    while (entry == null) {
      EntryRecord record = read(periods, near, ref);
      if (record == null) {
        entry = lost(periods, near, ref);
        isWhole = false;
      } else {
        path.push(record);
        if (record.isRoot()) {
          break;
        }
        ref = new EntryRef(ref.boot(), record.parentTime(), record.parentPid());
        entry = known(ref);
      }
    }
    while (!path.isEmpty()) {
      EntryRecord record = path.pop();
      entry = make(periods, near, last.boot(), entry, record);
      isWhole &= !record.detailed() || entry.details() != Details.UNKNOWN;
      if (isWhole) {
        entry = theOnly(EntryRef.of(last.boot(), entry), entry);
      }
    }
    return Objects.requireNonNull(entry);
  }

  /** What has a part missing is not shared: it may have been read while the periods that it is in were given up. */
  private Entry theOnly(EntryRef ref, Entry made) {
    Entry before = decoded.asMap().putIfAbsent(ref, made);
    Entry only = before == null ? made : before;
    recent.put(ref, only);
    return only;
  }

  private Entry make(Periods periods, int near, int boot, @Nullable Entry parent, EntryRecord record) {
    Entry entry = record.isRoot()
        ? Entry.root(record.provenance())
        : new Entry(parent, record.time(), record.pid(), record.name(), record.provenance());
    entry.log();
    entry.know(record.name(), record.provenance());
    if (record.unlearned()) {
      entry.unlearned();
    }
    if (record.detailed()) {
      entry.detail(details(periods, near, new EntryRef(boot, record.time(), record.pid())));
    }
    return entry;
  }

  /** Nothing is known of an entry that should be there and is not: so it says. */
  private Entry lost(Periods periods, int near, EntryRef ref) {
    EntryRef root = new EntryRef(ref.boot(), 0, Keys.ROOT_PID);
    if (ref.isRoot()) {
      return Entry.root(Provenance.SNAPSHOT);
    }
    Entry known = known(root);
    Entry lost = Entry.lost(known == null ? decode(periods, near, root) : known, ref.time(), ref.pid(), 0);
    for (@Nullable Entry e = lost; e != null; e = e.parent()) {
      e.log();
    }
    return lost;
  }

  /** Whether that period, or another of the boot, has it. */
  boolean has(Periods periods, int near, EntryRef ref) {
    return read(Family.ENTRIES, periods, near, ref) != null;
  }

  private @Nullable EntryRecord read(Periods periods, int near, EntryRef ref) {
    byte[] value = read(Family.ENTRIES, periods, near, ref);
    return value == null ? null : EntryRecord.decode(ref.time(), ref.pid(), value);
  }

  Details details(Periods periods, int near, EntryRef ref) {
    byte[] value = read(Family.DETAILS, periods, near, ref);
    return value == null ? Details.UNKNOWN : DetailsRecord.decode(value);
  }

  private byte @Nullable [] read(Family family, Periods periods, int near, EntryRef ref) {
    byte[] value = database.get(family, Keys.entry(periods.get(near).number(), ref.time(), ref.pid()));
    for (int i = near - 1; value == null && periods.isOf(ref.boot(), i); i--) {
      value = database.get(family, Keys.entry(periods.get(i).number(), ref.time(), ref.pid()));
    }
    for (int i = near + 1; value == null && periods.isOf(ref.boot(), i); i++) {
      value = database.get(family, Keys.entry(periods.get(i).number(), ref.time(), ref.pid()));
    }
    return value;
  }

  /** For the writer, after a commit: whoever holds one of these sees what was kept. */
  void refresh(int boot, DirtySet<Entry> saved) {
    if (saved.size() == 0) {
      return;
    }
    long stamp = decoding.writeLock();
    try {
      saved.forEach(entry -> {
        Entry old = decoded.getIfPresent(EntryRef.of(boot, entry));
        if (old != null && old != entry) {
          old.know(entry.name(), entry.provenance());
          old.detail(entry.details());
        }
      });
    } finally {
      decoding.unlockWrite(stamp);
    }
  }

  private static int weight(Entry entry) {
    Details d = entry.details();
    int weight = ENTRY_BYTES + entry.name().length();
    if (d != Details.UNKNOWN) {
      weight += 2 * ENTRY_BYTES + d.exe().length() + d.program().length() + d.cwd().length() + d.cgroup().length()
          + d.container().length();
      if (d.argv() != null) {
        for (RawText argument : d.argv()) {
          weight += ENTRY_BYTES / 4 + argument.length();
        }
      }
    }
    return weight;
  }
}
