package io.taskhistory.api.audisp;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that records are appended to, and its predecessors, numbered as auditd numbers its own:
 *
 * <pre>
 *   LOG          0600   is written
 *   LOG.1        0400   the one before, and so on up to LOG.(num_logs − 1)
 *   LOG.lock     0600   held by the plugin that writes, and not empty until it has ended as it should
 * </pre>
 *
 * <p>What is appended at once is there as a whole or not at all.
 */
final class EnrichedLog implements Closeable {

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<PosixFilePermission> OWNER_READS = PosixFilePermissions.fromString("r--------");

  private final Path path;
  private final FileChannel lockFile;
  private @Nullable FileChannel channel;
  private long size;
  private boolean locked;
  private boolean cutOff;

  private EnrichedLog(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /** Opens it; empty-handed where another process has it. */
  static @Nullable EnrichedLog tryOpen(Path path) throws IOException {
    FileChannel lockFile = open(path.resolveSibling(path.getFileName() + ".lock"));
    EnrichedLog log = new EnrichedLog(path, lockFile);
    try {
      FileLock lock = lockFile.tryLock();
      if (lock != null) {
        log.locked = true;
        log.cutOff = lockFile.size() > 0;
        lockFile.write(ByteBuffer.wrap(new byte[] {'\n'}), 0);
        log.open();
        return log;
      }
    } catch (IOException e) {
      log.close();
      throw e;
    }
    log.close();
    return null;
  }

  /** Follows no link, and opens nothing that could keep it waiting. */
  private static FileChannel open(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(path + " is no regular file");
    }
    return FileChannel.open(path, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE,
        StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS), OWNER_ONLY);
  }

  private void open() throws IOException {
    FileChannel opened = open(path);
    channel = opened;
    size = opened.size();
    ByteBuffer last = ByteBuffer.allocate(1);
    if (size > 0 && opened.read(last, size - 1) == 1 && last.get(0) != '\n') {
      append(ByteBuffer.wrap(new byte[] {'\n'})); // whoever wrote it last was killed in the middle of a line
    }
  }

  Path path() {
    return path;
  }

  /** Whether whoever wrote it before was killed, with records that are not in here. */
  boolean isCutOff() {
    return cutOff;
  }

  long size() {
    return size;
  }

  /** Opens what has its name now, which may be another file than before. */
  void reopen() throws IOException {
    closeChannel();
    open();
  }

  /** Appends {@code buffers}, all of them, or leaves the file as it was. */
  void append(ByteBuffer... buffers) throws IOException {
    if (channel == null) {
      open();
    }
    FileChannel to = channel;
    if (to == null) {
      throw new IllegalStateException("not open");
    }
    // Whoever truncates it, as some rotate logs, shall get no hole in it.
    long start = to.size();
    try {
      long at = start;
      for (ByteBuffer buffer : buffers) {
        while (buffer.hasRemaining()) {
          at += to.write(buffer, at);
        }
      }
      size = at;
    } catch (IOException e) {
      to.truncate(start);
      throw e;
    }
  }

  /** Gives the file the number 1, each that has a number the next, and begins a new one. */
  void rotate(int numLogs) throws IOException {
    if (numLogs < 2) {
      return;
    }
    closeChannel();
    int last = numLogs - 1;
    for (int surplus = last; Files.deleteIfExists(numbered(surplus)); surplus++) {
      // One is in the way; more where there were to be more before.
    }
    for (int number = last - 1; number >= 1; number--) {
      move(numbered(number), numbered(number + 1));
    }
    move(path, numbered(1));
    open();
    if (Files.exists(numbered(1))) {
      Files.setPosixFilePermissions(numbered(1), OWNER_READS);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // There are not so many yet.
    }
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private void closeChannel() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    try (lockFile) {
      closeChannel();
      if (locked) {
        lockFile.truncate(0);
      }
    }
  }
}
