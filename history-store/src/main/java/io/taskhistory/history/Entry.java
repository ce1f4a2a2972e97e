package io.taskhistory.history;

import org.jspecify.annotations.Nullable;

/**
 * One successful exec: a node of the tree that all histories of a boot form. Time and pid together name it within its
 * boot: no process execs twice in one nanosecond.
 *
 * <p>One thread, the collector's, fills in what becomes known later (the name, once it is sure; the details); any thread
 * reads. Name and provenance change together.
 */
public final class Entry {

  /**
   * What it is called.
   *
   * @param formerly what it was called before that was taken back; null where there is a name, or never was one
   * @param renamed whether one name has taken the place of another
   */
  private record Known(RawText name, Provenance provenance, @Nullable RawText formerly, boolean renamed) {

    Known {
      if (name.isKnown() == (provenance == Provenance.UNKNOWN)) {
        throw new IllegalArgumentException("the name " + name + " cannot be " + provenance.label());
      }
    }

    Known then(RawText next, Provenance how) {
      RawText before = name.isKnown() ? name : formerly;
      boolean isOther = next.isKnown() && before != null && !before.equals(next);
      return new Known(next, how, next.isKnown() ? null : before, renamed || isOther);
    }
  }

  private static final RawText BOOT_TASK = RawText.of("swapper/0");

  private final @Nullable Entry parent;
  private final long time;
  private final int pid;
  private volatile Known known;
  private volatile Details details = Details.UNKNOWN;
  private boolean isLogged;
  private int mark;

  public Entry(@Nullable Entry parent, long time, int pid, RawText name, Provenance provenance) {
    if (pid < 1 || time < 0) {
      throw new IllegalArgumentException("not an entry: pid " + pid + " time " + time);
    }
    this.parent = parent;
    this.time = time;
    this.pid = pid;
    this.known = new Known(name, provenance, null, false);
  }

  /** The boot task before it execs init, from which every history starts. */
  public static Entry root(Provenance provenance) {
    return new Entry(null, 0, 1, BOOT_TASK, provenance);
  }

  /**
   * Stands for an entry that should be there and is not. Nobody knows what came before it either, at any time: so
   * another one that is unknown stands between it and the root, from {@code since} on.
   */
  public static Entry lost(Entry root, long time, int pid, long since) {
    Entry before = since < time ? new Entry(root, since, pid, RawText.UNKNOWN, Provenance.UNKNOWN) : root;
    return new Entry(before, time, pid, RawText.UNKNOWN, Provenance.UNKNOWN);
  }

  /** The entry before this one in every history that holds this one; null for the root. */
  public @Nullable Entry parent() {
    return parent;
  }

  public boolean isRoot() {
    return parent == null;
  }

  /** When the exec succeeded; for a snapshot, when the process started. */
  public long time() {
    return time;
  }

  /** The pid (in the host's namespace) of the process at its exec. */
  public int pid() {
    return pid;
  }

  public RawText name() {
    return known.name;
  }

  public Provenance provenance() {
    return known.provenance;
  }

  public Details details() {
    return details;
  }

  /** Says what the entry is called and how that is known, or that it no longer is. For the collector's thread. */
  public void know(RawText name, Provenance provenance) {
    known = known.then(name, provenance);
  }

  /** Whether a name has been taken back, and there is no other. */
  public boolean isUnlearned() {
    return known.formerly != null;
  }

  /** Whether it went by one name and then by another, as far as this object knows. */
  public boolean isRenamed() {
    return known.renamed;
  }

  /** For a store that reads back an entry whose name had been taken back: which it was is not kept. */
  public void unlearned() {
    Known now = known;
    known = new Known(now.name, now.provenance, RawText.UNKNOWN, now.renamed);
  }

  /** The number that was last put here by the store that writes this entry; 0 before. */
  public int mark() {
    return mark;
  }

  /** For a store's own use, by the thread that saves entries. It means nothing to anybody else. */
  public void mark(int number) {
    mark = number;
  }

  /** For the collector's thread, once it is sure that they were this entry's. */
  public void detail(Details details) {
    this.details = details;
  }

  /** For a store's writer: whether this exec is in its event log. */
  public boolean isLogged() {
    return isLogged;
  }

  public void log() {
    isLogged = true;
  }

  @Override
  public String toString() {
    Known now = known;
    return now.name + "(" + pid + "@" + time + " " + now.provenance.label() + ")";
  }
}
