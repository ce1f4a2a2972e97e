package io.taskhistory.store;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A machine with a few tasks that live at random, followed into a store. Two worlds with the same seed on two stores do
 * the same in both, each with objects of its own. Ticks are the time; a few tids are used again and again.
 */
public final class World {

  private static final int TIDS = 40;

  private final Random random;
  private HistoryStore store;
  private HistoryWriter writer;
  private long time;
  private final TreeMap<Integer, Task> living = new TreeMap<>();
  private final List<Task> ended = new ArrayList<>();
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private Map<Integer, Long> ends = new HashMap<>();
  private Map<Integer, Long> committedEnds = Map.of();

  public World(long seed, HistoryStore store, long time) {
    this.random = new Random(seed);
    this.store = store;
    this.writer = store.writer();
    opened(store, time);
  }

  /** The store was opened (again): what the world goes on with is what the store kept. */
  public void opened(HistoryStore opened, long now) {
    ends = opened.writer().boot().equals(writer.boot()) ? new HashMap<>(committedEnds) : new HashMap<>();
    committedEnds = Map.copyOf(ends);
    store = opened;
    writer = opened.writer();
    time = now;
    living.clear();
    ended.clear();
    entries.clear();
    writer.live().forEach(task -> {
      living.put(task.tid(), task);
      for (@Nullable Entry e = task.entry(); e != null; e = e.parent()) {
        entries.put(key(e), e);
      }
    });
  }

  private static String key(Entry entry) {
    return entry.isRoot() ? "root" : "%020d/%d".formatted(entry.time(), entry.pid());
  }

  public HistoryReader reader() {
    return store.reader();
  }

  public HistoryStore store() {
    return store;
  }

  public long time() {
    return time;
  }

  public void commit() {
    writer.commit(time - random.nextInt(3));
    ended.clear();
    committedEnds = Map.copyOf(ends);
  }

  /** Does what a {@link #commit} does to the world, but for the commit. */
  public void skipCommit() {
    random.nextInt(3);
    ended.clear();
    committedEnds = Map.copyOf(ends);
  }

