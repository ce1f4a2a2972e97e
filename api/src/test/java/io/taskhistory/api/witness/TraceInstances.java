package io.taskhistory.api.witness;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The trace instances that tests make: each is named after the process of its test, and goes with it. */
public final class TraceInstances {

  private static final Path ALL = Path.of("/sys/kernel/tracing/instances");
  private static final Pattern OURS = Pattern.compile("live-test-(\\d+)-.*");

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

  /** How many events an instance had to overwrite before anybody read them, as the kernel counts. */
  public static long overrun(String name) {
    long sum = 0;
    try (DirectoryStream<Path> cpus = Files.newDirectoryStream(path(name).resolve("per_cpu"))) {
      for (Path cpu : cpus) {
        Matcher m = OVERRUN.matcher(Files.readString(cpu.resolve("stats")));
        sum += m.find() ? Long.parseLong(m.group(1)) : 0;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sum;
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
