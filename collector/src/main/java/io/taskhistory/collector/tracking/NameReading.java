package io.taskhistory.collector.tracking;

import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/** A name that was read from /proc for an exec whose event did not bring it. */
final class NameReading {

  final TrackedProcess process;
  final Entry entry;
  final RawText name;

  /** The image that the name was read of. */
  final long imprint;

  /** When reading it had ended. */
  final long readAt;

  /** Whether the task was not asleep, so that a further exec can have been all but done without its event being out. */
  final boolean runnable;

  /** The reading for the exec before, if it can still turn out to have been of the image that this one should be of. */
  final @Nullable NameReading previous;

  /** How many readings are linked this way. */
  final int links;

  /** Whether it turned out that the name may be another entry's. */
  boolean withdrawn;

  NameReading(TrackedProcess process, Entry entry, RawText name, long imprint, long readAt, boolean runnable,
      @Nullable NameReading previous) {
    this.process = process;
    this.entry = entry;
    this.name = name;
    this.imprint = imprint;
    this.readAt = readAt;
    this.runnable = runnable;
    this.previous = previous;
    this.links = previous == null ? 0 : previous.links + 1;
  }
}
