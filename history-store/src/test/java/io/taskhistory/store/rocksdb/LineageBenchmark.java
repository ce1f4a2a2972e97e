package io.taskhistory.store.rocksdb;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.ExecCursor;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes to find all execs with a lineage that few have, with the lineages that are kept and with a look at
 * every exec. The module's README says how to run it. Arguments: how many execs (1,000,000), how many lineages (2,000).
 */
final class LineageBenchmark {

  private static final BootFacts BOOT = new BootFacts(
      "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", 1_700_000_000_000_000_000L, new ClockLedger.Row(0, 0, 0));
  private static final int RARE = 100;
  private static final int ROUNDS = 3;
  private static final String[] PATTERNS = {
      "sshd=>rare=>*", "/usr/sbin/rare=>*", "sshd=>**=>tool17", "sshd=>bash=>make5=>*"};

  private LineageBenchmark() {}

  public static void main(String[] args) throws IOException, ParseException {
    int execs = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int lineages = args.length > 1 ? Integer.parseInt(args[1]) : 2_000;
    Path directory = Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "lineage-benchmark");
    try {
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, BOOT)) {
        write(store.writer(), execs, lineages);
      }
      measure(directory, "by lineage");
      try (DataDirectory locked = DataDirectory.open(directory); Database database = Database.open(locked)) {
        Batch batch = new Batch(database.familyIds());
        LineageRows.distrust(batch, 0);
        database.commit(batch);
      }
      measure(directory, "every exec");
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static void write(HistoryWriter writer, int execs, int lineages) {
    Random random = new Random(1);
    Entry sshd = new Entry(writer.root(), 1, 2, RawText.of("sshd"), Provenance.OBSERVED);
    Entry bash = new Entry(sshd, 2, 3, RawText.of("bash"), Provenance.OBSERVED);
    Entry rare = new Entry(sshd, 3, 4, RawText.of("rare"), Provenance.OBSERVED);
    RawText path = RawText.of("/usr/sbin/rare");
    rare.detail(new Details(path, path, null, false, RawText.UNKNOWN, 0, 0, 0, 0, 0, 0, RawText.UNKNOWN,
        RawText.UNKNOWN, RawText.UNKNOWN, 0));
    List.of(sshd, bash, rare).forEach(writer::save);
    List<Entry> parents = new ArrayList<>();
    for (int i = 0; i < lineages / 50; i++) {
      Entry parent = new Entry(bash, 10 + i, 10 + i, RawText.of("make" + i), Provenance.OBSERVED);
      writer.save(parent);
      parents.add(parent);
    }
    for (int i = 0; i < execs; i++) {
      boolean isRare = i % (execs / RARE) == 0;
      Entry parent = isRare ? rare : parents.get(random.nextInt(parents.size()));
      writer.save(new Entry(parent, 1_000_000L + 1_000L * i, 1_000 + i % 30_000,
          RawText.of("tool" + random.nextInt(50)), Provenance.OBSERVED));
      if (i % 100 == 99) {
        writer.commit(1_000_000L + 1_000L * i);
      }
    }
    writer.commit(1_000_000L + 1_000L * execs);
  }

  private static void measure(Path directory, String how) throws ParseException {
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, BOOT)) {
      for (String pattern : PATTERNS) {
        double[] millis = new double[ROUNDS];
        int[] found = new int[2];
        for (int i = 0; i < ROUNDS; i++) {
          long began = System.nanoTime();
          found = all(store.reader(), pattern);
          millis[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf("  %s: %-22s %8.1f ms (median of %d), %d execs in %d pages%n",
            how, pattern, millis[ROUNDS / 2], ROUNDS, found[0], found[1]);
      }
    }
  }

  /** As whoever asks over HTTP does it: a page after the other. */
  private static int[] all(HistoryReader reader, String pattern) throws ParseException {
    ExecQuery query = new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 1_000, 20_000)
        .of(LineagePattern.parse(pattern));
    int found = 0;
    int pages = 0;
    @Nullable ExecCursor after = null;
    do {
      ExecPage page = reader.execs(query.after(after));
      found += page.execs().size();
      pages++;
      after = page.next().orElse(null);
    } while (after != null);
    return new int[] {found, pages};
  }
}
