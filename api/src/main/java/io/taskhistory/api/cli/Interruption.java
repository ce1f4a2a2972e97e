package io.taskhistory.api.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in good order when a signal (SIGINT, SIGTERM, SIGHUP) stops the process: it is told, finishes what
 * it has begun, and says what to exit with.
 */
final class Interruption implements AutoCloseable {

  /** What a shell says of a program that SIGINT has ended. */
  static final int INTERRUPTED = 130;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean hasCome;
  private volatile int exitCode = INTERRUPTED;

  /** Calls {@code stop} when the signal comes. */
  Interruption(Runnable stop) {
    hook = new Thread(() -> {
      hasCome = true;
      stop.run();
      try {
        finished.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        // Then it ends now.
      }
      // The JVM would exit with 128 and more.
      Runtime.getRuntime().halt(exitCode);
    }, "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  boolean hasCome() {
    return hasCome;
  }

  /** Everything is in order: the process exits with {@code code} if the signal has come. */
  void exitWith(int code) {
    exitCode = code;
  }

  /** The command has nothing left to do. */
  @Override
  public void close() {
    finished.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs, and ends the process.
    }
  }
}
