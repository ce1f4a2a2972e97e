package io.taskhistory.api.audisp;

import io.taskhistory.api.audit.EventBatches;
import io.taskhistory.api.audit.EventBatches.Batch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands on records from the dispatcher to the log, through the service while that answers. Two threads: {@code
 * audisp-intake} reads, and the one that calls {@link #run} does the rest.
 */
public final class Plugin {

  private static final int MIB = 1 << 20;
  private static final int PIECE = 256 << 10;
  /** How long one that is to stop may go on, until it asks no longer, and until it waits for no more records. */
  private static final long GRACE = TimeUnit.SECONDS.toNanos(5);
  private static final long ASKING = TimeUnit.SECONDS.toNanos(2);
  private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(200);
  /** The predecessor may still be writing: auditd starts another 50 ms after it told the first to stop. */
  private static final long PREDECESSOR = TimeUnit.SECONDS.toNanos(10);
  private static final long STEP_MILLIS = 20;

  private final InputStream in;
  private final Supplier<Settings> reading;
  private final Function<Settings, Enricher> enrichers;
  private final Consumer<String> complaints;
  private final Marks marks = new Marks(System::currentTimeMillis);
  private final LineQueue queue;
  private final EventBatches batches = new EventBatches();
  private final BackOff backOff = new BackOff();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Settings initial;
  private Enricher enricher;
  /** What has not been enriched since that began, and why; null while all is. */
  private @Nullable Lines plain;
  private String reason = "";
  private volatile boolean hungUp;
  private volatile boolean failed;
  private volatile boolean stopping;
  private volatile long stopped;

  /**
   * @param in what the dispatcher writes to; it says what is available while another thread reads
   * @param settings read now, and again at each {@link #hangUp}; throws {@link IllegalArgumentException} where they
   *     are wrong
   * @param complaints takes sentences for people
   */
  public Plugin(InputStream in, Supplier<Settings> settings, Consumer<String> complaints) {
    this(in, settings, ServiceEnricher::new, complaints);
  }

  Plugin(InputStream in, Supplier<Settings> settings, Function<Settings, Enricher> enrichers,
      Consumer<String> complaints) {
    this.in = in;
    this.reading = settings;
    this.enrichers = enrichers;
    this.complaints = complaints;
    initial = settings.get();
    enricher = enrichers.apply(initial);
    queue = new LineQueue(initial.queue() * MIB, marks);
  }

  /**
   * Runs until the dispatcher closes its end, or {@link #stop}.
   *
   * @throws IOException if the log cannot be opened
   */
  public void run() throws IOException, InterruptedException {
    Thread intake = new Thread(new Intake(in, queue), "audisp-intake");
    intake.setDaemon(true);
    intake.start();
    failed = true;
    try {
      LogWriter log = new LogWriter(open(), initial, marks, complaints);
      try {
        byte[] piece = new byte[PIECE];
        for (int taken = take(piece); taken >= 0; taken = take(piece)) {
          if (hungUp) {
            hungUp = false;
            reread(log);
          }
          pass(piece, taken, log);
        }
        for (Batch batch = batches.rest(); batch != null; batch = batches.rest()) {
          deliver(batch, log);
        }
        enrichedAgain(log);
        failed = false;
      } finally {
        log.close();
      }
    } finally {
      done.countDown();
    }
  }

  private int take(byte[] piece) throws InterruptedException {
    return queue.take(piece, EventBatches.TICK.toMillis());
  }

  private EnrichedLog open() throws IOException, InterruptedException {
    long until = System.nanoTime() + PREDECESSOR;
    while (true) {
      EnrichedLog log = EnrichedLog.tryOpen(initial.log());
      if (log != null) {
        return log;
      }
      if (stopping || System.nanoTime() - until >= 0) {
        throw new IOException("another process writes " + initial.log());
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  private void pass(byte[] piece, int length, LogWriter log) throws InterruptedException {
    if (length > 0) {
      batches.add(piece, 0, length);
    }
    Batch batch = next();
    while (batch != null) {
      deliver(batch, log);
      batch = next();
    }
  }

  private @Nullable Batch next() {
    return queue.isEmpty() ? batches.pollQuiet(System.nanoTime()) : batches.poll();
  }

  private void deliver(Batch batch, LogWriter log) throws InterruptedException {
    ByteBuffer enriched = batch.isText() ? enriched(batch.bytes()) : null;
    if (enriched != null) {
      enrichedAgain(log);
      log.write(enriched, batch.bytes());
    } else {
      if (plain == null) {
        plain = new Lines();
        log.mark(marks.notEnriched(reason, EventId.ofFirstLine(batch.bytes())));
      }
      plain.addAll(batch.bytes(), 0, batch.bytes().length);
      log.write(ByteBuffer.wrap(batch.bytes()), batch.bytes());
    }
    if (log.isFull() && log.rotate() && plain != null) {
      log.mark(marks.notEnriched(reason, plain.last()));
    }
  }

  private @Nullable ByteBuffer enriched(byte[] records) throws InterruptedException {
    if (!backOff.mayTry(System.nanoTime()) || isLate()) {
      return null;
    }
    try {
      ByteBuffer enriched = enricher.enrich(records, () -> queue.isHalfFull() || isLate());
      backOff.succeeded();
      return enriched;
    } catch (NotEnrichedException e) {
      backOff.failed(System.nanoTime());
      reason = e.reason().word();
      if (plain == null) {
        complaints.accept("records are not enriched for now: " + e.getMessage());
      }
      return null;
    }
  }

  private void enrichedAgain(LogWriter log) {
    if (plain != null) {
      log.mark(marks.notEnrichedUntilHere(plain));
      complaints.accept(plain.count() + " records were not enriched");
      plain = null;
    }
  }

  private boolean isLate() {
    return stopping && System.nanoTime() - stopped >= ASKING;
  }

  private void reread(LogWriter log) {
    try {
      Settings settings = reading.get();
      enricher = enrichers.apply(settings);
      log.reopen(settings);
    } catch (IllegalArgumentException e) {
      complaints.accept("goes on with the settings it has: " + e.getMessage());
    }
  }

  /** Opens the log again and reads the settings again, soon. The size of the queue stays. */
  public void hangUp() {
    hungUp = true;
  }

  /** Whether {@link #run} is over. */
  boolean isDone() {
    return done.getCount() == 0;
  }

  /** Whether {@link #run} has ended by an exception. */
  public boolean hasFailed() {
    return isDone() && failed;
  }

  /** Has it write what has come by now, and waits for that, but not for ever. */
  public void stop() throws InterruptedException {
    stopped = System.nanoTime();
    stopping = true;
    long heard = stopped;
    while (!queue.isEnded() && System.nanoTime() - stopped < GRACE) {
      heard = isQuiet() ? heard : System.nanoTime();
      if (System.nanoTime() - heard >= QUIET) {
        queue.end();
      }
      Thread.sleep(STEP_MILLIS);
    }
    queue.end();
    if (!done.await(GRACE - (System.nanoTime() - stopped), TimeUnit.NANOSECONDS)) {
      complaints.accept("stops before all records are written");
    }
  }

  /** Whether all has been read that the dispatcher has written. */
  boolean isQuiet() {
    try {
      return in.available() == 0;
    } catch (IOException e) {
      return true;
    }
  }
}
