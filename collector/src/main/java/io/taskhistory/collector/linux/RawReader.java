package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;

/**
 * Reads without waiting, and straight into memory that is given to it: what the kernel copies is where it has to be
 * when the call returns, or when the process is killed before it does. For one thread at a time.
 */
public final class RawReader {

  /** There is nothing to read now. */
  public static final int NOTHING = 0;

  private final ByteBuffer memory;
  private final long address;

  /** Reads into {@code memory}, which is direct. */
  public RawReader(ByteBuffer memory) {
    this.memory = memory;
    this.address = Native.address(memory);
  }

  /**
   * Opens for reading without waiting.
   *
   * @throws LinuxException where that is refused
   */
  public static int open(String path) {
    int fd;
    do {
      fd = LIBC.open(CString.of(path).address(), Native.O_RDONLY | Native.O_CLOEXEC | Native.O_NONBLOCK, 0);
    } while (fd < 0 && Native.interrupted());
    return Native.check("open(" + path + ")", fd);
  }

  /**
   * Keeps the memory from being swapped out, where we may: a process that is killed while the kernel has to fetch a
   * page that it is about to write to does not get it any more.
   */
  public void pin() {
    LIBC.mlock(address, memory.capacity());
  }

  /** Reads once, to {@code offset}: how many bytes, {@link #NOTHING}, or a negative error number. */
  public int read(int fd, int offset, int length) {
    if (offset < 0 || length < 0 || length > memory.capacity() - offset) {
      throw new IndexOutOfBoundsException(offset + " + " + length + " of " + memory.capacity());
    }
    while (true) {
      long read = LIBC.read(fd, address + offset, length);
      if (read >= 0) {
        return (int) read;
      }
      int errno = Native.errno();
      if (errno == Native.EAGAIN) {
        return NOTHING;
      }
      if (errno != Native.EINTR) {
        return -errno;
      }
    }
  }
}
