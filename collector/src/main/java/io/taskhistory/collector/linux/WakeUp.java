package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;

/** Ends another thread's {@link #await} or {@link NetlinkSocket#await}, as eventfd(2) does: an earlier call counts too. */
public final class WakeUp implements AutoCloseable {

  private static final short POLLIN = 1;

  /** {@code one} is only ever read and {@code count} only ever used by the one thread that waits. */
  private final ByteBuffer one = Native.allocate(Long.BYTES).putLong(0, 1);
  private final long oneAddress = Native.address(one);
  private final ByteBuffer count = Native.allocate(Long.BYTES);
  private final long countAddress = Native.address(count);
  private final ByteBuffer polled = Native.allocate(Long.BYTES);
  private final long polledAddress = Native.address(polled);
  private int fd = Native.check("eventfd", LIBC.eventfd(0, Native.O_CLOEXEC | Native.O_NONBLOCK));

  int fd() {
    return fd;
  }

  /** Any thread may call, at any time; after {@link #close} nothing happens. */
  public synchronized void call() {
    if (fd >= 0) {
      LIBC.write(fd, oneAddress, Long.BYTES);
    }
  }

  /**
   * Waits until it is called, or {@code nanos} have passed. For one thread at a time; an interrupted wait ends early,
   * which is no harm.
   */
  public void await(long nanos) {
    // struct pollfd: 0 fd, 4 events, 6 revents
    polled.putInt(0, fd).putShort(4, POLLIN).putShort(6, (short) 0);
    long millis = Math.min(Integer.MAX_VALUE, (Math.max(0, nanos) + 999_999) / 1_000_000);
    if (LIBC.poll(polledAddress, 1, (int) millis) > 0) {
      reset();
    }
  }

  /** Forgets all calls up to now. */
  void reset() {
    LIBC.read(fd, countAddress, Long.BYTES);
  }

  /** Synchronized with {@link #call}, or that could write into whatever gets the same descriptor next. */
  @Override
  public synchronized void close() {
    Native.close(fd);
    fd = -1;
  }
}
