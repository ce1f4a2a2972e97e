package io.taskhistory.api.witness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A recording of all that happens to tasks, from {@link #begin} to {@link #end}. Whoever recorded before it began has
 * the earlier time of the two for one event: the kernel calls the probes of an event in the order of their coming.
 */
public final class TraceWitness implements AutoCloseable {

  private static final List<String> EVENTS = List.of("sched/sched_process_fork", "sched/sched_process_exec",
      "sched/sched_process_exit", "task/task_newtask", "task/task_rename");

  /** For each CPU; an event takes some fifty bytes. */
  private static final int BUFFER_KIB = 65_536;

  private static final Pattern COUNT = Pattern.compile("# entries-in-buffer/entries-written: (\\d+)/(\\d+) .*");
  private static final Pattern LOST = Pattern.compile("(?:overrun|commit overrun|dropped events): ([1-9]\\d*)");

  private final String name = TraceInstances.name("witness");
  private final Path instance = TraceInstances.path(name);

  private TraceWitness() throws IOException {
    TraceInstances.remove(name);
    Files.createDirectory(instance);
  }

  public static TraceWitness begin() {
    try {
      TraceWitness witness = new TraceWitness();
      witness.set("trace_clock", "mono");
      witness.set("buffer_size_kb", Integer.toString(BUFFER_KIB));
      witness.set("options/annotate", "0"); // no remarks between the events
      for (String event : EVENTS) {
        witness.set("events/" + event + "/enable", "1");
      }
      return witness;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void set(String file, String value) throws IOException {
    Files.writeString(instance.resolve(file), value);
  }

  /** Stops recording; what happened. Refuses to say where anything was lost. */
  public Lives end() {
    try {
      set("tracing_on", "0");
      checkWhole();
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkWhole() throws IOException {
    try (var cpus = Files.newDirectoryStream(instance.resolve("per_cpu"))) {
      for (Path cpu : cpus) {
        String stats = Files.readString(cpu.resolve("stats"));
        if (stats.lines().anyMatch(line -> LOST.matcher(line).matches())) {
          throw new IllegalStateException("the witness has missed something on " + cpu + ": " + stats);
        }
      }
    }
  }

  private Lives read() throws IOException {
    Lives lives = new Lives();
    TraceText text = new TraceText();
    long expected = -1;
    long read = 0;
    try (BufferedReader lines =
        Files.newBufferedReader(instance.resolve("trace"), StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher count = COUNT.matcher(line);
        if (count.matches()) {
          expected = Long.parseLong(count.group(2));
        }
        var event = text.take(line);
        event.ifPresent(lives::take);
        read += event.isPresent() ? 1 : 0;
      }
    }
    text.end();
    lives.end();
    if (read != expected) {
      throw new IllegalStateException("the trace has " + expected + " events, of which " + read + " could be read");
    }
    return lives;
  }

  @Override
  public void close() {
    TraceInstances.remove(name);
  }
}
