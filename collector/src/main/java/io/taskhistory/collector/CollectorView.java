package io.taskhistory.collector;

import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.tracking.CheckStats;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the interfaces to the outside may ask of a running collector. Any thread may. */
public interface CollectorView {

  /** The time up to which everything the kernel reported has been applied and can be queried. */
  long watermark();

  /**
   * Up to when the store has everything too, past execs and children among it: some milliseconds behind the watermark, or
   * more where the store is slow or refuses.
   */
  long kept();

  /**
   * Waits until everything that the kernel had reported when the call began has been applied.
   *
   * @return whether that was so within {@code atMost}
   */
  boolean awaitNow(Duration atMost);

  /**
   * The same, until the store has it; where that is stuck, it is not waited for. What follows nothing need not wait.
   *
   * @return whether it has, or is stuck, within {@code atMost}
   */
  default boolean awaitKept(Duration atMost) {
    return awaitNow(atMost);
  }

  /**
   * Takes in how the clocks stand: a step of the wall clock before the call is in the boot's ledger after it.
   *
   * @return the monotonic time of that, where a boot is followed; else up to when one was
   */
  default long lookAtClocks() {
    return watermark();
  }

  Status status();

  /**
   * How following goes.
   *
   * @param spine the name of the source that creates tasks and entries
   * @param detailsRead how many times details were read from /proc
   * @param detailsSkipped how often there was no time for it at the limited rate
   * @param queue what waits to be kept
   * @param selfCheck what came of comparing all this with /proc, and the sources with each other
   */
  record Status(
      String spine, List<Source> sources, long detailsRead, long detailsSkipped, Queue queue, CheckStats selfCheck) {

    /** What a source is there for. */
    public enum Role {
      /** It creates tasks and entries. */
      SPINE,
      /** It fills in what the spine lacks. */
      BESIDE,
      /** Nothing: it cannot be used. */
      NONE
    }

    /**
     * One source.
     *
     * @param state one of {@code running}, {@code failed}, {@code closed}
     * @param watermark up to when it has been drained
     * @param problem why it has failed
     */
    public record Source(
        String name, Role role, String state, long watermark, SourceStats stats, @Nullable String problem) {

      static Source failed(String name, String problem) {
        return new Source(name, Role.NONE, "failed", -1, new SourceStats(0, 0, 0, 0), problem);
      }
    }

    /**
     * What was applied and waits for the store to keep it.
     *
     * @param bytes about how much memory it takes
     * @param limit how much it may take
     * @param overflows how often it had come to that
     * @param lost how many ended tasks and execs were given up for that, and so are in no store
     * @param stuck whether the store refuses, or takes longer than is waited for; that little waits then means nothing,
     *     as it may have been given up
     */
    public record Queue(long bytes, long limit, long overflows, long lost, boolean stuck) {

      public static final Queue NONE = new Queue(0, 0, 0, 0, false);
    }

    public Status {
      sources = List.copyOf(sources);
    }

    /** Of what is not compared with anything. */
    public Status(String spine, List<Source> sources, long detailsRead, long detailsSkipped, Queue queue) {
      this(spine, sources, detailsRead, detailsSkipped, queue, CheckStats.NONE);
    }
  }
}
