package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tracefs instance (Documentation/trace/ftrace.rst, "Instances"): a ring for each processor, and what is recorded
 * into it, apart from everybody else's. It goes on when nobody reads, and is there until somebody removes it or the
 * machine is booted.
 */
final class TraceInstance {

  /** How the clock's file says that it is the one in use; it is CLOCK_MONOTONIC (ktime_get_mono_fast_ns()). */
  static final String MONOTONIC = "[mono]";

  private static final Logger LOG = LoggerFactory.getLogger(TraceInstance.class);
  private static final Pattern CPU = Pattern.compile("cpu(\\d{1,6})");
  private static final Pattern NUMBER = Pattern.compile("^(\\d{1,18})\\b.*", Pattern.DOTALL);
  private static final long LEAST_BUFFER = 1 << 20;

  private final Path directory;
  private final boolean isNew;
  private final long inode;

  private TraceInstance(Path directory, boolean isNew) {
    this.directory = directory;
    this.isNew = isNew;
    try {
      this.inode = (long) Files.getAttribute(directory, "unix:ino");
    } catch (IOException e) {
      throw TraceFs.refusal("look at", directory, e);
    }
  }

  /** Takes the instance of that name, and makes it where there is none: it records nothing then. */
  static TraceInstance take(Path tracefs, String name) {
    Path directory = tracefs.resolve("instances").resolve(name);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      return new TraceInstance(directory, false);
    } catch (IOException e) {
      throw TraceFs.refusal("make", directory, e);
    }
    return new TraceInstance(directory, true);
  }

  /**
   * Finds out whether there can be one here, and makes none.
   *
   * @throws SourceException where the kernel lacks what is needed, or forbids it
   */
  static void check(Path tracefs) {
    TraceInstance global = new TraceInstance(tracefs, false);
    global.recorded();
    global.layout(); // the kernel's lockdown refuses to open any file
  }

  /**
   * Removes an instance with all that it holds; false where there is none.
   *
   * @throws SourceException where somebody uses it
   */
  static boolean remove(Path tracefs, String name) {
    Path directory = tracefs.resolve("instances").resolve(name);
    try {
      if (!Files.isDirectory(directory)) {
        return false;
      }
      TraceFs.write(directory.resolve("tracing_on"), "0");
      Files.delete(directory);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new SourceException("cannot remove the trace instance " + name + ": " + e.getMessage()
          + "; stop whoever reads from it, and try again", e);
    }
  }

  boolean isNew() {
    return isNew;
  }

  /** What tells it from another of the same name; of no other directory of this boot. */
  long inode() {
    return inode;
  }

  Path file(String path) {
    return directory.resolve(path);
  }

  Path events(Tracepoint tracepoint, String file) {
    return directory.resolve("events").resolve(tracepoint.path()).resolve(file);
  }

  /**
   * Sets up an instance that is {@link #isNew}.
   *
   * @return the time since when it records
   */
  long configure(long buffer) {
    TraceFs.write(file("tracing_on"), "0");
    // Writing the clock empties the ring, even where it is the same one: never to be done to one that holds something.
    TraceFs.write(file("trace_clock"), "mono");
    allocate(buffer);
    if (Files.exists(file("buffer_percent"))) {
      TraceFs.write(file("buffer_percent"), "0");
    }
    if (Files.exists(file("options/overwrite"))) {
      TraceFs.write(file("options/overwrite"), "1");
    }
    for (Tracepoint tracepoint : recorded()) {
      if (!tracepoint.filter.equals(Tracepoint.NO_FILTER)) {
        TraceFs.write(events(tracepoint, "filter"), tracepoint.filter);
      }
      TraceFs.write(events(tracepoint, "enable"), "1");
    }
    TraceFs.write(file("tracing_on"), "1");
    return Clocks.monotonic();
  }

  /** A smaller ring than asked for is better than none. */
  private void allocate(long buffer) {
    for (long size = buffer; ; size /= 2) {
      try {
        TraceFs.write(file("buffer_size_kb"), Long.toString(size >> 10));
        return;
      } catch (SourceException e) {
        if (size / 2 < LEAST_BUFFER) {
          throw e;
        }
        LOG.warn("a trace buffer of {} KiB for each processor is not to be had: {}", size >> 10, e.getMessage());
      }
    }
  }

  /** Applies a changed size; what is there stays as far as it fits, and what does not is counted as overwritten. */
  void resize(long buffer) {
    long present = bufferOf("");
    long difference = Math.abs(present - buffer);
    // The kernel rounds up to whole sub-buffers and adds one or two.
    if (present == 0 || difference > buffer / 16 + 4L * layout().size()) {
      allocate(buffer);
    }
  }

  /** Bytes that a processor's ring has; 0 where they differ, or none is there yet. */
  private long bufferOf(String cpu) {
    var number = NUMBER.matcher(TraceFs.read(file(cpu + "buffer_size_kb")));
    return number.matches() ? Long.parseLong(number.group(1)) << 10 : 0;
  }

  /** Bytes of all processors' rings. */
  long buffer() {
    return cpus().stream().mapToLong(cpu -> bufferOf("per_cpu/cpu" + cpu + "/")).sum();
  }

  /** The tracepoints that this kernel has. */
  List<Tracepoint> recorded() {
    List<Tracepoint> recorded = new ArrayList<>();
    for (Tracepoint tracepoint : Tracepoint.values()) {
      if (Files.exists(events(tracepoint, "enable"))) {
        recorded.add(tracepoint);
      } else if (tracepoint.isRequired) {
        throw new SourceException("this kernel lacks the tracepoint " + tracepoint.path()
            + "; it needs CONFIG_EVENT_TRACING=y (distributions have it); use --source proc");
      }
    }
    return recorded;
  }

  Map<Tracepoint, EventFormat> formats() {
    Map<Tracepoint, EventFormat> formats = new EnumMap<>(Tracepoint.class);
    for (Tracepoint tracepoint : recorded()) {
      formats.put(tracepoint, EventFormat.parse(tracepoint.path(), TraceFs.read(events(tracepoint, "format"))));
    }
    return formats;
  }

  /** This instance's: its sub-buffers can be of another size than the global ones. */
  PageLayout layout() {
    return PageLayout.parse(TraceFs.read(file("events/header_page")));
  }

  /**
   * All processors that can ever be, in order: the kernel makes the directories of those that are not online too, and
   * their rings when they come.
   */
  List<Integer> cpus() {
    try (Stream<Path> files = Files.list(file("per_cpu"))) {
      return files.map(file -> CPU.matcher(file.getFileName().toString()))
          .filter(name -> name.matches()).map(name -> Integer.valueOf(name.group(1))).sorted().toList();
    } catch (IOException e) {
      throw TraceFs.refusal("list", file("per_cpu"), e);
    } catch (UncheckedIOException e) {
      throw TraceFs.refusal("list", file("per_cpu"), new IOException(e.getMessage(), e));
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
