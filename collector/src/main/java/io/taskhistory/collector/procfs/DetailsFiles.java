package io.taskhistory.collector.procfs;

import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/** Where details of processes are read. For one thread at a time, not the collector's. */
public interface DetailsFiles {

  /**
   * What was read of one process, all of it of one and the same image.
   *
   * @param comm {@link TaskStat#comm} before and after
   * @param imprint {@link TaskStat#startstack} before and after
   * @param starttime {@link TaskStat#starttime}
   * @param readAt when reading it had ended
   */
  record Reading(Details details, RawText comm, long imprint, long starttime, long readAt) {}

  /** Reads the details of the process {@code tgid}; null where it is gone or became another image meanwhile. */
  @Nullable Reading read(int tgid);
}