  public void step() {
    time += random.nextInt(3);
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> fork();
      case 3, 4 -> exec();
      case 5, 6 -> exit();
      case 7 -> thread();
      case 8 -> change();
      case 9 -> fillIn();
      case 10 -> snapshot();
      case 11 -> saveAgain();
      case 12 -> gap();
      default -> clock();
    }
  }

  private <T> @Nullable T any(List<T> from) {
    return from.isEmpty() ? null : from.get(random.nextInt(from.size()));
  }

  private @Nullable Task anyLeader() {
    return any(living.values().stream().filter(Task::isLeader).toList());
  }

  private int freeTid() {
    int tid = 1 + random.nextInt(TIDS);
    return living.containsKey(tid) ? -1 : tid;
  }

  private RawText name() {
    return switch (random.nextInt(5)) {
      case 0 -> RawText.EMPTY;
      case 1 -> RawText.of(new byte[] {(byte) random.nextInt(256), '?'});
      default -> RawText.of("cmd" + random.nextInt(6));
    };
  }

  private void begin(Task task) {
    living.put(task.tid(), task);
    writer.save(task);
  }

  private void fork() {
    Task creator = anyLeader();
    int tid = freeTid();
    if (tid < 0) {
      return;
    }
    time++;
    Task task = Task.leader(writer.boot(), tid, time, creator == null ? writer.root() : creator.entry());
    task.rename(creator == null ? name() : creator.comm());
    if (creator != null) {
      task.createdBy(creator.tid(), creator.start());
      task.reapedBy(random.nextInt(4) == 0 ? null : creator.id());
      task.doubt(random.nextBoolean() ? creator.doubts() : creator.doubts().withCreatorAssumed());
    }
    begin(task);
  }

  private void thread() {
    Task leader = anyLeader();
    int tid = freeTid();
    if (leader == null || tid < 0) {
      return;
    }
    time++;
    Task thread = Task.thread(leader, tid, time);
    thread.createdBy(leader.tid(), leader.start());
    thread.rename(random.nextBoolean() ? leader.comm() : name());
    begin(thread);
  }

  private void exec() {
    Task task = anyLeader();
    if (task == null || living.values().stream().anyMatch(thread -> thread != task && thread.leader() == task)) {
      return; // it would end its threads
    }
    time++;
    boolean known = random.nextInt(4) > 0;
    Entry entry = new Entry(
        task.entry(), time, task.tid(), known ? name() : RawText.UNKNOWN,
        known ? Provenance.values()[random.nextInt(3)] : Provenance.UNKNOWN);
    enter(task, entry);
  }

  private void enter(Task task, Entry entry) {
    task.enter(entry);
    task.rename(random.nextInt(3) > 0 ? entry.name() : name());
    task.imprint(random.nextLong());
    entries.put(key(entry), entry);
    writer.save(entry);
    writer.save(task);
  }

  private void exit() {
    Task task = any(new ArrayList<>(living.values()));
    if (task == null) {
      return;
    }
    time++;
    task.end(ending());
    living.remove(task.tid());
    ended.add(task);
    ends.put(task.tid(), time);
    writer.save(task);
  }

  private Ending ending() {
    boolean oomVictim = random.nextInt(8) == 0;
    int signal = 1 + random.nextInt(SignalOrigin.HIGHEST);
    return switch (random.nextInt(5)) {
      case 0 -> new Ending(time, Ending.UNKNOWN_STATUS, null, oomVictim);
      case 1 -> new Ending(time, Ending.UNREPORTED, null, oomVictim);
      case 2 -> new Ending(time, signal | random.nextInt(2) << 7, origin(signal), oomVictim);
      default -> new Ending(time, random.nextInt(3) * 256, null, oomVictim);
    };
  }

  private @Nullable SignalOrigin origin(int signal) {
    SignalOrigin.Kind[] kinds = SignalOrigin.Kind.values();
    SignalOrigin.Kind kind = kinds[random.nextInt(kinds.length)];
    TaskId sender = kind == SignalOrigin.Kind.TASK && random.nextInt(4) > 0
        ? new TaskId(writer.boot().key(), 1 + random.nextInt(TIDS), random.nextInt(100))
        : null;
    return random.nextInt(4) == 0
        ? null
        : new SignalOrigin(signal, time - random.nextInt(3), kind, random.nextInt(), sender);
  }

  private void change() {
    Task task = any(new ArrayList<>(living.values()));
    if (task == null) {
      return;
    }
    task.rename(name());
    task.reapedBy(new TaskId(task.boot().key(), 1 + random.nextInt(TIDS), random.nextInt(100)));
    if (random.nextInt(3) == 0) {
      task.createdBy(1 + random.nextInt(TIDS), random.nextInt(100));
    }
    writer.save(task);
  }

  /** Late knowledge of some entry, perhaps of one that no live task has. */
  private void fillIn() {
    Entry entry = any(new ArrayList<>(entries.values()));
    if (entry == null) {
      return;
    }
    RawText before = entry.name();
    if (!entry.isRoot()) {
      if (random.nextInt(4) == 0) {
        entry.know(RawText.UNKNOWN, Provenance.UNKNOWN);
      } else {
        entry.know(name(), Provenance.RESOLVED);
      }
    }
    entry.detail(random.nextInt(4) == 0 ? Details.UNKNOWN : HistoryStoreContract.details(random.nextInt(4)));
    writer.save(entry);
    living.values().stream().filter(task -> task.entry() == entry && isNamed(task, before)).forEach(task -> {
      task.rename(entry.name());
      writer.save(task);
    });
  }

  /** Whether the name was the entry's, so that it goes when that does. */
  private static boolean isNamed(Task task, RawText name) {
    return name.isKnown() && task.comm().equals(name);
  }

  /** A process that is found, started some time ago. */
  private void snapshot() {
    int tid = freeTid();
    Task reaper = anyLeader();
    if (tid < 0) {
      return;
    }
    boolean isFree = ended.stream().noneMatch(task -> task.tid() == tid);
    long start = Math.max(ends.getOrDefault(tid, -1L) + 1, isFree ? time - random.nextInt(60) : time);
    Entry parent = reaper == null ? writer.root() : reaper.entryAt(start);
    Entry entry = new Entry(parent, start, tid, name(), Provenance.SNAPSHOT);
    if (start < 0 || entries.containsKey(key(entry))) {
      return;
    }
    Task task = Task.leader(writer.boot(), tid, start, entry);
    living.put(tid, task);
    enter(task, entry);
  }

  /** Something about a task comes after it has ended. */
  private void saveAgain() {
    Task task = any(ended);
    if (task != null) {
      task.createdBy(1 + random.nextInt(TIDS), random.nextInt(100));
      if (random.nextBoolean()) {
        Ending known = task.ending().orElseThrow();
        int status = random.nextInt(3) * 256;
        task.end(new Ending(known.time(), status, null, known.oomVictim()));
      }
      writer.save(task);
    }
  }

  private void gap() {
    Gap gap = writer.gap("proc", time, time + random.nextInt(5), random.nextInt(3) - 1, Gap.Cause.OVERFLOW);
    for (Task task : living.values()) {
      if (task.isLeader() && random.nextInt(3) == 0) {
        Doubts doubts = task.doubts().withGap(gap);
        task.doubt(doubts);
        writer.save(task);
      }
    }
  }

  private void clock() {
    ClockLedger.Row row = new ClockLedger.Row(time, random.nextInt(1 << 30), random.nextInt(1 << 30));
    if (writer.boot().clock().observe(row)) {
      writer.clock(row);
    }
  }
}
