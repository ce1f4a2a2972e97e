package io.taskhistory.api.witness;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One task from its clone to its end. What it exec'd stands with its process's leader. */
public final class Life {

  /** A successful exec: the new name and when. */
  public record Exec(long time, String name) {}

  private static final long LIVING = -1;

  private final int tid;
  private final long start;
  private final @Nullable Life creator;
  private final @Nullable Life leader;
  private final List<String> before;

  private final List<Exec> execs = new ArrayList<>();
  /** Of a leader: the tids that its process still has. */
  final Set<Integer> tids = new HashSet<>();
  private @Nullable String lastRename;
  private long lastDeed;
  private long end = LIVING;

  private Life(int tid, long start, @Nullable Life creator, @Nullable Life leader, List<String> before) {
    this.tid = tid;
    this.start = start;
    this.creator = creator;
    this.leader = leader;
    this.before = List.copyOf(before);
    lastDeed = start;
    process().tids.add(tid);
  }

  /** A new process goes on from where its creator's stands; a creator from before the recording is not known. */
  static Life process(int tid, long start, @Nullable Life creator) {
    return new Life(tid, start, creator, null, creator == null ? List.of() : creator.process().names());
  }

  static Life thread(int tid, long start, Life creator) {
    return new Life(tid, start, creator, creator.process(), creator.process().names());
  }

  void did(long time) {
    process().lastDeed = time;
  }

  void renamed(String name) {
    lastRename = name;
  }

  /** The name comes from the rename that is part of an exec, begin_new_exec() in fs/exec.c. */
  void execed(long time) {
    if (lastRename == null) {
      throw new IllegalStateException(this + " called exec at " + time + " without getting a name");
    }
    execs.add(new Exec(time, lastRename));
    lastRename = null;
    tids.clear();
    tids.add(tid);
    did(time);
  }

  void ended(long time) {
    end = time;
  }

  public int tid() {
    return tid;
  }

  public long start() {
    return start;
  }

  /** The task that called clone. */
  public Optional<Life> creator() {
    return Optional.ofNullable(creator);
  }

  public boolean isThread() {
    return leader != null;
  }

  /** The life of the leader: itself for most. */
  public Life process() {
    return leader == null ? this : leader;
  }

  /** The names of all execs on the way here before it was born, as far as the recording goes back. */
  public List<String> namesBefore() {
    return before;
  }

  /** Those, and its own. */
  public List<String> names() {
    List<String> names = new ArrayList<>(before);
    execs.forEach(exec -> names.add(exec.name));
    return names;
  }

  public List<Exec> execs() {
    return execs;
  }

  /** When its process was last seen doing something other than to end. */
  public long lastDeed() {
    return lastDeed;
  }

  public boolean livedAt(long time) {
    return start <= time && (end == LIVING || time < end);
  }

  /** Where its process stood then: the names of all execs on the way there, as far as the recording goes back. */
  public List<String> namesAt(long time) {
    List<String> names = new ArrayList<>(process().before);
    process().execs.stream().filter(exec -> exec.time <= time).forEach(exec -> names.add(exec.name));
    return names;
  }

  /** Whether it was born, became another or ended between these times. */
  public boolean changedWithin(long from, long to) {
    return isWithin(start, from, to) || isWithin(end, from, to)
        || process().execs.stream().anyMatch(exec -> isWithin(exec.time, from, to));
  }

  private static boolean isWithin(long time, long from, long to) {
    return from <= time && time <= to;
  }

  public boolean hasEnded() {
    return end != LIVING;
  }

  public long end() {
    return end;
  }

  /** Whether this is {@code root}, one of its threads, or something that these started, or those. */
  boolean isBelow(Life root) {
    for (@Nullable Life life = this; life != null; life = life.creator) {
      if (life.process() == root) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return (isThread() ? "thread " + tid + " of " + process().tid : "process " + tid) + " [" + start + ", "
        + (hasEnded() ? end : "…") + ")";
  }
}
