package io.taskhistory.collector.linux;

/**
 * The C library's functions that we call, under their own names. Addresses and sizes are {@code long}s: we run on
 * 64-bit machines only, and nothing is allocated or converted for a call.
 *
 * <p>None has six parameters: what jnr-x86asm makes of the sixth is garbage (sendto(2) got a random length).
 *
 * <p>Public only because JNR implements it in a class loader of its own.
 */
public interface LibC {

  int socket(int domain, int type, int protocol);

  int bind(int fd, long address, int length);

  int connect(int fd, long address, int length);

  int setsockopt(int fd, int level, int name, long value, int length);

  int getsockopt(int fd, int level, int name, long value, long length);

  long send(int fd, long buffer, long length, int flags);

  int recvmmsg(int fd, long messages, int count, int flags, long timeout);

  int poll(long fds, long count, int millis);

  int eventfd(int initial, int flags);

  int open(long path, int flags, int mode);

  int openat(int directory, long path, int flags, int mode);

  long read(int fd, long buffer, long length);

  long pread(int fd, long buffer, long length, long offset);

  long write(int fd, long buffer, long length);

  long readlinkat(int directory, long path, long buffer, long length);

  int mount(long source, long target, long type, long flags, long data);

  int mlock(long address, long length);

  int statx(int directory, long path, int flags, int mask, long buffer);

  int close(int fd);

  int kill(int pid, int signal);

  int clock_gettime(int clock, long timespec);

  int clock_getres(int clock, long timespec);

  int timerfd_create(int clock, int flags);

  int timerfd_settime(int fd, int flags, long timerspec, long before);

  long sysconf(int name);

  int getpwnam_r(long name, long passwd, long texts, long size, long result);

  int getgrnam_r(long name, long group, long texts, long size, long result);

  int getgrouplist(long user, int group, long groups, long count);

  /** For calls that the C library has no function for, by their number. */
  long syscall(long number, long a, long b, long c, long d);
}
