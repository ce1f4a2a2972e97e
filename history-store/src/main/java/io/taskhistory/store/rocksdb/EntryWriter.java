package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries where they are looked for: in the period of their time, and in every later one whose tasks may have them
 * among their ancestors.
 *
 * <p>Older entries come into a period when it begins, by the chains of the tasks that live then. That leaves out those
 * which a task takes up later, when a clone is told after its creator has ended; so whatever a task or an entry points
 * at is checked, which costs a look-up only where it is older than the period.
 *
 * <p>An entry is in all periods from its own to the last that has it: where it comes into one and was not in the one
 * before, those between get it too. So once its own is dropped it is found in the first that is kept, or not at all.
 */
final class EntryWriter {

  private final int boot;
  private Periods periods;
  /** The entries older than the current period that are in it. */
  private Set<EntryRef> carried = new HashSet<>();

  /** The same, as they are once the batch is written. */
  private Set<EntryRef> carriedThen = new HashSet<>();

  private Periods periodsThen;
  private final LineageWriter lineages;

  EntryWriter(int boot, Periods periods, LineageWriter lineages) {
    this.boot = boot;
    this.lineages = lineages;
    this.periods = periods;
    this.periodsThen = periods;
  }

  /** {@code task} was found in the store: what it points at is in the current period. */
  void restored(Task task) {
    lineages.restored(task.entry());
    for (@Nullable Entry e = task.entry(); e != null && isOlder(e) && carried.add(ref(e)); e = e.parent()) {
      continue;
    }
  }

  /** Starts a batch; with periods that end in a new one, nothing older is in the current one yet. */
  void begin(Batch batch, Periods then) {
    lineages.begin(batch, then.current().number());
    carriedThen = new HashSet<>();
    periodsThen = then;
  }

  /** The batch has been written, and with it these. */
  void committed(DirtySet<Entry> saved) {
    lineages.committed(saved);
    if (isSamePeriod()) {
      carried.addAll(carriedThen);
    } else {
      carried = carriedThen;
    }
    carriedThen = new HashSet<>();
    periods = periodsThen;
  }

  void save(Batch batch, Entry entry) {
    int home = periodsThen.indexOf(boot, entry.time());
    for (int i = home; i < periodsThen.size(); i++) {
      put(batch, periodsThen.get(i).number(), entry);
    }
    if (isOlder(entry)) {
      carriedThen.add(ref(entry));
    }
    Entry parent = entry.parent();
    if (parent != null) {
      carry(batch, parent);
    }
  }

  /** Sees to it that the current period has the chain that ends in {@code last}. */
  void carry(Batch batch, Entry last) {
    for (@Nullable Entry e = last; e != null && isOlder(e); e = e.parent()) {
      EntryRef ref = ref(e);
      if (isSamePeriod() && carried.contains(ref) || !carriedThen.add(ref)) {
        return;
      }
      int current = periodsThen.size() - 1;
      for (int i = wasInCurrent(e, ref) ? current : periodsThen.indexOf(boot, e.time()); i <= current; i++) {
        put(batch, periodsThen.get(i).number(), e);
      }
    }
  }

  private boolean isSamePeriod() {
    return periodsThen.current().number() == periods.current().number();
  }

  /** Whether the period that has been current up to now has it. */
  private boolean wasInCurrent(Entry entry, EntryRef ref) {
    return carried.contains(ref) || entry.time() >= periods.current().from();
  }

  private boolean isOlder(Entry entry) {
    return entry.time() < periodsThen.current().from();
  }

  private EntryRef ref(Entry entry) {
    return EntryRef.of(boot, entry);
  }

  private void put(Batch batch, int period, Entry entry) {
    Keys.entry(batch.key, period, entry.time(), EntryRef.pidOf(entry));
    EntryRecord.encode(entry, batch.value);
    batch.put(Family.ENTRIES);
    Details details = entry.details();
    if (details != Details.UNKNOWN) {
      DetailsRecord.encode(details, batch.value);
      batch.put(Family.DETAILS);
    }
    lineages.put(batch, period, entry);
  }
}
