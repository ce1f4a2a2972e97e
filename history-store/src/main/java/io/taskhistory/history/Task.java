package io.taskhistory.history;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel schedules: a process's leader, another of its threads, or a kernel thread. The history belongs to the
 * process, so a thread asks its leader for it.
 *
 * <p>Identity (boot, tid, start) is final. The rest is what is known up to now: one thread, the collector's, changes it,
 * any thread reads. A reader that wants a consistent answer asks for a time: what had happened by then no longer
 * changes.
 */
public final class Task {

  private static final long NOBODY = -1;

  private final Boot boot;
  private final int tid;
  private final long start;
  private final @Nullable Task leader;

  private int creatorTid;
  private long creatorStart = NOBODY;
  private volatile @Nullable TaskId reaper;
  private volatile RawText comm = RawText.UNKNOWN;
  private volatile @Nullable Entry entry;
  private volatile Doubts doubts = Doubts.NONE;
  private volatile @Nullable Ending ending;
  private volatile long imprint;
  private byte logged;

  private Task(Boot boot, int tid, long start, @Nullable Task leader) {
    if (tid < 1 || start < 0) {
      throw new IllegalArgumentException("not a task: tid " + tid + " start " + start);
    }
    this.boot = boot;
    this.tid = tid;
    this.start = start;
    this.leader = leader;
  }

  /** A process's leader, or a kernel thread, with the history that it starts with. */
  public static Task leader(Boot boot, int tid, long start, Entry entry) {
    Task task = new Task(boot, tid, start, null);
    task.entry = entry;
    return task;
  }

  /** A thread of a process other than its leader. */
  public static Task thread(Task leader, int tid, long start) {
    if (!leader.isLeader() || leader.tid == tid) {
      throw new IllegalArgumentException("tid " + tid + " cannot be a thread of " + leader);
    }
    return new Task(leader.boot, tid, start, leader);
  }

  public TaskId id() {
    return new TaskId(boot.key(), tid, start);
  }

  public Boot boot() {
    return boot;
  }

  public int tid() {
    return tid;
  }

  public int tgid() {
    return leader().tid;
  }

  /** When the task was created, as known when it was first seen; for a snapshot to the precision of a clock tick. */
  public long start() {
    return start;
  }

  public boolean isLeader() {
    return leader == null;
  }

  /** The leader of this task's process: itself for most. */
  public Task leader() {
    return leader == null ? this : leader;
  }

  /** The task that called clone, where known or (see {@link Doubts#creatorAssumed}) assumed. */
  public Optional<TaskId> creator() {
    return creatorStart == NOBODY ? Optional.empty() : Optional.of(new TaskId(boot.key(), creatorTid, creatorStart));
  }

  /** The tid of {@link #creator}, meaningful where there is one. */
  public int creatorTid() {
    return creatorTid;
  }

  /** The start of {@link #creator}, or -1 where nobody is known; with the tid, spares a store the id. */
  public long creatorStart() {
    return creatorStart;
  }

  /** The task that {@code ppid} names, or named at the end. */
  public Optional<TaskId> reaper() {
    return Optional.ofNullable(reaper);
  }

  /** The task's present name, renames included. */
  public RawText comm() {
    return comm;
  }

  /** The process's present entry, the end of its history. */
  public Entry entry() {
    return Objects.requireNonNull(leader().entry);
  }

  /** The end of the process's history as it was at {@code time}. */
  public Entry entryAt(long time) {
    Entry at = entry();
    while (at.time() > time && at.parent() != null) {
      at = Objects.requireNonNull(at.parent());
    }
    return at;
  }

  public Doubts doubts() {
    return leader().doubts;
  }

  /** How the task ended; empty while it lives. */
  public Optional<Ending> ending() {
    return Optional.ofNullable(ending);
  }

  public boolean isLive() {
    return ending == null;
  }

  /** Whether the task lived at {@code time}, its start included, its end not. */
  public boolean livedAt(long time) {
    Ending end = ending;
    return start <= time && (end == null || time < end.time());
  }

  /** Whether it lived at some time from {@code from} to {@code to}, both included. */
  public boolean livedWithin(long from, long to) {
    Ending end = ending;
    return start <= to && (end == null || from < end.time() && start < end.time());
  }

  /**
   * A number that differs between two images of one process (nearly) for certain, or 0 where none is known: the start
   * of the stack, which the kernel places at random at every exec.
   */
  public long imprint() {
    return imprint;
  }

  // What follows is for the collector's thread, and for a store that reads a task back.

  public void createdBy(int creatorTid, long creatorStart) {
    this.creatorTid = creatorTid;
    this.creatorStart = creatorStart;
  }

  public void reapedBy(@Nullable TaskId reaper) {
    this.reaper = reaper;
  }

  public void rename(RawText comm) {
    this.comm = comm;
  }

  /** Moves the process to another entry of the tree. */
  public void enter(Entry entry) {
    if (leader != null) {
      throw new IllegalStateException(this + " is a thread: its leader holds the history");
    }
    this.entry = entry;
  }

  public void doubt(Doubts doubts) {
    if (leader != null) {
      throw new IllegalStateException(this + " is a thread: its leader holds the doubts");
    }
    this.doubts = doubts;
  }

  public void end(Ending ending) {
    this.ending = ending;
  }

  public void imprint(long imprint) {
    this.imprint = imprint;
  }

  /** For a store's writer: how much of this life is in its event log, by {@link Logged}. */
  public int logged() {
    return logged;
  }

  public void log(int upTo) {
    logged = (byte) Math.max(logged, upTo);
  }

  @Override
  public String toString() {
    return id() + "(" + comm + ")";
  }
}
