package io.taskhistory.api.cli;

import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.audit.Enricher.Enriched;
import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.audit.EventBatches;
import io.taskhistory.api.audit.EventBatches.Batch;
import io.taskhistory.api.client.RefusedException;
import io.taskhistory.api.input.TextInput;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One text through an enricher: this thread reads and cuts, another has the batch before enriched and writes it. One
 * batch is under way at a time, so order is kept and memory bounded.
 */
final class EnrichRun implements AutoCloseable {

  /** Makes an enricher, which may mean finding the service first. */
  interface Enrichers {
    Enricher make() throws IOException;
  }

  /** Says what to fail with after so many failures of one batch, or null to try once more. */
  interface Judge {
    @Nullable Failure judge(IOException failure, int failures);
  }

  /** For how long a service is asked again that is busy, in seconds. */
  private static final int BUSY_SECONDS = 60;
  private static final int PAUSE_MILLIS = 1_000;

  private final Enrichers enrichers;
  private final Judge judge;
  private final Terminal terminal;
  private final Consumer<EnrichmentCounts> progress;
  private final EventBatches batches = new EventBatches();
  private final ExecutorService sender = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "batches");
    thread.setDaemon(true);
    return thread;
  });
  private @Nullable Future<?> pending;
  private @Nullable Enricher enricher;
  private volatile EnrichmentCounts counts = EnrichmentCounts.NONE;
  private volatile boolean readerHasGone;

  /**
   * A run that has not begun.
   *
   * @param enrichers makes one anew after each failure
   * @param progress is told how far it is, now and then
   */
  EnrichRun(Enrichers enrichers, Judge judge, Terminal terminal, Consumer<EnrichmentCounts> progress) {
    this.enrichers = enrichers;
    this.judge = judge;
    this.terminal = terminal;
    this.progress = progress;
  }

  /** Whether a service that has answered so is worth asking again. */
  static boolean isBusy(IOException e, int failures) {
    return e instanceof RefusedException refusal && refusal.isTemporary()
        && failures < BUSY_SECONDS * 1_000 / PAUSE_MILLIS;
  }

  /** Enriches all of {@code input}; false where nobody reads any longer what is written. */
  boolean run(TextInput input) throws InterruptedException {
    byte[] piece = input.next(EventBatches.TICK);
    while (!TextInput.isEnd(piece) && !readerHasGone) {
      if (piece == null) {
        send(batches.pollQuiet(System.nanoTime()));
      } else {
        batches.add(piece, 0, piece.length);
        for (Batch batch = batches.poll(); batch != null; batch = batches.poll()) {
          send(batch);
        }
      }
      progress.accept(counts);
      piece = input.next(EventBatches.TICK);
    }
    for (Batch batch = batches.rest(); batch != null && !readerHasGone; batch = batches.rest()) {
      send(batch);
    }
    await();
    return !readerHasGone;
  }

  private void send(@Nullable Batch batch) throws InterruptedException {
    if (batch != null) {
      await();
      pending = sender.submit(() -> {
        deliver(batch);
        return null;
      });
    }
  }

  private void await() throws InterruptedException {
    try {
      if (pending != null) {
        pending.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void deliver(Batch batch) throws InterruptedException {
    if (readerHasGone) {
      return;
    }
    if (!batch.isText()) {
      write(batch.bytes(), batch.bytes().length);
      boolean ends = batch.bytes()[batch.bytes().length - 1] == '\n';
      counts = counts.plus(new EnrichmentCounts(ends ? 1 : 0, 0, 0, 0, 0, ends ? 1 : 0));
      return;
    }
    Enriched enriched = enriched(batch.bytes());
    write(enriched.bytes(), enriched.length());
    counts = counts.plus(enriched.counts());
  }

  private Enriched enriched(byte[] text) throws InterruptedException {
    for (int failures = 1;; failures++) {
      try {
        Enricher current = enricher;
        if (current == null) {
          current = enrichers.make();
          enricher = current;
        }
        return current.enrich(text);
      } catch (IOException e) {
        forget();
        Failure failure = judge.judge(e, failures);
        if (failure != null) {
          throw failure;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private void write(byte[] bytes, int length) {
    if (!terminal.write(bytes, length)) {
      readerHasGone = true;
    }
  }

  private void forget() {
    Enricher current = enricher;
    enricher = null;
    if (current != null) {
      current.close();
    }
  }

  /** What has been read and enriched so far. */
  EnrichmentCounts counts() {
    return counts;
  }

  @Override
  public void close() {
    sender.submit(this::forget);
    sender.shutdown();
  }
}
