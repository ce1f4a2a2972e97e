package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.store.CheckReport;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.Progress;
import io.taskhistory.store.RepairReport;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each file of a store is changed, cut and taken away: opening names it, or every answer is what it was. Of a store
 * that was not closed, the end of the log can be missing: then every answer is what it was after some commit.
 */
final class DamagedFilesTest {

  private static final StoreSettings SLICED = StoreSettings.sliced(Duration.ofNanos(900));
  private static final int FLIPS = 5;
  private static final int CUTS = 3;

  /** What RocksDB writes for people, or makes anew. */
  private static final String HARMLESS = "LOG.*|OPTIONS.*|IDENTITY|LOCK|META";

  @TempDir(factory = InMemory.class)
  Path parent;

  private Path whole;
  private Path killed;
  private final Set<String> states = new HashSet<>();
  private final Facts facts = new Facts();
  private final Random random = new Random(1340);
  private final Map<String, Integer> outcomes = new TreeMap<>();

  @BeforeEach
  void makeStores() throws IOException {
    whole = parent.resolve("whole");
    killed = parent.resolve("killed");
    World world = new World(7, RocksDbHistoryStore.open(whole, HistoryStoreContract.facts(1), SLICED), 10);
    for (int session = 0; session < 5; session++) {
      if (session > 0) {
        world.store().close();
        states.add(Answers.of(copyOf(whole)).text());
        boolean isNewBoot = session % 2 == 0;
        world.opened(RocksDbHistoryStore.open(whole, HistoryStoreContract.facts(1 + session / 2), SLICED),
            isNewBoot ? 10 : world.time());
        note(world);
      }
      for (int commit = 0; commit < 12; commit++) {
        for (int i = 0; i < 60; i++) {
          world.step();
        }
        world.commit();
        note(world);
      }
    }
    copy(whole, killed);
    world.store().close();
  }

