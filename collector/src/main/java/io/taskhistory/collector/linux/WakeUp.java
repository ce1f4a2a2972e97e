package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;

/** Ends another thread's {@link NetlinkSocket#await}, as eventfd(2) does: a call before it counts too. */
public final class WakeUp implements AutoCloseable {

  /** {@code one} is only ever read and {@code count} only ever used by the one thread that waits. */
  private final ByteBuffer one = Native.allocate(Long.BYTES).putLong(0, 1);
  private final long oneAddress = Native.address(one);
  private final ByteBuffer count = Native.allocate(Long.BYTES);
  private final long countAddress = Native.address(count);
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
