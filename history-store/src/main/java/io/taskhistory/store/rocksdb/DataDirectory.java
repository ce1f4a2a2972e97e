package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The directory that a store lives in, checked and locked. A directory that cannot be used is refused before anything
 * in it is written, the lock included where that is possible: another's is not a store's to touch.
 */
final class DataDirectory implements AutoCloseable {

  /**
   * The format that this class and its package write. Raise it with every change that an older one cannot read.
   *
   * <pre>
   *   1   the six families up to children
   *   2   more families: what they have of periods that were written before is missing, and is done without
   * </pre>
   */
  static final int FORMAT = 2;

  private static final String VERSION = "VERSION";
  private static final String NEW_VERSION = "VERSION.new";
  private static final String LOCK = "lock";
  private static final String VERSION_PREFIX = "taskhistory data, format ";

  /** What may stand in a directory that is not a store's yet: left by a start that failed, or put there before. */
  private static final Set<String> HARMLESS = Set.of(LOCK, NEW_VERSION, Reserve.FILE, "endpoint", "token", "lost+found");

  private static final long LONGEST_VERSION = 200;

  /**
   * The directories that are open in this process. The kernel's lock belongs to the process, and goes when any of its
   * descriptors of that file is closed (fcntl(2)): a second attempt must not even open the file.
   */
  private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final Path real;
  private final FileChannel channel;

  private DataDirectory(Path directory, Path real, FileChannel channel) {
    this.directory = directory;
    this.real = real;
    this.channel = channel;
  }

  /** Whether there is one. */
  static boolean isOne(Path directory) {
    return Files.exists(directory.resolve(VERSION));
  }

  /** Makes the directory where there is none, and locks it. */
  static DataDirectory open(Path directory) {
    try {
      boolean isNew = check(directory);
      DataDirectory locked = lock(directory);
      try {
        if (isNew) {
          writeVersion(directory);
        }
        return locked;
      } catch (IOException | RuntimeException e) {
        locked.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StoreException("Cannot use the data directory " + directory + ": " + e
          + ". Check that it can be written, or name another with --data-dir", e);
    }
  }

  private static boolean check(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    if (!Files.isDirectory(directory)) {
      throw new StoreException(directory + " is not a directory. Name another with --data-dir");
    }
    boolean isNew = !Files.exists(directory.resolve(VERSION));
    if (isNew) {
      checkOnlyHarmless(directory);
    } else {
      checkVersion(directory);
    }
    if (!Files.isWritable(directory)) {
      throw new StoreException("The data directory " + directory
          + " cannot be written. Give this user the right to, or name another with --data-dir");
    }
    return isNew;
  }

  private static void checkOnlyHarmless(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files.filter(file -> !HARMLESS.contains(file.getFileName().toString())).findFirst().ifPresent(foreign -> {
        throw new StoreException(directory + " is not a data directory of taskhistory, but holds " + foreign
            .getFileName() + ". Name an empty directory, or one that does not exist, with --data-dir");
      });
    }
  }

  /** What a directory says that it has; 0 for what none says. */
  private static int format(Path directory) throws IOException {
    Path file = directory.resolve(VERSION);
    String text = Files.size(file) > LONGEST_VERSION ? "" : Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    try {
      return text.startsWith(VERSION_PREFIX) ? Integer.parseInt(text.substring(VERSION_PREFIX.length())) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Says that it has the present format, which no older program can go on with, before anything of that is written. */
  void raiseFormat() throws IOException {
    if (format(directory) < FORMAT) {
      writeVersion(directory);
    }
  }

  private static void checkVersion(Path directory) throws IOException {
    Path file = directory.resolve(VERSION);
    int format = format(directory);
    if (format < 1) {
      throw new StoreException(file + " was not written by taskhistory. Name another directory with"
          + " --data-dir; or, where this is one and the file was damaged, write into it: " + VERSION_PREFIX + FORMAT);
    }
    if (format > FORMAT) {
      throw new StoreException("The data directory " + directory + " was made by a newer taskhistory: it has format "
          + format + ", this one reads up to " + FORMAT + ". Use a taskhistory that reads format " + format
          + ", or name another directory with --data-dir");
    }
  }

  /** As {@link RocksDbHistoryStore#unlessInUse}. Where no lock was ever made, nobody has had it open. */
  static boolean unlessInUse(Path directory, Runnable action) {
    if (!Files.exists(directory.resolve(LOCK))) {
      return false;
    }
    DataDirectory locked;
    try {
      locked = lock(directory);
    } catch (IOException | StoreException e) {
      return false;
    }
    try (locked) {
      action.run();
    }
    return true;
  }

  /** The lock is the process's: it goes with it, however that ends. */
  private static DataDirectory lock(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!OPEN_HERE.add(real)) {
      throw inUse(directory);
    }
    try {
      return new DataDirectory(directory, real, lockFile(directory));
    } catch (IOException | RuntimeException e) {
      OPEN_HERE.remove(real);
      throw e;
    }
  }

  private static FileChannel lockFile(Path directory) throws IOException {
    FileChannel channel = FileChannel.open(
        directory.resolve(LOCK),
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(directory);
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  static StoreException inUse(Path directory) {
    return new StoreException("The data directory " + directory + " is in use: another taskhistory runs on it."
        + " Stop that one, or name another directory with --data-dir");
  }

  private static void writeVersion(Path directory) throws IOException {
    Path file = directory.resolve(NEW_VERSION);
    Files.writeString(file, VERSION_PREFIX + FORMAT + "\n");
    StateFile.sync(file); // else a loss of power may leave the name with nothing in it
    Files.move(file, directory.resolve(VERSION), StandardCopyOption.ATOMIC_MOVE);
    StateFile.sync(directory);
  }

  /** Where RocksDB keeps its files. */
  Path database() {
    return directory.resolve("db");
  }

  Path path() {
    return directory;
  }

  /** Where a repair puts a store that is to take the place of the damaged one. */
  Path repaired() {
    return directory.resolve("db.repaired");
  }

  /** Refuses a directory whose repair was cut short between its last two steps. */
  void checkNoRepair() {
    if (!Files.exists(database()) && Files.exists(repaired())) {
      throw new StoreException("The repair of the data directory " + directory + " was cut short."
          + " Finish it with: taskhistory repair --data-dir " + directory);
    }
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreException("Cannot release the data directory " + directory, e);
    } finally {
      OPEN_HERE.remove(real);
    }
  }
}
