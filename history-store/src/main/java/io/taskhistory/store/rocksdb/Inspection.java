package io.taskhistory.store.rocksdb;

import io.taskhistory.store.Flush;
import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the files of a store that is closed for what RocksDB would not notice, or would notice too late: it goes
 * on with whatever it can read of a log or of its manifest that was cut, and forgets the rest.
 *
 * <p>What is found is damage, but for two things that a process which died may leave. A write that was cut short: at the
 * end of the log or of the manifest, with nothing after it. And, only where the machine has been started anew since,
 * pages that were never written out: there the log ends at the first of them. A commit is one record, so the state
 * before is whole, and it is what the sync policy promised or later.
 */
final class Inspection {

  private static final Pattern CURRENT = Pattern.compile("(MANIFEST-\\d{6,18})\n");
  private static final Pattern LOG_NAME = Pattern.compile("(\\d{6,18})\\.log");
  private static final Logger LOG = LoggerFactory.getLogger(Inspection.class);
  private static final String TABLE = ".sst";
  private static final int LONGEST_CURRENT = 64;

  /** What is wrong with which file. */
  record Damage(Path file, String what) {}

  /** Where a file has to be cut before RocksDB may read it. */
  record Cut(Path file, long at, long bytes) {}

  private final Path database;
  private final List<Damage> damages = new ArrayList<>();
  private final List<Cut> cuts = new ArrayList<>();
  private @Nullable StateFile state;
  private @Nullable Manifest manifest;
  private @Nullable Path manifestFile;
  private boolean isNew;
  private boolean lostPower;
  private final TreeMap<Long, LogScan> logs = new TreeMap<>();

  private Inspection(Path database) {
    this.database = database;
  }

  /** All but what is in the tables; see {@link #tables}. */
  static Inspection of(Path database) {
    Inspection inspection = new Inspection(database);
    try {
      inspection.look();
    } catch (IOException e) {
      throw new StoreException("Cannot read " + database + ": " + e + ". Check the health of its file system", e);
    }
    return inspection;
  }

  private void look() throws IOException {
    readState();
    readManifest();
    Manifest said = manifest;
    if (said != null) {
      readLogs(said);
      judgeLogs(said);
    }
    compareWithClosing();
  }

  private void readState() throws IOException {
    try {
      state = StateFile.read(database);
    } catch (StoreException e) {
      damages.add(new Damage(database.resolve(StateFile.NAME), String.valueOf(e.getMessage())));
    }
    StateFile then = state;
    String now = StateFile.bootNow();
    lostPower = then != null && !then.isClosed() && !now.isEmpty() && !then.boot().equals(now);
  }

  private void readManifest() throws IOException {
    Path current = database.resolve("CURRENT");
    if (!Files.exists(current)) {
      if (state == null && damages.isEmpty() && !has(TABLE)) {
        isNew = true; // or what is left of a start that went no further
      } else {
        damages.add(new Damage(current, "it is missing"));
        readOnlyManifest();
      }
      return;
    }
    String text = Files.size(current) > LONGEST_CURRENT ? ""
        : Files.readString(current, StandardCharsets.ISO_8859_1);
    Matcher name = CURRENT.matcher(text);
    if (!name.matches()) {
      damages.add(new Damage(current, "it does not name a manifest"));
      readOnlyManifest();
      return;
    }
    Path file = database.resolve(name.group(1));
    if (!Files.exists(file)) {
      damages.add(new Damage(file, "it is missing, or " + current + " names the wrong one"));
      readOnlyManifest();
      return;
    }
    readManifest(file);
  }

  /** With what CURRENT should say in doubt: the manifest, where there is but one. For a repair. */
  private void readOnlyManifest() throws IOException {
    try (Stream<Path> all = Files.list(database)) {
      List<Path> files = all.filter(file -> file.getFileName().toString().startsWith("MANIFEST-")).toList();
      if (files.size() == 1) {
        readManifest(files.get(0));
      }
    }
  }

