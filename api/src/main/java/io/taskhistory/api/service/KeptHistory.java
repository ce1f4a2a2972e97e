package io.taskhistory.api.service;

import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** No machine, but what is kept of one: nothing is followed, and now is when that ends. */
public final class KeptHistory implements Machine {

  private static final String LOG = "audit-log";
  private static final String RECORDING = "recording";

  /** Whether there is any in a directory. */
  public static boolean isIn(DataDirectory directory) {
    return Stores.isIn(directory.path());
  }

  @Override
  public List<Shortage> shortages() {
    return List.of();
  }

  @Override
  public HistoryStore open(Path directory) {
    return Stores.reopen(directory);
  }

  @Override
  public Following follow(HistoryStore store, Consumer<Throwable> onFailure) {
    return new Ended(store.reader());
  }

  private record Ended(HistoryReader reader) implements Following {

    @Override
    public long watermark() {
      return reader.watermark();
    }

    @Override
    public long kept() {
      return watermark();
    }

    @Override
    public boolean awaitNow(Duration atMost) {
      return true;
    }

    @Override
    public Status status() {
      String source = reader.boot().isImported() ? LOG : RECORDING;
      return new Status(source, List.of(new Status.Source(
          source, Status.Role.SPINE, "closed", watermark(), new SourceStats(0, 0, 0, 0), null)), 0, 0,
          Status.Queue.NONE);
    }

    @Override
    public void close() {}
  }
}
