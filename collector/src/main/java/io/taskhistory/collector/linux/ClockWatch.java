package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells at once when somebody has set the wall clock, and when the machine has woken up, which sets it too. What it
 * waits for is a timer that never expires and is cancelled by that: TFD_TIMER_CANCEL_ON_SET of timerfd_create(2).
 */
public final class ClockWatch implements AutoCloseable {

  /** Of include/uapi/linux/timerfd.h and time.h; TFD_CLOEXEC and TFD_NONBLOCK are O_CLOEXEC and O_NONBLOCK. */
  private static final int TFD_TIMER_ABSTIME = 1;
  private static final int TFD_TIMER_CANCEL_ON_SET = 2;
  private static final int CLOCK_REALTIME = 0;

  /** include/uapi/asm-generic/errno.h */
  private static final int ECANCELED = 125;

  private static final short POLLIN = 1;
  private static final int FOR_EVER = -1;

  /** Whoever sets the clock all the time gets a row in the ledger for each of these, not for each time. */
  private static final long PAUSE = 10_000_000L;

  private final Runnable onSet;
  private final WakeUp closed = new WakeUp();
  private final int timer;
  private final ByteBuffer expirations = Native.allocate(Long.BYTES);
  private final long expirationsAddress = Native.address(expirations);

  /** Two of struct pollfd: 0 fd, 4 events, 6 revents. */
  private final ByteBuffer polled = Native.allocate(2 * Long.BYTES);
  private final long polledAddress = Native.address(polled);
  private final Thread thread = new Thread(this::run, "clock");
  private volatile boolean closing;

  /**
   * Begins to watch.
   *
   * @param onSet called in a thread of its own after each time that the clock was set, or after several
   * @throws LinuxException where the kernel refuses such a timer
   */
  public ClockWatch(Runnable onSet) {
    this.onSet = onSet;
    timer = Native.check("timerfd_create",
        LIBC.timerfd_create(CLOCK_REALTIME, Native.O_CLOEXEC | Native.O_NONBLOCK));
    try {
      arm();
    } catch (LinuxException e) {
      Native.close(timer);
      closed.close();
      throw e;
    }
    polled.putInt(0, timer).putShort(4, POLLIN);
    polled.putInt(Long.BYTES, closed.fd()).putShort(Long.BYTES + 4, POLLIN);
    thread.setDaemon(true);
    thread.start();
  }

  /** For the last second there is; struct itimerspec: an interval and a time, each in seconds and nanoseconds. */
  private void arm() {
    ByteBuffer never = Native.allocate(4 * Long.BYTES).putLong(2 * Long.BYTES, Long.MAX_VALUE);
    int result = LIBC.timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, Native.address(never), 0);
    // Set between the two calls: it is armed all the same, and nobody has read the clock yet.
    if (result < 0 && Native.errno() != ECANCELED) {
      Native.check("timerfd_settime", result);
    }
  }

  private void run() {
    while (!closing) {
      polled.putShort(6, (short) 0);
      if (LIBC.poll(polledAddress, 2, FOR_EVER) > 0 && wasSet()) {
        onSet.run();
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  /** Whether the timer was cancelled; reading that makes it wait for the next time. */
  private boolean wasSet() {
    return polled.getShort(6) != 0 && LIBC.read(timer, expirationsAddress, Long.BYTES) < 0
        && Native.errno() == ECANCELED;
  }

  @Override
  public void close() {
    closing = true;
    closed.call();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    Native.close(timer);
    closed.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
