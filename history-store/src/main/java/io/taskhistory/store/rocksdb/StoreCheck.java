package io.taskhistory.store.rocksdb;

import io.taskhistory.store.CheckReport;
import io.taskhistory.store.CheckReport.Finding;
import io.taskhistory.store.Progress;
import io.taskhistory.store.StoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a whole store and says what is wrong with it: first its files, and where those are sound what they say. Nothing
 * is written.
 */
final class StoreCheck {

  private static final int MOST_FINDINGS = 100;
  private static final int MOST_KNOWN = 100_000;
  private static final int STEP = 10_000;

  private final DataDirectory directory;
  private final Progress progress;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long more;
  private long tasks;
  private long entries;
  private long bytes;
  private final Set<EntryRef> known = new HashSet<>();

  private StoreCheck(DataDirectory directory, Progress progress) {
    this.directory = directory;
    this.progress = progress;
  }

  static CheckReport of(DataDirectory directory, Progress progress) {
    StoreCheck check = new StoreCheck(directory, progress);
    if (check.files()) {
      check.rows();
    }
    return new CheckReport(
        check.findings, check.more, check.notes, check.tasks, check.entries, check.bytes);
  }

  private boolean files() {
    directory.checkNoRepair();
    Inspection files = Inspection.of(directory.database());
    if (files.isNew()) {
      notes.add("nothing has been kept there yet");
      return false;
    }
    files.damages().forEach(damage -> find(damage.file().toString(), damage.what()));
    long total = files.tableBytes();
    files.logs().values().forEach(log -> bytes += log.size());
    files.tables(true, read -> {
      bytes += read;
      progress.at("files", bytes, total);
    }).forEach(damage -> find(damage.file().toString(), damage.what()));
    files.cuts().stream().filter(cut -> cut.bytes() > 0).forEach(cut -> notes.add(cut.file() + ": " + cut.bytes()
        + " bytes from " + cut.at() + " on were never written in full; the next start leaves them out"));
    if (!findings.isEmpty()) {
      notes.add("what the rows say was not checked, as files are damaged");
      return false;
    }
    if (files.cuts().stream().anyMatch(cut -> cut.bytes() > 0)) {
      notes.add("what the rows say was not checked: start and stop taskhistory on it first");
      return false;
    }
    return true;
  }

  private void find(String where, String what) {
    if (findings.size() < MOST_FINDINGS) {
      findings.add(new Finding(where, what));
    } else {
      more++;
    }
  }

  private void rows() {
    try (Database database = Database.openToRead(directory, directory.database())) {
      Contents contents;
      try {
        contents = Contents.load(database);
      } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
        find("meta", String.valueOf(e.getMessage()));
        return;
      }
      for (Family family : Family.values()) {
        if (family != Family.META) {
          rows(database, contents, family);
        }
      }
    }
  }

  private void rows(Database database, Contents contents, Family family) {
    RowCheck check = new RowCheck(database, contents, known, MOST_KNOWN);
    long estimate = database.estimate(family);
    long done = 0;
    try (Scan scan = database.scan(family)) {
      for (boolean is = scan.first(); is; is = scan.next()) {
        byte[] key = scan.key();
        try {
          check.row(family, key, scan.value(),
              what -> find(family + " " + HexFormat.of().formatHex(key), what));
        } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
          find(family + " " + HexFormat.of().formatHex(key), String.valueOf(e.getMessage()));
        }
        tasks += family == Family.LIVE || family == Family.TASKS ? 1 : 0;
        entries += family == Family.ENTRIES ? 1 : 0;
        if (++done % STEP == 0) {
          progress.at(family.toString().toLowerCase(Locale.ROOT), done, Math.max(done, estimate));
        }
      }
    } catch (StoreException e) {
      find(family.toString(), String.valueOf(e.getMessage()));
    }
  }
}
