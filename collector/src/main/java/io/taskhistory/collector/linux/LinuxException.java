package io.taskhistory.collector.linux;

import jnr.constants.platform.Errno;

/** A system call failed for good. */
public final class LinuxException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String call;
  private final int errno;

  LinuxException(String call, int errno) {
    super(call + ": " + name(errno) + advice(errno));
    this.call = call;
    this.errno = errno;
  }

  /** The call that failed, as in its manual page. */
  public String call() {
    return call;
  }

  /** The error number, as in errno(3) of this machine. */
  public int errno() {
    return errno;
  }

  /** Whether the error is the one that errno(3) calls {@code name}. */
  public boolean is(String name) {
    return is(errno, name);
  }

  /** Whether an error number is the one that errno(3) calls {@code name}. */
  public static boolean is(int errno, String name) {
    return errno == Errno.valueOf(name).intValue();
  }

  /** What errno(3) calls an error, and what it means. */
  public static String name(int errno) {
    Errno known = Errno.valueOf(errno);
    return known == Errno.__UNKNOWN_CONSTANT__ ? "error " + errno : known.name() + " (" + known.description() + ")";
  }

  private static String advice(int errno) {
    return switch (Errno.valueOf(errno)) {
      case EPERM, EACCES -> "; run it as root, or give it the capabilities that it asks for";
      case EMFILE -> "; raise the limit of open files (ulimit -n)";
      case ENFILE -> "; raise /proc/sys/fs/file-max";
      case ENOMEM, ENOBUFS -> "; free memory";
      case ENOSYS, EPROTONOSUPPORT, EAFNOSUPPORT, ENOPROTOOPT -> "; this kernel lacks it";
      default -> "";
    };
  }
}
