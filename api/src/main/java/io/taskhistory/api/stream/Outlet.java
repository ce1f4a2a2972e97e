package io.taskhistory.api.stream;

import java.io.IOException;

/** Where a stream goes; nothing of it ever waits. For one thread. */
public interface Outlet {

  /** Whether more can be written; where it cannot, {@link EventStreams#ready} is called once it can. */
  boolean isReady();

  /** Writes all of it, now or as the reader takes it; only where it is ready. The bytes must not change any more. */
  void write(byte[] bytes) throws IOException;

  /** Ends the answer behind what was written. */
  void end();
}
