package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Provenance;
import io.taskhistory.store.Progress;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * Gets the rows out of a damaged store into a new one, in one of two ways.
 *
 * <p>As a whole, where RocksDB can still open a likeness of it: the logs up to their first bad byte, and tables of which
 * blocks are damaged. RocksDB compares versions and deletions then, so what is found is what was last written.
 *
 * <p>In pieces, where the manifest or a table is gone: each table for itself, and then the logs. Nobody knows then what
 * was deleted later. Ended tasks and entries never are while their period is kept; of an entry with two names neither
 * is believed; and live tasks are taken from the logs alone, since elsewhere one may stand that ended long ago.
 *
 * <p>What a store can do without is left behind: its periods are searched as those that never had it.
 */
final class Salvage {

  private static final int ROWS = 1_000;

  /** Logs are given numbers beyond all that the new, empty store that reads them has used. */
  private static final long FIRST_LOG = 1_000_000;

  private final DataDirectory directory;
  private final Path damaged;
  private final Path likeness;
  private final Inspection files;
  private final Database target;
  private final Progress progress;
  private final List<String> lost = new ArrayList<>();
  private final Map<Family, Integer> holes = new TreeMap<>();
  private final Batch batch;
  private boolean isLiveKnown = true;
  private boolean hasBoots = true;
  private long done;

  Salvage(DataDirectory directory, Path likeness, Inspection files, Database target, Progress progress) {
    this.directory = directory;
    this.damaged = directory.database();
    this.likeness = likeness;
    this.files = files;
    this.target = target;
    this.progress = progress;
    this.batch = new Batch(target.familyIds());
  }

  void run(List<Inspection.Damage> tables) throws IOException {
    List<Long> readable = logs();
    String why = files.manifest() == null ? "the manifest cannot be read"
        : tables.stream().allMatch(damage -> canOpen(damage.file())) ? whole(readable) : "a table cannot be opened";
    if (!why.isEmpty()) {
      lost.add("which rows were given up or replaced, as each table was read for itself: " + why);
      pieces(readable);
    }
    flush();
    if (!isWhole(Family.META)) {
      // Only then: it can have rows that were given up since it was written.
      hasBoots = MetaCopy.read(damaged, this::copied);
      flush();
    }
  }

  /** What was not saved, one sentence each. */
  List<String> lost() {
    return lost;
  }

  /** Of which families rows are missing. */
  boolean isWhole(Family family) {
    return !holes.containsKey(family);
  }

  /** Whether the live tasks that were found did live when the last commit was made that was found. */
  boolean isLiveKnown() {
    return isLiveKnown;
  }

  /** Whether the last boot is among those that were found: the one that live tasks are of. */
  boolean hasLastBoot() {
    return hasBoots;
  }

  // What can be read of the logs: all before the first bad byte.

  private List<Long> logs() throws IOException {
    TreeMap<Long, LogScan> logs = files.manifest() != null ? files.logs() : allLogs();
    List<Long> readable = new ArrayList<>();
    long flushedTo = files.manifest() == null ? 0 : files.manifest().flushedTo();
    for (Map.Entry<Long, LogScan> each : logs.entrySet()) {
      LogScan scan = each.getValue();
      LogScan earlier = logs.get(scan.predecessor().number());
      boolean isNext = scan.predecessor().number() == 0
          || earlier != null && earlier.size() == scan.predecessor().size()
          || files.manifest() != null && scan.predecessor().number() < files.manifest().logsFrom();
      if (!isNext) {
        lose(each.getKey(), scan.size(), "the log before it is damaged or missing", flushedTo);
        break;
      }
      readable.add(each.getKey());
      if (scan.bad() >= 0) {
        lose(each.getKey(), scan.size() - scan.whole(), "from byte " + scan.whole() + " on, where at least "
            + scan.after() + " more commits begin", flushedTo);
        break;
      }
    }
    Inspection.Damage missing = files.damages().stream()
        .filter(damage -> damage.file().toString().endsWith(".log") && !Files.exists(damage.file()))
        .findFirst().orElse(null);
    if (missing != null) {
      lost.add("what was in the missing log " + missing.file());
      isLiveKnown = false;
    }
    return readable;
  }

