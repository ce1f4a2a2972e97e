package io.taskhistory.collector.trace;

import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where journals and locks are: a directory of our own in memory. On a disk's file system the first write to a mapped
 * page waits for the disk now and then (page_mkwrite, stable pages), which whoever reads the ring must never do; and a
 * journal of an earlier boot is of no use anyway.
 */
public final class JournalDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(JournalDirectory.class);
  private static final String NAME = "taskhistory";
  private static final Path RUN = Path.of("/run");
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");
  /** Others may go through to what is theirs in it (the service's socket), and neither list nor change it. */
  private static final Set<PosixFilePermission> REACHABLE = PosixFilePermissions.fromString("rwx--x--x");
  private static final Set<PosixFilePermission> OURS_ALONE_FILE = PosixFilePermissions.fromString("rw-------");

  private JournalDirectory() {}

  /** The first in memory that is to be had, else {@code fallback}, a directory of the service's own. */
  public static Path choose(Path fallback) {
    for (Path parent : new Path[] {RUN, SHARED_MEMORY}) {
      Path directory = parent.resolve(NAME);
      try {
        if (Files.getFileStore(parent).type().equals("tmpfs")) {
          prepare(directory);
          return directory;
        }
      } catch (IOException | SourceException e) {
        LOG.warn("{} is not used for the trace journal: {}", directory, e.getMessage());
      }
    }
    return fallback;
  }

  /**
   * Makes it where it is not, and sees to it that it is ours alone: anybody may write to /dev/shm.
   *
   * @throws SourceException where it is not
   */
  static void prepare(Path directory) {
    try {
      try {
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OURS_ALONE));
      } catch (FileAlreadyExistsException e) {
        // Whose it is is seen below.
      }
      PosixFileAttributes attributes =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isDirectory()
          || !attributes.owner().equals(Files.getOwner(Path.of("/proc/self")))
          || !REACHABLE.containsAll(attributes.permissions())) {
        throw new SourceException(directory + " is not a directory of ours alone (mode 0700 or 0711); remove it");
      }
    } catch (IOException e) {
      throw new SourceException("the trace journal's directory " + directory + " cannot be used: " + e, e);
    }
  }

  static Path journal(Path directory, String instance) {
    return directory.resolve(instance + ".journal");
  }

  /** What a boot's ring held, as long as it is not kept. */
  static Path bootJournal(Path directory, String instance) {
    return directory.resolve(instance + ".boot");
  }

  private static Path lockFile(Path directory, String instance) {
    return directory.resolve(instance + ".lock");
  }

  /**
   * Makes sure that nobody else reads from the instance; as long as the answer is open.
   *
   * @throws SourceException where somebody does
   */
  static FileChannel lock(Path directory, String instance) {
    Path file = lockFile(directory, instance);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
          StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS), PosixFilePermissions.asFileAttribute(OURS_ALONE_FILE));
      if (tryLock(channel) == null) {
        String holder = Files.readString(file, StandardCharsets.ISO_8859_1).replaceAll("[^0-9]", "");
        channel.close();
        throw new SourceException("the trace instance " + instance + " is in use by another service (process "
            + holder + "); stop that one, or take another instance: --trace-instance NAME");
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
      return channel;
    } catch (IOException e) {
      close(channel);
      throw new SourceException("the lock of the trace instance " + instance + " cannot be had: " + e, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.warn("a lock cannot be closed: {}", e.getMessage());
    }
  }
}
