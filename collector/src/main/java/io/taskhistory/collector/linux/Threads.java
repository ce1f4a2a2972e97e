package io.taskhistory.collector.linux;

/** What is easily got wrong about the end of threads. */
public final class Threads {

  private Threads() {}

  /** Waits until a thread has ended, however often the waiting one is interrupted; that is not forgotten. */
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
