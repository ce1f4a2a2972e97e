package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.store.HistoryStoreContract;
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
  private static final String HARMLESS = "LOG.*|OPTIONS.*|IDENTITY";

  @TempDir
  Path parent;

  private Path whole;
  private Path killed;
  private final Set<String> states = new HashSet<>();
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
        states.add(Answers.of(world.reader()).text());
      }
      for (int commit = 0; commit < 12; commit++) {
        for (int i = 0; i < 60; i++) {
          world.step();
        }
        world.commit();
        if (session == 4) {
          states.add(Answers.of(world.reader()).text());
        }
      }
    }
    copy(whole, killed);
    world.store().close();
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

  /** A copy, so that opening changes nothing. */
  private Path copyOf(Path store) throws IOException {
    Path copy = parent.resolve("copy" + random.nextLong());
    copy(store, copy);
    return copy;
  }

  private static List<Path> files(Path store) throws IOException {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(Files::isRegularFile).map(store::relativize).sorted().toList();
    }
  }

  /** One way to damage a file. */
  private record Damaging(String how, byte[] content, boolean isGone) {}

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
      Path damaged = copy.resolve(file);
      Files.delete(damaged);
      if (!damaging.isGone()) {
        Files.write(damaged, damaging.content());
      }
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