  private void note(World world) {
    Answers answers = Answers.of(world.reader());
    states.add(answers.text());
    facts.add(answers);
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (file.toString().endsWith(".sst")) {
          Files.createLink(target, file); // never written to again
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void open_whateverFileIsDamaged_namesItOrAnswersAsBefore() throws IOException {
    String answers = Answers.of(copyOf(whole)).text();
    for (Path file : files(whole)) {
      for (Damaging damaging : damagings(whole.resolve(file))) {
        attempt(whole, file, damaging, Set.of(answers));
      }
    }
    report("closed");
  }

  @Test
  void open_whateverFileIsDamagedOfOneThatWasKilled_namesItOrAnswersAsAfterSomeCommit() throws IOException {
    for (Path file : files(killed)) {
      for (Damaging damaging : damagings(killed.resolve(file))) {
        attempt(killed, file, damaging, states);
      }
    }
    report("killed");
  }

  @Test
  void repair_whateverFileIsDamaged_savesWhatIsRightAndNothingElse() throws IOException {
    Answers before = Answers.of(copyOf(whole));
    for (Path store : List.of(whole, killed)) {
      for (Path file : files(store)) {
        boolean isDone = store.equals(killed) && file.toString().endsWith(".sst"); // the same tables
        if (!file.startsWith("db") || file.getFileName().toString().matches(HARMLESS) || isDone) {
          continue;
        }
        for (Damaging damaging : some(damagings(store.resolve(file)))) {
          repair(store, file, damaging, before);
        }
      }
    }
    report("repaired, " + facts.same() + " answers as before, " + facts.unknown()
        + " with something unknown or not found");
  }

  private List<Damaging> some(List<Damaging> all) {
    return List.of(all.get(0), all.get(1 + random.nextInt(all.size() - 1)), all.get(all.size() - 1));
  }

  private void repair(Path store, Path file, Damaging damaging, Answers before) throws IOException {
    Path copy = copyOf(store);
    try {
      damaging.to(copy.resolve(file));
      String kind = file.getFileName().toString().replaceAll("[\\d.]{6,}", "#") + " " + damaging.how().split(" ")[0];
      String outcome;
      try {
        RepairReport report = RocksDbHistoryStore.repair(copy, Progress.NONE);
        assertThat(report.kept()).isDirectory();
        CheckReport check = RocksDbHistoryStore.check(copy, Progress.NONE);
        assertThat(check.findings()).as("%s %s, repaired: %s", file, damaging.how(), report).isEmpty();
        String wrong = facts.wrong(Answers.of(copy), before);
        assertThat(wrong).as("%s %s, repaired: %s", file, damaging.how(), report).isNull();
        RocksDbHistoryStore.open(copy, HistoryStoreContract.facts(9), SLICED).close();
        outcome = report.lost().isEmpty() ? "all saved" : "saved in part";
      } catch (StoreException e) {
        assertThat(e).as("%s %s", file, damaging.how()).hasMessageContaining("Nothing could be saved");
        outcome = "nothing saved";
      }
      outcomes.merge(kind + ": " + outcome, 1, Integer::sum);
    } finally {
      delete(copy);
    }
  }

  /** A copy, so that opening changes nothing. */
  private Path copyOf(Path store) throws IOException {
    Path copy = parent.resolve("copy" + random.nextLong());
    copy(store, copy);
    return copy;
  }

  /** All, but of the tables those with odd numbers; there are a few of each family. */
  private static List<Path> files(Path store) throws IOException {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(Files::isRegularFile).filter(file -> !file.toString().matches(".*[02468]\\.sst"))
          .map(store::relativize).sorted().toList();
    }
  }

  /** One way to damage a file. */
  private record Damaging(String how, byte[] content, boolean isGone) {
    void to(Path file) throws IOException {
      Files.deleteIfExists(file);
      if (!isGone) {
        Files.write(file, content);
      }
    }
  }

  private List<Damaging> damagings(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    boolean isHarmless = file.getFileName().toString().matches(HARMLESS);
    List<Damaging> all = new ArrayList<>();
    all.add(new Damaging("missing", content, true));
    for (int i = 0; i < (isHarmless ? 1 : CUTS) && content.length > 0; i++) {
      int at = i == 0 ? 0 : i == 1 ? content.length - 1 : random.nextInt(content.length);
      all.add(new Damaging("cut at " + at, Arrays.copyOf(content, at), false));
    }
    for (int i = 0; i < (isHarmless ? 1 : FLIPS) && content.length > 0; i++) {
      byte[] flipped = content.clone();
      int at = i == 0 ? 0 : i == 1 ? content.length - 1 : random.nextInt(content.length);
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      all.add(new Damaging("flipped at " + at, flipped, false));
    }
    if (content.length > 0) {
      byte[] zeros = content.clone();
      int at = random.nextInt(content.length);
      Arrays.fill(zeros, at, Math.min(content.length, at + 600), (byte) 0);
      all.add(new Damaging("zeros at " + at, zeros, false));
    }
    return all;
  }

  private void attempt(Path store, Path file, Damaging damaging, Set<String> right) throws IOException {
    Path copy = copyOf(store);
    try {
      damaging.to(copy.resolve(file));
      String kind = file.getFileName().toString().replaceAll("[\\d.]{6,}", "#") + " " + damaging.how().split(" ")[0];
      String outcome;
      try {
        String answers = Answers.of(copy).text();
        assertThat(right.contains(answers)).as("%s %s, opened", file, damaging.how()).isTrue();
        outcome = "answers are right";
      } catch (StoreException e) {
        assertThat(e).as("%s %s", file, damaging.how()).message()
            .contains(copy.toString()).contains(file.getFileName().toString().equals("VERSION") ? "" : "repair");
        String name = file.getFileName().toString();
        assertThat(e.getMessage().contains(name) || e.getMessage().contains("history in"))
            .as("%s %s: %s", file, damaging.how(), e.getMessage()).isTrue();
        outcome = "refused";
      }
      outcomes.merge(kind + ": " + outcome, 1, Integer::sum);
    } finally {
      delete(copy);
    }
  }

  private void report(String what) {
    System.out.println("damaged files of a store that was " + what + ":");
    outcomes.forEach((outcome, count) -> System.out.println("  " + outcome + " " + count));
  }
}
