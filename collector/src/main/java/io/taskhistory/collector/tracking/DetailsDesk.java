package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the collector's thread asks for the details of an entry, and later gets them. A thread of its own reads them,
 * at a limited rate, so that a flood of execs is not slowed: requests that find the queue full are dropped, those whose
 * process has ended meanwhile cost nothing, and what is not read stays unknown.
 *
 * <p>Details that come back are kept only if they are the entry's for certain: everything up to a while after the reading
 * has been applied, and the image is the one that the entry's name was read of or, where no name was, the process stood
 * at that entry all that time and no event has been lost since it was first seen there. The while is what an exec can
 * take from the new image to its event (see {@link NameResolver}). Where the name is not known by then, these readings
 * can tell it too.
 */
final class DetailsDesk implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DetailsDesk.class);

  private static final int QUEUE = 8192;
  private static final long LINGER = 2_000_000;

  /**
   * What is asked for.
   *
   * @param seenAt when the process was first seen to stand at the entry
   * @param name the reading of the entry's name, if there was one
   */
  private record Request(Tracked leader, Entry entry, long seenAt, @Nullable NameReading name) {}

  private record Answer(Request request, DetailsFiles.Reading reading) {}

  private final HistoryWriter writer;
  private final NameResolver names;
  private final DetailsFiles files;
  private final StartTimes starts;
  private final LongSupplier clock;
  private final TokenBucket bucket;
  private final Runnable answered;
  private final List<Request> asked = new ArrayList<>();
  private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(QUEUE);
  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final Thread reader = new Thread(this::run, "details-reader");
  private long wholeSince = -1;
  private volatile boolean closing;
  private volatile long read;
  private volatile long skippedByReader;
  private volatile long skippedByWriter;

  /**
   * Makes one; {@link #start} sets it to work.
   *
   * @param answered called by the reader's thread when there is something to {@link #deliver}
   */
  DetailsDesk(HistoryWriter writer, NameResolver names, DetailsFiles files, StartTimes starts, LongSupplier clock,
      TokenBucket bucket, Runnable answered) {
    this.writer = writer;
    this.names = names;
    this.files = files;
    this.starts = starts;
    this.clock = clock;
    this.bucket = bucket;
    this.answered = answered;
    reader.setDaemon(true);
  }

  void start() {
    reader.start();
  }

  long read() {
    return read;
  }

  long skipped() {
    return skippedByReader + skippedByWriter;
  }

  /** For the collector's thread: asks for the details of the entry that a process stands at. Never waits. */
  void request(Tracked leader, Entry entry) {
    NameReading name = leader.process.reading;
    long seenAt = entry.provenance() == Provenance.SNAPSHOT ? leader.seenAt : entry.time();
    asked.add(new Request(leader, entry, seenAt, name != null && name.entry == entry ? name : null));
  }

  /**
   * For the collector's thread: hands what was asked for to the reader, once all that is known has been applied. In a
   * flood most of it is over by then, and its reader need not even hear of it.
   */
  void submit() {
    for (Request request : asked) {
      if (!isWorthReading(request) || !requests.offer(request)) {
        skippedByWriter = skippedByWriter + 1;
      }
    }
    asked.clear();
  }

  /** Whether there is something to fill in that has to ripen first. */
  boolean hasAnswers() {
    return !answers.isEmpty();
  }

  /** For the collector's thread: events until {@code time} are missing, so that an image may be another than is known. */
  void lost(long time) {
    wholeSince = Math.max(wholeSince, time);
  }

  /** For the collector's thread: fills in what was read a while before {@code drained}, the time all is applied up to. */
  void deliver(long drained) {
    submit();
    long ripe = drained - NameResolver.LONGEST_WAIT;
    for (Answer answer = answers.peek(); answer != null && answer.reading.readAt() < ripe; answer = answers.peek()) {
      answers.remove();
      Request request = answer.request;
      if (isOf(request, answer.reading)) {
        fillIn(request, answer.reading);
      } else {
        skippedByWriter = skippedByWriter + 1;
      }
    }
  }

  private boolean isOf(Request request, DetailsFiles.Reading reading) {
    Task task = request.leader.task;
    if (!starts.isSame(request.leader, reading.starttime()) || !task.livedAt(reading.readAt())
        || task.entryAt(reading.readAt()) != request.entry) {
      return false;
    }
    NameReading name = request.name;
    if (name != null && !name.withdrawn) {
      return name.imprint == reading.imprint();
    }
    return request.seenAt >= wholeSince && task.entryAt(reading.readAt() + NameResolver.LONGEST_WAIT) == request.entry;
  }

  private void fillIn(Request request, DetailsFiles.Reading reading) {
    Details details = reading.details();
    long changed = request.leader.process.credentialsChangedAt;
    boolean sameCredentials = changed < request.entry.time() || changed > reading.readAt();
    Details told = request.entry.details(); // what is on record is surer than what was read
    request.entry.detail(told.completedBy(sameCredentials ? details : details.withoutCredentials()));
    TrackedProcess process = request.leader.process;
    writer.save(request.entry);
    Task task = request.leader.task;
    boolean isOfExec = request.entry.time() > task.start();
    if (isOfExec && !request.entry.name().isKnown() && process.renamedAt < request.entry.time()) {
      names.learn(process, request.entry, reading.comm(), reading.imprint(), reading.readAt());
    }
    if (task.imprint() == 0 && task.entry() == request.entry && task.isLive()) {
      task.imprint(reading.imprint());
      writer.save(task);
    }
  }

  private void run() {
    try {
      while (!closing) {
        Request request = requests.poll();
        if (request == null) {
          // Under load the next one comes soon; to be woken for each would cost the collector's thread more than this.
          TimeUnit.NANOSECONDS.sleep(LINGER);
          request = requests.poll(1, TimeUnit.SECONDS);
        }
        if (request != null) {
          serve(request);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() asks for it
    }
  }

  private void serve(Request request) throws InterruptedException {
    DetailsFiles.Reading reading = isWorthReading(request) ? readInTurn(request) : null;
    if (reading == null) {
      skippedByReader = skippedByReader + 1;
      return;
    }
    read = read + 1;
    answers.add(new Answer(request, reading));
    if (requests.isEmpty()) {
      answered.run();
    }
  }

  private DetailsFiles.@Nullable Reading readInTurn(Request request) throws InterruptedException {
    for (long wait = bucket.take(clock.getAsLong()); wait > 0; wait = bucket.take(clock.getAsLong())) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
    if (!isWorthReading(request)) {
      return null;
    }
    try {
      return files.read(request.leader.task.tid());
    } catch (RuntimeException e) { // that one process is odd is no reason to read no other's details ever after
      LOG.warn("reading the details of {} failed", request.leader.task, e);
      return null;
    }
  }

  private static boolean isWorthReading(Request request) {
    return request.leader.task.isLive() && request.leader.task.entry() == request.entry;
  }

  @Override
  public void close() {
    closing = true;
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
