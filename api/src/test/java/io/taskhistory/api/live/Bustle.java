package io.taskhistory.api.live;

import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Processes made in every way there is, at random: {@code bustle.c} in the children of the collector's tests. */
final class Bustle {

  /** All it can do; it says which letter is what. */
  static final String EVERYTHING = "fovsdptwxylrn";

  private final long seed = new Random().nextLong() >>> 1;
  private final int budget;
  private final String deeds;
  private final String names;

  /** What does about {@code budget} of these things. */
  Bustle(LiveTest test, int budget, String deeds) {
    this.budget = budget;
    this.deeds = deeds;
    names = names(test);
  }

  /** What it is to call itself: links to it in the test's directory, as its environment has them. */
  static String names(LiveTest test) {
    return Stream.of("ada", "bob", "cyn", "dan").map(name -> link(test.directory.resolve(name)))
        .collect(Collectors.joining(":"));
  }

  private static String link(Path link) {
    try {
      return Files.isSymbolicLink(link)
          ? link.toString()
          : Files.createSymbolicLink(link, Programs.bustle()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> command() {
    return List.of("env", "NAMES=" + names, Programs.bustle().toString(), Long.toString(seed), Integer.toString(budget),
        deeds);
  }

  @Override
  public String toString() {
    return deeds + " with seed " + seed;
  }
}
