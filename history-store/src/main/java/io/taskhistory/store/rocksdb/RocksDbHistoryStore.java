package io.taskhistory.store.rocksdb;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.CheckReport;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Progress;
import io.taskhistory.store.RepairReport;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.Upkeep;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The store on disk: whatever was committed survives the end of the process, however it comes. A commit is one batch in
 * the write-ahead log, so the page cache has it when {@code kill -9} strikes. After a loss of power there is what
 * {@link io.taskhistory.store.Flush} promises; never a part of a commit, and never one without those before.
 */
public final class RocksDbHistoryStore implements HistoryStore {

  private final DataDirectory directory;
  private final Database database;
  private final Contents contents;
  private final Reclaim reclaim;
  private final RocksDbWriter writer;
  private final RocksDbReader reader;
  private final StoreUpkeep upkeep;
  private final StoreThread thread;

  private RocksDbHistoryStore(DataDirectory directory, Database database, Contents contents, StoreThread thread,
      Reclaim reclaim, RocksDbWriter writer, RocksDbReader reader, StoreUpkeep upkeep) {
    this.directory = directory;
    this.database = database;
    this.contents = contents;
    this.reclaim = reclaim;
    this.writer = writer;
    this.reader = reader;
    this.upkeep = upkeep;
    this.thread = thread;
  }

  /**
   * Opens the store in a data directory, which is made where there is none.
   *
   * @throws StoreException where the directory is another's, in use, made by a newer version or cannot be written; it
   *     is then as it was
   */
  public static RocksDbHistoryStore open(Path directory, BootFacts boot) {
    return open(directory, boot, StoreSettings.DEFAULT);
  }

  /**
   * Opens what was kept in a data directory as it was left, the last boot being the present one: to ask, or to go on
   * with that boot.
   *
   * @throws StoreException where nothing was, or as {@link #open(Path, BootFacts)}
   */
  public static RocksDbHistoryStore reopen(Path directory) {
    if (!isIn(directory)) {
      throw new StoreException("There is no history in " + directory + ". taskhistory import FILE… --data-dir "
          + directory + " makes one of audit logs; or name another directory with --data-dir");
    }
    return open(directory, null, StoreSettings.DEFAULT);
  }

  /** Whether a directory is a store's. */
  public static boolean isIn(Path directory) {
    return DataDirectory.isOne(directory);
  }

  /**
   * Does something in a store's directory, damaged or of whatever version, while nobody has it open or can open it.
   *
   * @return whether it was done: not where the store is in use, where that cannot be told, or where there never was one
   */
  public static boolean unlessInUse(Path directory, Runnable action) {
    return DataDirectory.unlessInUse(directory, action);
  }

  /**
   * Reads all of a store that is not in use, and says what is wrong with it. Nothing is written.
   *
   * @throws StoreException where there is none, or it is in use
   */
  public static CheckReport check(Path directory, Progress progress) {
    return closed(directory, locked -> StoreCheck.of(locked, progress));
  }

  /**
   * Makes a new store of what is sound in one that is not in use. The old one stays beside it.
   *
   * @throws StoreException where there is none, it is in use, or nothing can be saved; it is then as it was
   */
  public static RepairReport repair(Path directory, Progress progress) {
    return closed(directory, locked -> Repair.of(locked, progress));
  }

  private static <T> T closed(Path directory, Function<DataDirectory, T> use) {
    if (!isIn(directory)) {
      throw new StoreException("There is no history in " + directory + ". Name another directory with --data-dir");
    }
    try (DataDirectory locked = DataDirectory.open(directory)) {
      return use.apply(locked);
    }
  }

  /** As {@link #open(Path, BootFacts)} with settings of one's own; with no facts as {@link #reopen}. */
  public static RocksDbHistoryStore open(Path directory, @Nullable BootFacts boot, StoreSettings settings) {
    return open(directory, boot, settings, new StoreThread());
  }

  /** The same, with a thread that writes as it likes. */
  static RocksDbHistoryStore open(
      Path directory, @Nullable BootFacts boot, StoreSettings settings, StoreThread thread) {
    DataDirectory locked = DataDirectory.open(directory);
    try {
      Database database = Database.open(locked, settings);
      try {
        return open(locked, database, boot, settings, thread);
      } catch (RuntimeException e) {
        database.close();
        throw e;
      }
    } catch (RuntimeException e) {
      locked.close();
      throw e;
    }
  }

  private static RocksDbHistoryStore open(
      DataDirectory directory, Database database, @Nullable BootFacts boot, StoreSettings settings,
      StoreThread thread) {
    Opening opening = new Opening(database, boot);
    Contents contents = opening.contents();
    StoredEntries entries = new StoredEntries(database);
    Restored restored = opening.restored(contents, entries);
    StoreUpkeep upkeep = new StoreUpkeep(database, contents);
    Reclaim reclaim = new Reclaim(database);
    Turnover turnover = new Turnover(database, contents, restored.root(), upkeep,
        new Reserve(directory, settings.reserve()), reclaim, settings);
    database.copyMeta();
    return new RocksDbHistoryStore(
        directory,
        database,
        contents,
        thread,
        reclaim,
        new RocksDbWriter(database, contents, restored, entries, thread, turnover),
        new RocksDbReader(database, contents, restored.live(), entries),
        upkeep);
  }

  @Override
  public HistoryWriter writer() {
    return writer;
  }

  @Override
  public HistoryReader reader() {
    return reader;
  }

  @Override
  public Upkeep upkeep() {
    return upkeep;
  }

  @Override
  public void close() {
    contents.close();
    if (!thread.end() || !reclaim.close()) {
      return; // what RocksDB works on cannot be closed; the lock goes with the process
    }
    database.close();
    directory.close();
  }
}
