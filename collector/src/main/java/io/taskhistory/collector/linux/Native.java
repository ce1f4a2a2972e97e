package io.taskhistory.collector.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** The loaded C library, errno, and memory that it can be given. */
final class Native {

  static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");

  static final int EINTR = Errno.EINTR.intValue();
  static final int EAGAIN = Errno.EAGAIN.intValue();
  static final int ENOBUFS = Errno.ENOBUFS.intValue();

  /** O_CLOEXEC, O_NONBLOCK and O_PATH of include/uapi/asm-generic/fcntl.h; neither x86 nor arm64 redefines them. */
  static final int O_CLOEXEC = 0x8_0000;
  static final int O_NONBLOCK = 0x800;
  static final int O_PATH = 0x20_0000;
  static final int O_RDONLY = 0;

  private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

  static {
    if (RUNTIME.addressSize() != Long.BYTES) {
      throw new UnsupportedOperationException("a 64-bit machine and a 64-bit JVM are needed");
    }
  }

  private Native() {}

  /** The error number of this thread's last call. JNR saves it before anything else can run. */
  static int errno() {
    return RUNTIME.getLastError();
  }

  static boolean interrupted() {
    return errno() == EINTR;
  }

  /** {@code result}, if it is not negative. */
  static int check(String call, int result) {
    if (result < 0) {
      throw new LinuxException(call, errno());
    }
    return result;
  }

  static ByteBuffer allocate(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  /** Where a buffer of {@link #allocate} is. Valid as long as the buffer is reachable: keep it in a field. */
  static long address(ByteBuffer direct) {
    return Pointer.wrap(RUNTIME, direct).address();
  }

  /** Gives a descriptor back. Not repeated when interrupted: Linux has closed it by then (close(2)). */
  static void close(int fd) {
    if (fd >= 0) {
      LIBC.close(fd);
    }
  }
}
