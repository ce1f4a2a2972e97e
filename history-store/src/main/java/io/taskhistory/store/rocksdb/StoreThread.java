package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what waits for the disk, one thing after the other, so that whoever reads the kernel does not. Its thread is
 * called {@code store}.
 */
class StoreThread {

  /** For how long a disk that hangs may hold up the end. */
  private static final long PATIENCE_SECONDS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);

  private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
    Thread made = new Thread(work, "store");
    made.setDaemon(true);
    return made;
  });

  /**
   * Has it done.
   *
   * @param done called by the thread once the outcome can be had
   * @throws StoreException where it has been ended
   */
  Future<Boolean> start(Runnable work, Runnable done) {
    Callable<Boolean> working = () -> {
      work.run();
      return true;
    };
    FutureTask<Boolean> task = new FutureTask<>(working) {
      @Override
      protected void done() {
        done.run();
      }
    };
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      throw new StoreException("The store is closed", e);
    }
    return task;
  }

  /**
   * Waits for the outcome, if need be.
   *
   * @throws StoreException whatever the work ended with
   */
  static void outcome(Future<Boolean> work) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          work.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreException refusal) {
        throw refusal;
      }
      throw new StoreException("What was to be kept could not be written: " + e.getCause(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends with the work that was begun; what hangs for long is left behind. Whether all is done. */
  boolean end() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.error("The disk does not answer: what was being written is left to it");
    return false;
  }
}
