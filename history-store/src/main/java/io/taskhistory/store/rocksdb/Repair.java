package io.taskhistory.store.rocksdb;

import io.taskhistory.store.Progress;
import io.taskhistory.store.RepairReport;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a new store of what is sound in a damaged one, beside it, and puts it in its place by two renames. The damaged
 * one is not written to, and stays:
 *
 * <pre>
 *   DIR/db               the damaged store      ──►  DIR/db.damaged-1
 *   DIR/db.repaired      the new one            ──►  DIR/db
 *   DIR/db.salvage       links to the tables and shortened copies of the logs, for RocksDB to read; deleted
 * </pre>
 */
final class Repair {

  private static final long SPARE = 64 << 20;

  private final DataDirectory directory;
  private final Progress progress;
  private final Path salvage;

  private Repair(DataDirectory directory, Progress progress) {
    this.directory = directory;
    this.progress = progress;
    this.salvage = directory.path().resolve("db.salvage");
  }

  static RepairReport of(DataDirectory directory, Progress progress) {
    Repair repair = new Repair(directory, progress);
    try {
      return repair.run();
    } catch (IOException e) {
      throw new StoreException("Cannot repair the data directory " + directory.path() + ": " + e
          + ". Check the space and the health of its file system; what was there is as it was", e);
    }
  }

  private RepairReport run() throws IOException {
    Path database = directory.database();
    if (!Files.exists(database) && Files.exists(directory.repaired())) {
      Files.move(directory.repaired(), database, StandardCopyOption.ATOMIC_MOVE);
      StateFile.sync(directory.path());
      return new RepairReport(next(-1), List.of(), 0, 0, List.of());
    }
    if (!Files.exists(database)) {
      throw new StoreException("There is nothing to repair in " + directory.path() + ": it has no " + database);
    }
    checkRoom(database);
    delete(directory.repaired());
    delete(salvage);
    Inspection files = Inspection.of(database);
    long total = files.tableBytes();
    long[] read = {0};
    List<Inspection.Damage> damages = new ArrayList<>(files.damages());
    List<Inspection.Damage> tables = files.tables(true, bytes -> progress.at("files", read[0] += bytes, total));
    damages.addAll(tables);
    RepairReport report;
    try {
      report = save(files, tables, damages.stream().map(damage -> damage.file() + ": " + damage.what()).toList());
    } catch (StoreException e) {
      delete(directory.repaired());
      throw new StoreException("Nothing could be saved of the data directory " + directory.path() + ": "
          + e.getMessage() + ". It is as it was; to begin anew, move it away or name another with --data-dir", e);
    } finally {
      delete(salvage);
    }
    Files.move(database, report.kept(), StandardCopyOption.ATOMIC_MOVE);
    Files.move(directory.repaired(), database, StandardCopyOption.ATOMIC_MOVE);
    StateFile.sync(directory.path());
    return report;
  }

  private RepairReport save(Inspection files, List<Inspection.Damage> tables, List<String> damages)
      throws IOException {
    try (Database target = Database.open(directory, directory.repaired(), StoreSettings.DEFAULT)) {
      Salvage found = new Salvage(directory, salvage, files, target, progress);
      found.run(tables);
      Mending mending =
          new Mending(target, found.hasLastBoot(), found.isLiveKnown(), found.isWhole(Family.CHILDREN), found.lost());
      mending.run();
      return new RepairReport(next(1), damages, mending.tasks(), mending.entries(), found.lost());
    }
  }

  /** The old store stays where it is, so the new one needs as much again. */
  private void checkRoom(Path database) throws IOException {
    long needed = SPARE;
    try (Stream<Path> files = Files.list(database)) {
      needed += files.mapToLong(file -> file.toFile().length()).sum();
    }
    long free = database.toFile().getUsableSpace();
    if (free < needed) {
      throw new StoreException(("Repairing the data directory %s takes up to %d MiB beside what is there, and its file"
          + " system has %d MiB left. Make room, or move the directory to another file system and repair it there."
          + " Nothing was touched").formatted(directory.path(), needed >> 20, free >> 20));
    }
  }

  /** The first name that is not taken, or the last one that is. */
  private Path next(int step) {
    int number = 1;
    while (Files.exists(directory.path().resolve("db.damaged-" + number))) {
      number++;
    }
    return directory.path().resolve("db.damaged-" + (step < 0 ? number - 1 : number));
  }

  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
