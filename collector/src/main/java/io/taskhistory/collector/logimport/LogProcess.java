package io.taskhistory.collector.logimport;

import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import org.jspecify.annotations.Nullable;

/** A process that a log has told of and not yet ended. */
final class LogProcess {

  /** What is known of a process's pid namespace, by which the children that it is told of are numbered. */
  enum Namespace {
    /** It is not the log's, and so is none of its children's. */
    OTHER,
    /** Nothing. */
    UNKNOWN,
    /** It is the log's, unless somebody changed that with unshare(2) or setns(2), which no record tells. */
    INHERITED,
    /** It is the log's: children had the numbers that clones returned. A process never changes its own. */
    PROVEN
  }

  final Task task;

  /** What its history was when it began, or when it was first seen. */
  final Entry birth;

  /** Whether that is an entry of its own, as one has that was found living. */
  final boolean isBirthOwn;

  /** Whether its clone is known. */
  final boolean isLinked;

  final long firstStamp;
  Namespace namespace;
  int ppid = -1;
  @Nullable LogProcess creator;
  RawText exe = RawText.UNKNOWN;

  /** The entry with which it stands in the histories of those of which only its being their reaper is known. */
  @Nullable Entry asReaper;

  /** When the last record of it was. */
  long seenAt;

  /** Where the pids stood, and how many were hidden, when it last was certain to hold its own. */
  long since;
  long hiddenBefore;

  /** How many of its clones' children have not been seen, and how many have, while its namespace is not proven. */
  int unseenChildren;
  int seenChildren;

  LogProcess(Task task, Entry birth, boolean isBirthOwn, boolean isLinked, long firstStamp, Namespace namespace) {
    this.task = task;
    this.birth = birth;
    this.isBirthOwn = isBirthOwn;
    this.isLinked = isLinked;
    this.firstStamp = firstStamp;
    this.namespace = namespace;
  }

  int pid() {
    return task.tid();
  }

  boolean hasExecdSinceBirth() {
    return task.entry() != birth;
  }

  @Override
  public String toString() {
    return task + " " + namespace;
  }
}
