package io.taskhistory.api.service;

import io.taskhistory.collector.trace.JournalDirectory;
import io.taskhistory.collector.trace.TraceSource;

/** What the kernel records for us, which goes on when the service has ended: for the next start. */
public final class Recording {

  private Recording() {}

  /**
   * Ends it, and drops what has not been read.
   *
   * @return whether there was a recording
   * @throws io.taskhistory.collector.source.SourceException where a service uses it
   */
  public static boolean release(String traceInstance, DataDirectory directory) {
    return TraceSource.release(traceInstance, JournalDirectory.choose(directory.path()));
  }
}
