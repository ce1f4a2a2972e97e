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

  private record Known(RawText name, Provenance provenance) {}

  private static final RawText BOOT_TASK = RawText.of("swapper/0");

  private final @Nullable Entry parent;
  private final long time;
  private final int pid;
  private volatile Known known;
  private volatile Details details = Details.UNKNOWN;
  private boolean isLogged;

  public Entry(@Nullable Entry parent, long time, int pid, RawText name, Provenance provenance) {
    if (pid < 1 || time < 0) {
      throw new IllegalArgumentException("not an entry: pid " + pid + " time " + time);
    }
    this.parent = parent;
    this.time = time;
    this.pid = pid;
    this.known = check(name, provenance);
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

  private static Known check(RawText name, Provenance provenance) {
    if (name.isKnown() == (provenance == Provenance.UNKNOWN)) {
      throw new IllegalArgumentException("the name " + name + " cannot be " + provenance.label());
    }
    return new Known(name, provenance);
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
    known = check(name, provenance);
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