  private TreeMap<Long, LogScan> allLogs() throws IOException {
    TreeMap<Long, LogScan> logs = new TreeMap<>();
    try (Stream<Path> all = Files.list(damaged)) {
      for (Path file : all.filter(file -> file.getFileName().toString().matches("\\d{6,18}\\.log")).toList()) {
        logs.put(Long.parseLong(file.getFileName().toString().replace(".log", "")), LogScan.of(file));
      }
    }
    return logs;
  }

  private void lose(long number, long bytes, String what, long flushedTo) {
    lost.add("%d bytes of the log %06d.log: %s".formatted(bytes, number, what));
    if (number < flushedTo) {
      isLiveKnown = false; // a part of what follows is in tables, and another part is not
    }
  }

  private boolean canOpen(Path table) {
    try (Options options = new Options(); SstFileReader reader = new SstFileReader(options)) {
      reader.open(table.toString());
      return true;
    } catch (RocksDBException e) {
      return false;
    }
  }

  // As a whole.

  /** Why it cannot be done; empty where it was. */
  private String whole(List<Long> readable) throws IOException {
    Files.createDirectories(likeness);
    try (Stream<Path> all = Files.list(damaged)) {
      for (Path file : all.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".sst")) {
          link(file, likeness.resolve(name));
        } else if (file.getFileName().equals(files.manifestFile())) {
          Files.copy(file, likeness.resolve(name));
        }
      }
    }
    Files.writeString(likeness.resolve("CURRENT"), files.manifestFile() + "\n");
    for (Inspection.Cut cut : files.cuts()) {
      Path copy = likeness.resolve(cut.file().getFileName());
      if (Files.exists(copy)) {
        truncate(copy, cut.at());
      }
    }
    for (long number : readable) {
      copyLog(number, likeness.resolve("%06d.log".formatted(number)));
    }
    if (readable.isEmpty()) {
      Files.createFile(likeness.resolve("%06d.log".formatted(FIRST_LOG))); // RocksDB insists on one
    }
    Database source;
    try {
      source = Database.openToRead(directory, likeness);
    } catch (StoreException e) {
      return String.valueOf(e.getMessage());
    }
    try (source) {
      for (Family family : Family.ESSENTIAL) {
        source.scanSkipping(family, new Rows(family, likeness.toString(), 0));
      }
    }
    return "";
  }

  private void copyLog(long number, Path to) throws IOException {
    Path log = damaged.resolve("%06d.log".formatted(number));
    Files.copy(log, to);
    truncate(to, LogScan.of(log).whole());
  }

  private static void truncate(Path file, long at) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(at);
    }
  }

  private static void link(Path file, Path to) throws IOException {
    try {
      Files.createLink(to, file);
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(file, to);
    }
  }

  // In pieces.

  private void pieces(List<Long> readable) throws IOException {
    lost.add("tasks that had not ended, but for those that the last logs tell of");
    List<Path> tables;
    try (Stream<Path> all = Files.list(damaged)) {
      tables = all.filter(file -> file.toString().endsWith(".sst")).sorted().toList();
    }
    for (Path table : tables) {
      table(table);
      flush(); // no key is twice in one table
      progress.at("tables", ++done, tables.size());
    }
    for (Family family : Family.ESSENTIAL) {
      holes.putIfAbsent(family, 0);
    }
    Repair.delete(likeness);
    Database.open(directory, likeness, StoreSettings.DEFAULT).close();
    for (long number : readable) {
      copyLog(number, likeness.resolve("%06d.log".formatted(FIRST_LOG + number)));
    }
    try (Database source = Database.openToRead(directory, likeness)) {
      for (Family family : Family.ESSENTIAL) {
        source.scanSkipping(family, new Rows(family, likeness.toString(), 0));
      }
    }
  }

  private void table(Path table) {
    try (Options options = new Options(); SstFileReader reader = new SstFileReader(options);
        ReadOptions read = new ReadOptions()) {
      reader.open(table.toString());
      String label = new String(reader.getTableProperties().getColumnFamilyName(),
          StandardCharsets.US_ASCII);
      Family family = Family.of(label);
      if (family == null || family == Family.LIVE || !Family.ESSENTIAL.contains(family)) {
        return;
      }
      try (SstFileReaderIterator iterator = reader.newIterator(read)) {
        SkippingScan.over(iterator, new SkippingScan.Cells() {
          @Override
          public byte[] key() {
            return iterator.key();
          }

          @Override
          public byte[] value() {
            return iterator.value();
          }
        }, new Rows(family, table.toString(), 1));
      }
    } catch (RocksDBException e) {
      lost.add("what was in " + table + ": " + e.getMessage());
    }
  }

  // What is found goes into the new store.

  /** The rows of one family out of one place; with {@code rank} 1 what is there already may be the newer. */
  private final class Rows implements SkippingScan.Found {

    private final Family family;
    private final String place;
    private final int rank;

    Rows(Family family, String place, int rank) {
      this.family = family;
      this.place = place;
      this.rank = rank;
    }

    @Override
    public void row(byte[] key, byte[] value) {
      byte[] chosen = rank == 0 ? value : chosen(family, key, value);
      if (chosen != null) {
        put(family, key, chosen);
      }
      if (++done % ROWS == 0) {
        progress.at("rows", done, 0);
      }
    }

    @Override
    public void hole(byte[] from, byte @Nullable [] to, String why) {
      holes.merge(family, 1, Integer::sum);
      lost.add("rows of " + family.name().toLowerCase(Locale.ROOT) + range(from, to) + ": "
          + why.replace(likeness.toString(), damaged.toString())
          + (place.equals(likeness.toString()) ? "" : " in " + place));
    }

    private String range(byte[] from, byte @Nullable [] to) {
      if (family == Family.META || family == Family.LIVE) {
        return "";
      }
      int first = Keys.period(from);
      int last = to == null ? Integer.MAX_VALUE : Keys.period(to);
      return " of period " + first + (last == first ? "" : last < 0 || last == Integer.MAX_VALUE
          ? " and later" : " to " + last);
    }
  }

  /** What to keep of two versions of one row; null for the one that is there. */
  private byte @Nullable [] chosen(Family family, byte[] key, byte[] value) {
    byte[] there = target.using(() -> target.get(family, key));
    if (there == null) {
      return value;
    }
    if (Arrays.equals(there, value)) {
      return null;
    }
    return switch (family) {
      case ENTRIES -> doubted(key, there, value);
      case META -> key[0] == MetaRows.WATERMARK
          && MetaRows.watermark(value).watermark() < MetaRows.watermark(there).watermark() ? null : value;
      case LIVE, TASKS, DETAILS, CHILDREN, LINEAGES, POSTINGS, EVENTS -> value;
    };
  }

  /** Of two that differ in the name, the one that says it is unknown, else one made to say so. */
  private static byte[] doubted(byte[] key, byte[] one, byte[] other) {
    EntryRecord first = EntryRecord.decode(Keys.entryTime(key), Keys.entryPid(key), one);
    EntryRecord second = EntryRecord.decode(Keys.entryTime(key), Keys.entryPid(key), other);
    if (first.name().equals(second.name())) {
      return second.detailed() ? other : one;
    }
    if (first.provenance() == Provenance.UNKNOWN) {
      return one;
    }
    return second.provenance() == Provenance.UNKNOWN ? other : EntryRecord.unnamed(other, second);
  }

  private void copied(byte[] key, byte[] value) {
    if (target.using(() -> target.get(Family.META, key)) == null) {
      put(Family.META, key, value);
    }
  }

  private void put(Family family, byte[] key, byte[] value) {
    batch.key.clear().bytes(key, 0, key.length);
    batch.value.clear().bytes(value, 0, value.length);
    batch.put(family);
    if (batch.count() >= ROWS) {
      flush();
    }
  }

  private void flush() {
    if (!batch.isEmpty()) {
      target.commit(batch);
      batch.clear();
    }
  }
}