  private void readManifest(Path file) throws IOException {
    manifestFile = file.getFileName();
    Manifest.Read read;
    try {
      read = Manifest.of(file);
    } catch (StoreException e) {
      damages.add(new Damage(file, String.valueOf(e.getMessage())));
      return;
    }
    LogScan scan = read.scan();
    if (scan.bad() >= 0) {
      if (scan.after() > 0 && !lostPower) {
        damages.add(new Damage(file, "the bytes from " + scan.bad() + " on are not what was written"));
        return;
      }
      cuts.add(new Cut(file, scan.whole(), scan.size() - scan.whole()));
    }
    StateFile then = state;
    if (then == null && damages.isEmpty() && !read.manifest().hasFamilies(2) && !has(TABLE) && !has(".log")) {
      isNew = true; // its first start went no further
      cuts.clear();
      return;
    }
    boolean isCut = then != null
        && (!read.manifest().hasFamilies(then.families()) || read.manifest().logsFrom() < then.logs());
    if (isCut) {
      damages.add(new Damage(file, "its end is missing"));
    } else {
      manifest = read.manifest();
    }
  }

  private boolean has(String suffix) throws IOException {
    try (Stream<Path> files = Files.exists(database) ? Files.list(database) : Stream.empty()) {
      return files.anyMatch(file -> file.toString().endsWith(suffix));
    }
  }

