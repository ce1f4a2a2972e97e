package io.taskhistory.history;

/**
 * An interval in which a source is known, or suspected for a reason, to have lost events.
 *
 * @param id counts the gaps of one boot, from 1
 * @param source the source's name, as in {@code --source}
 * @param from the last time up to which the source is known to be whole
 * @param to the first time from which it is again
 * @param lost how many events, or {@link #UNCOUNTED}
 * @param cause one of the words of {@link Cause}
 */
public record Gap(Boot boot, int id, String source, long from, long to, long lost, Cause cause) {

  /** Nobody counted what was lost. */
  public static final long UNCOUNTED = -1;

  /** Why events were lost. The order is that of the bytes on disk: only ever append. */
  public enum Cause {
    /** The receiver's buffer was full. */
    OVERFLOW,
    /** A sequence number was skipped. */
    SEQUENCE,
    /** Nobody listened: the service did not run, or the source could not be followed any more. */
    STOPPED,
    /** What the source said does not fit together, or not with /proc. */
    CONTRADICTION,
    /** Somebody switched the recording off, or took what it held. */
    INTERFERENCE,
    /** What had been kept was damaged on the disk, and a repair could not save it. */
    DAMAGE
  }

  public Gap {
    if (id < 1 || to < from || lost < UNCOUNTED) {
      throw new IllegalArgumentException("not a gap: " + id + " [" + from + ", " + to + ") lost " + lost);
    }
  }
}
