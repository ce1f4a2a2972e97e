package io.taskhistory.collector.tracking;

import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;

/** A name that was read from /proc for an exec whose event did not bring it. */
final class NameReading {

  final TrackedProcess process;
  final Entry entry;
  final RawText name;

  /** The image that the name was read of. */
  final long imprint;

  /** When reading it had ended. */
  final long readAt;

  /** Whether the task was on a run queue, where a further exec can be all but done without its event being out. */
  final boolean runnable;

  /** Whether it turned out that the name may be another entry's. */
  boolean withdrawn;

  NameReading(TrackedProcess process, Entry entry, RawText name, long imprint, long readAt, boolean runnable) {
    this.process = process;
    this.entry = entry;
    this.name = name;
    this.imprint = imprint;
    this.readAt = readAt;
    this.runnable = runnable;
  }
}
