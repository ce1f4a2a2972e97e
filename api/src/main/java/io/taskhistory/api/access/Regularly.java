package io.taskhistory.api.access;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether anything has changed by which callers are let in, on a thread of its own: a file on a
 * disk that hangs keeps nobody waiting.
 */
public final class Regularly implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Regularly.class);

  private final ScheduledExecutorService thread;

  private Regularly(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  public static Regularly start(List<Runnable> looks) {
    ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
      Thread made = new Thread(task, "access");
      made.setDaemon(true);
      return made;
    });
    looks.forEach(look -> thread.scheduleWithFixedDelay(() -> guarded(look), 1, 1, TimeUnit.SECONDS));
    return new Regularly(thread);
  }

  /** A task that throws would never be run again. */
  private static void guarded(Runnable look) {
    try {
      look.run();
    } catch (RuntimeException e) {
      LOG.error("who is let in stays as it was", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