  private void readLogs(Manifest said) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(database)) {
      files = all.toList();
    }
    for (Path file : files) {
      Matcher name = LOG_NAME.matcher(file.getFileName().toString());
      if (name.matches() && Long.parseLong(name.group(1)) >= said.logsFrom()) {
        logs.put(Long.parseLong(name.group(1)), LogScan.of(file));
      }
    }
  }

  /** The logs from the oldest on, as RocksDB reads them. */
  private void judgeLogs(Manifest said) {
    StateFile then = state;
    if (then != null && logs.isEmpty()) {
      damages.add(new Damage(log(Math.max(then.first(), said.logsFrom())), "it is missing"));
      return;
    }
    if (!logs.isEmpty() && logs.lastKey() < said.flushedTo()) {
      damages.add(new Damage(log(said.flushedTo()), "it, or a later one, is missing"));
      return;
    }
    for (Map.Entry<Long, LogScan> each : logs.entrySet()) {
      long number = each.getKey();
      LogScan.Predecessor before = each.getValue().predecessor();
      boolean isNeeded = before.number() > 0 && before.number() >= said.logsFrom();
      LogScan earlier = logs.get(before.number());
      if (isNeeded && (earlier == null || earlier.size() != before.size())) {
        if (mayBeCut(said, before.number())) {
          cutFrom(number);
        } else {
          damages.add(new Damage(log(before.number()), earlier == null ? "it is missing"
              : "it has " + earlier.size() + " bytes and should have " + before.size()));
        }
        return;
      }
      if (!judge(said, number, each.getValue())) {
        return;
      }
    }
  }

  /** False where nothing after it counts. */
  private boolean judge(Manifest said, long number, LogScan scan) {
    StateFile then = state;
    if (then != null && number == then.first() && scan.whole() == 0 && !lostPower) {
      damages.add(new Damage(log(number), "even its first record is missing")); // opening writes that one
      return false;
    }
    if (scan.bad() < 0) {
      return true;
    }
    boolean isTorn = scan.after() == 0 && number == logs.lastKey();
    if (isTorn || mayBeCut(said, number)) {
      cuts.add(new Cut(log(number), scan.whole(), scan.size() - scan.whole()));
      cutFrom(number + 1);
    } else {
      damages.add(new Damage(log(number), "the bytes from " + scan.bad() + " on are not what was written, and "
          + (scan.after() > 0 ? "commits follow them" : "later logs follow")));
    }
    return false;
  }

  /** Where each commit was synced, or a table was made of the log, what is missing was there once. */
  private boolean mayBeCut(Manifest said, long number) {
    StateFile then = state;
    return lostPower && then != null && then.flush() != Flush.SYNC && number >= said.flushedTo();
  }

  private void cutFrom(long number) {
    logs.tailMap(number).forEach((each, scan) -> cuts.add(new Cut(log(each), 0, scan.size())));
  }

  private Path log(long number) {
    return database.resolve("%06d.log".formatted(number));
  }

  private void compareWithClosing() throws IOException {
    StateFile then = state;
    if (then == null || !then.isClosed()) {
      return;
    }
    for (Map.Entry<String, StateFile.Sum> each : then.files().entrySet()) {
      Path file = database.resolve(each.getKey());
      if (damages.stream().anyMatch(damage -> damage.file().equals(file))) {
        continue;
      }
      if (!Files.exists(file)) {
        damages.add(new Damage(file, "it is missing"));
      } else if (!StateFile.Sum.of(file).equals(each.getValue())) {
        damages.add(new Damage(file, "it is not what it was when the store was closed"));
      }
    }
    for (Long number : logs.keySet()) {
      if (!then.files().containsKey(log(number).getFileName().toString())) {
        damages.add(new Damage(log(number), "it was not there when the store was closed"));
      }
    }
  }

  /**
   * Reads the tables and compares them with their checksums.
   *
   * @param progress is told how many bytes were read
   * @return what is wrong; only whether they are there, with their sizes, where {@code whole} is false
   */
  List<Damage> tables(boolean whole, LongConsumer progress) {
    List<Damage> wrong = new ArrayList<>();
    Manifest said = manifest;
    if (said == null) {
      return wrong;
    }
    for (Manifest.Table table : said.tables().values()) {
      Path file = file(table);
      try {
        if (!Files.exists(file)) {
          wrong.add(new Damage(file, "it is missing, or the end of " + manifestFile + ", which would tell that it was"
              + " given up"));
        } else if (Files.size(file) != table.size()) {
          wrong.add(new Damage(file, "it has " + Files.size(file) + " bytes and should have " + table.size()));
        } else if (whole) {
          if (!isSound(file, table)) {
            wrong.add(new Damage(file, "its checksum does not fit"));
          }
          progress.accept(table.size());
        }
      } catch (IOException e) {
        wrong.add(new Damage(file, "it cannot be read: " + e.getMessage()));
      }
    }
    return wrong;
  }

  /** Cuts off what a process that died has left half written. */
  void cut() throws IOException {
    if (isNew) {
      Files.deleteIfExists(database.resolve("CURRENT")); // RocksDB would miss the log that belongs to it
    }
    for (Cut cut : cuts) {
      if (cut.bytes() > 0) {
        LOG.warn("{}: {} bytes from {} on were never written in full; {}, and they are left out", cut.file(),
            cut.bytes(), cut.at(), lostPower ? "the machine lost power" : "the process was killed, or the disk was full");
      }
      try (FileChannel channel = FileChannel.open(cut.file(), StandardOpenOption.WRITE)) {
        channel.truncate(cut.at());
        channel.force(true);
      }
    }
  }

  /** Marks a store as open that RocksDB has just opened. */
  static StateFile opened(Path database, String boot, Flush flush) throws IOException {
    Inspection now = new Inspection(database);
    now.readManifest();
    Manifest said = now.manifest;
    if (said == null) {
      throw new IOException("what was written a moment ago is gone: " + now.damages);
    }
    now.readLogs(said);
    StateFile state = StateFile.open(
        boot, flush, said.logsFrom(), now.logs.isEmpty() ? 0 : now.logs.lastKey(), Family.values().length);
    state.write(database);
    return state;
  }

  /** Marks a store as closed that RocksDB has just closed, with all of it on the disk. */
  static void closed(Path database, StateFile open) throws IOException {
    Map<String, StateFile.Sum> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(database)) {
      for (Path file : all.toList()) {
        String name = file.getFileName().toString();
        if (name.equals("CURRENT") || name.startsWith("MANIFEST-") || LOG_NAME.matcher(name).matches()) {
          files.put(name, StateFile.Sum.of(file));
        }
      }
    }
    open.closed(files).write(database);
  }

  static boolean isSound(Path file, Manifest.Table table) throws IOException {
    return table.checksum() < 0 || (StateFile.Sum.of(file).crc() & 0xffff_ffffL) == table.checksum();
  }

  Path file(Manifest.Table table) {
    return database.resolve("%06d".formatted(table.number()) + TABLE);
  }

  long tableBytes() {
    Manifest said = manifest;
    return said == null ? 0 : said.tables().values().stream().mapToLong(Manifest.Table::size).sum();
  }

  List<Damage> damages() {
    return damages;
  }

  /** What a process that died has left; nothing where there is damage. */
  List<Cut> cuts() {
    return cuts;
  }

  /** Whether no store has been there yet. */
  boolean isNew() {
    return isNew;
  }

  /** Whether the machine was started anew since the store was last open, and it was not closed before. */
  boolean lostPower() {
    return lostPower;
  }

  @Nullable StateFile state() {
    return state;
  }

  @Nullable Manifest manifest() {
    return manifest;
  }

  /** Its name. */
  @Nullable Path manifestFile() {
    return manifestFile;
  }

  /** Those that are needed, by number. */
  TreeMap<Long, LogScan> logs() {
    return logs;
  }
}
