package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads small files and links into one reused buffer, without garbage. That a file is gone is an everyday event in
 * /proc, so all calls answer a negative error number instead of throwing. For one thread at a time.
 */
public final class NativeFiles {

  /** AT_FDCWD of include/uapi/linux/fcntl.h: relative to the working directory. */
  private static final int AT_FDCWD = -100;

  /** AT_EMPTY_PATH of include/uapi/linux/fcntl.h: the descriptor itself is meant. */
  private static final int AT_EMPTY_PATH = 0x1000;

  /** openat2's number, the same on all architectures since all new calls are (include/uapi/asm-generic/unistd.h). */
  private static final int OPENAT2 = 437;

  /** RESOLVE_… of include/uapi/linux/openat2.h. */
  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long RESOLVE_BENEATH = 0x08;
  private static final long RESOLVE_IN_ROOT = 0x10;

  /** STATX_NLINK | STATX_INO of include/uapi/linux/stat.h, whose struct statx is the same on all architectures. */
  private static final int STATX_MASK = 0x0004 | 0x0100;
  private static final int STATX_SIZE = 256;
  private static final int STX_NLINK = 16;
  private static final int STX_MODE = 28;
  private static final int STX_INO = 32;
  private static final int STX_DEV_MAJOR = 136;
  private static final int STX_DEV_MINOR = 140;

  private static final int S_IFMT = 0xf000;
  private static final int S_IFREG = 0x8000;

  private static final CString EMPTY = CString.of("");

  private final ByteBuffer buffer;
  private final long bufferAddress;
  private final ByteBuffer statx = Native.allocate(STATX_SIZE);
  private final long statxAddress = Native.address(statx);
  private final ByteBuffer how = Native.allocate(3 * Long.BYTES);
  private final long howAddress = Native.address(how);

  /** What a file is, whatever its path: its device and its inode. */
  public record Identity(int major, int minor, long inode, int links, boolean isRegular) {

    public boolean isSameFile(Identity other) {
      return major == other.major && minor == other.minor && inode == other.inode;
    }
  }

  /** Where a path may lead. */
  public enum Resolve {
    /** Anywhere that it leads for us. */
    FREELY(RESOLVE_NO_MAGICLINKS),
    /** Only below the directory; every link or {@code ..} out of it is an error. */
    BENEATH(RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH),
    /** As if the directory were the root, as chroot(2) would have it. */
    IN_ROOT(RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT);

    private final long flags;

    Resolve(long flags) {
      this.flags = flags;
    }
  }

  /** With a buffer for at most {@code size} bytes of a file. */
  public NativeFiles(int size) {
    buffer = Native.allocate(size);
    bufferAddress = Native.address(buffer);
  }

  /** What the last read left, from index 0; the rest is of older ones. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** A copy of the first {@code length} bytes of the buffer. */
  public byte[] copy(int length) {
    byte[] copy = new byte[length];
    buffer.get(0, copy);
    return copy;
  }

  /** Opens for reading: a descriptor, or a negative error number. */
  public int open(CString path) {
    return openAt(AT_FDCWD, path);
  }

  public int openAt(int directory, CString path) {
    int fd;
    do {
      fd = LIBC.openat(directory, path.address(), Native.O_RDONLY | Native.O_CLOEXEC, 0);
    } while (fd < 0 && Native.interrupted());
    return fd < 0 ? -Native.errno() : fd;
  }

  /** As {@link #openAt}, but only names the file: no right to read it is needed, and no device is touched. */
  public int nameAt(int directory, CString path) {
    int fd;
    do {
      fd = LIBC.openat(directory, path.address(), Native.O_PATH | Native.O_CLOEXEC, 0);
    } while (fd < 0 && Native.interrupted());
    return fd < 0 ? -Native.errno() : fd;
  }

  /** As {@link #nameAt}, with a path that somebody else chose. Needs openat2 (Linux 5.6), else answers -ENOSYS. */
  public int nameAt(int directory, CString path, Resolve resolve) {
    how.putLong(0, Native.O_PATH | Native.O_CLOEXEC).putLong(Long.BYTES, 0).putLong(2 * Long.BYTES, resolve.flags);
    long fd;
    do {
      fd = LIBC.syscall(OPENAT2, directory, path.address(), howAddress, how.capacity());
    } while (fd < 0 && Native.interrupted());
    return fd < 0 ? -Native.errno() : (int) fd;
  }

  /** Reads what fits into the buffer from {@code offset} on: how many bytes, or a negative error number. */
  public int read(int fd, long offset) {
    return read(fd, offset, buffer.capacity());
  }

  /** As {@link #read(int, long)}, at most {@code most} bytes, in one call. */
  public int read(int fd, long offset, int most) {
    long length;
    do {
      length = LIBC.pread(fd, bufferAddress, Math.min(most, buffer.capacity()), offset);
    } while (length < 0 && Native.interrupted());
    return length < 0 ? -Native.errno() : (int) length;
  }

  /** Reads a link: the length of what it holds, or a negative error number. */
  public int readLink(int directory, CString path) {
    long length = LIBC.readlinkat(directory, path.address(), bufferAddress, buffer.capacity());
    return length < 0 ? -Native.errno() : (int) length;
  }

  /** What {@code fd} is, or null where that cannot be told. */
  public @Nullable Identity identify(int fd) {
    if (fd < 0 || LIBC.statx(fd, EMPTY.address(), AT_EMPTY_PATH, STATX_MASK, statxAddress) < 0) {
      return null;
    }
    return new Identity(statx.getInt(STX_DEV_MAJOR), statx.getInt(STX_DEV_MINOR), statx.getLong(STX_INO),
        statx.getInt(STX_NLINK), (statx.getShort(STX_MODE) & S_IFMT) == S_IFREG);
  }

  /** Gives a descriptor back; a negative one is none. */
  public static void close(int fd) {
    Native.close(fd);
  }
}
