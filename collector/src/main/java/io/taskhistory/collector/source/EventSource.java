package io.taskhistory.collector.source;

/**
 * Something in the kernel that reports task events. Open it <em>before</em> scanning /proc, so that nothing falls
 * between the two. All calls but {@link #wakeUp} and {@link #stats} are for one thread.
 */
public interface EventSource extends AutoCloseable {

  /** The source's name, as in {@code --source}. */
  String name();

  /**
   * Starts listening: what happens from here on will be drained.
   *
   * @throws SourceException where the kernel or the privileges do not allow it
   */
  void open();

  /**
   * Passes on what has been reported and not yet drained, at most about {@code most} events. Never waits.
   *
   * @return the monotonic time up to which everything that the kernel reported has been passed on. Whatever causally
   *     precedes the call is; where {@code most} events were not enough the time stays where it was
   */
  long drain(TaskEvents events, int most);

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
