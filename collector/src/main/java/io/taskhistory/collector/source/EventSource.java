package io.taskhistory.collector.source;

/**
 * Something in the kernel that reports task events. Open it <em>before</em> scanning /proc, so that nothing falls
 * between the two. All calls but {@link #wakeUp} and {@link #stats} are for one thread.
 */
public interface EventSource extends AutoCloseable {

  /** The source's name, as in {@code --source}. */
  String name();

  /**
   * Whether the source tells which task called each clone, every new name, and each exit before the tid can be given to
   * another. Else those are assumed, unknown, or late.
   */
  boolean isExact();

  /** Whether the end of each task is told. Where it is not, /proc has to show now and then who is no more. */
  default boolean tellsEveryEnd() {
    return true;
  }

  /** Whether exits with code 0 are told too, as far as any are; known once it is open. */
  default boolean tellsEveryExit() {
    return true;
  }

  /**
   * Starts listening, or goes on where it was left: what happens from here on will be drained, and before it whatever
   * the kernel still holds of the time after {@code kept}.
   *
   * @param kept how far an earlier opening of this source had come when it was last kept
   * @return the monotonic time since when nothing is missing; 0 where nothing since the boot is. Not after the time of
   *     {@code kept} where everything since is there, -1 where that says nothing yet. What is known to have been lost since is told while draining
   * @throws SourceException where the kernel or the privileges do not allow it
   */
  long open(Checkpoint kept);

  /**
   * Passes on what has been reported and not yet drained, at most about {@code most} events. Never waits.
   *
   * @return the monotonic time up to which everything that the kernel reported has been passed on. Whatever causally
   *     precedes the call is; where {@code most} events were not enough the time stays where it was
   * @throws SourceException where it cannot go on, now or ever: it is to be closed
   */
  long drain(TaskEvents events, int most);

  /**
   * Where the source stands: after everything that has been passed on. To be kept together with what came of that, and
   * given to {@link #open} next time.
   */
  byte[] position();

  /** What was passed on up to {@code position} is kept: the source may forget it. */
  default void kept(byte[] position) {}

  /** Whether it drains no more until some of what was passed on is kept, or it is told to {@link #forget} it. */
  default boolean isFull() {
    return false;
  }

  /**
   * What was passed on up to {@code position} is not kept and may be forgotten all the same: should this end before it
   * is, the next {@link #open} tells of a loss.
   */
  default void forget(byte[] position) {}

  /** Waits until something is there to drain, {@link #wakeUp} is called, or {@code nanos} have passed. */
  void await(long nanos);

  /** Makes {@link #await} return now, or at once when it is called next. Any thread may call. */
  void wakeUp();

  /** A snapshot of the counters; any thread may ask. */
  SourceStats stats();

  /** Stops listening and gives back what {@link #open} took. */
  @Override
  void close();
}
