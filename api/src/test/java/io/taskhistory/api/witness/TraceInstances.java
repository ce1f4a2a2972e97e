package io.taskhistory.api.witness;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The trace instances that tests make: each is named after the process of its test, and goes with it. */
public final class TraceInstances {

  private static final Path ALL = Path.of("/sys/kernel/tracing/instances");
  private static final Pattern OURS = Pattern.compile("live-test-(\\d+)-.*");

  private static final Pattern ENTRIES = Pattern.compile("^entries: (\\d+)$", Pattern.MULTILINE);
  private static final Pattern OVERRUN = Pattern.compile("^overrun: (\\d+)$", Pattern.MULTILINE);

  private TraceInstances() {}

  /** Mounts it where it is not, as the service does too. */
  public static void assumeTracefs() {
    if (!Files.isDirectory(ALL)) {
      try {
        new ProcessBuilder("mount", "-t", "tracefs", "tracefs", ALL.getParent().toString()).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    assumeThat(Files.isDirectory(ALL)).as("this needs tracefs (mount -t tracefs tracefs /sys/kernel/tracing)").isTrue();
  }

  /** A name that tells whose it is. */
  public static String name(String purpose) {
    return "live-test-" + ProcessHandle.current().pid() + "-" + purpose;
  }

  /** What test processes have left that are dead by now. */
  public static List<String> abandoned() {
    if (!Files.isDirectory(ALL)) {
      return List.of();
    }
    try (Stream<Path> instances = Files.list(ALL)) {
      return instances.map(path -> path.getFileName().toString()).filter(TraceInstances::isAbandoned).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isAbandoned(String name) {
    Matcher m = OURS.matcher(name);
    return m.matches() && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty();
  }

  public static Path path(String name) {
    return ALL.resolve(name);
  }

  /**
   * What the kernel counts of one processor's ring.
   *
   * @param entries how many events it holds
   * @param overrun how many it had to overwrite before anybody read them
   */
  private record Ring(long entries, long overrun) {

    static Ring of(Path processor) throws IOException {
      String stats = Files.readString(processor.resolve("stats"));
      return new Ring(number(ENTRIES, stats), number(OVERRUN, stats));
    }

    private static long number(Pattern pattern, String stats) {
      Matcher m = pattern.matcher(stats);
      return m.find() ? Long.parseLong(m.group(1)) : 0;
    }
  }

  private static Map<Path, Ring> rings(String name) {
    Map<Path, Ring> rings = new HashMap<>();
    try (DirectoryStream<Path> processors = Files.newDirectoryStream(path(name).resolve("per_cpu"))) {
      for (Path processor : processors) {
        rings.put(processor, Ring.of(processor));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rings;
  }

  /** How many events an instance had to overwrite before anybody read them, as the kernel counts. */
  public static long overrun(String name) {
    return rings(name).values().stream().mapToLong(Ring::overrun).sum();
  }

  /**
   * Says, when it is asked, whether every processor has overwritten what its ring held when this was called. By then it
   * has left the page that was read last, too, which is never overwritten (Documentation/trace/ring-buffer-design.rst).
   */
  public static BooleanSupplier overwritten(String name) {
    Map<Path, Ring> then = rings(name);
    return () -> rings(name).entrySet().stream().allMatch(now -> {
      Ring before = then.getOrDefault(now.getKey(), now.getValue());
      return now.getValue().overrun > before.overrun + before.entries;
    });
  }

  /** Removes an instance, if there is one; whoever has it open must be gone. */
  public static void remove(String name) {
    try {
      Files.deleteIfExists(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
