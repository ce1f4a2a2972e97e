package io.taskhistory.collector.trace;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ring into which the kernel has recorded since its start, because its command line says so: the global one
 * ({@code trace_event=}) or an instance ({@code trace_instance=}), as Documentation/admin-guide/kernel-parameters.txt
 * has them.
 */
final class BootRing {

  private static final Logger LOG = LoggerFactory.getLogger(BootRing.class);
  private static final Pattern WORDS = Pattern.compile("\\s+");
  private static final Pattern INSTANCE = Pattern.compile("trace_instance=([^,^@\\s]{1,255}).*");

  private final Path directory;

  BootRing(Path directory) {
    this.directory = directory;
  }

  /**
   * The one that still records, or null where there is none.
   *
   * @param commandLine the kernel's
   * @param ours the name of our own instance, which is none of these
   */
  static @Nullable BootRing find(Path tracefs, String commandLine, String ours) {
    for (Path candidate : candidates(tracefs, commandLine, ours)) {
      BootRing ring = new BootRing(candidate);
      if (ring.records()) {
        return ring;
      }
    }
    return null;
  }

  private static List<Path> candidates(Path tracefs, String commandLine, String ours) {
    List<Path> candidates = new ArrayList<>();
    for (String word : WORDS.split(commandLine)) {
      var instance = INSTANCE.matcher(word);
      if (word.startsWith("trace_event=")) {
        candidates.add(tracefs);
      } else if (instance.matches() && instance.group(1).equals(ours)) {
        LOG.warn("the kernel's command line has an instance named {}, as ours is: give it another name, such as boot,"
            + " to have what happened before now", ours);
      } else if (instance.matches()) {
        candidates.add(tracefs.resolve("instances").resolve(instance.group(1)).normalize());
      }
    }
    return candidates;
  }

  private boolean records() {
    for (Tracepoint tracepoint : Tracepoint.values()) {
      Path enable = file("events/" + tracepoint.path() + "/enable");
      if (tracepoint.isRequired && !(Files.isReadable(enable) && TraceFs.read(enable).startsWith("1"))) {
        return false;
      }
    }
    return Files.isReadable(file("tracing_on"));
  }

  Path file(String path) {
    return directory.resolve(path);
  }

  /** Stops all processors from recording at once; what they have stays. */
  void stop() {
    TraceFs.write(file("tracing_on"), "0");
  }

  /** Gives the ring back to whoever wants to record other things, without the events that were for us. */
  void release() {
    for (Tracepoint tracepoint : Tracepoint.values()) {
      if (tracepoint.isRequired) {
        TraceFs.write(file("events/" + tracepoint.path() + "/enable"), "0");
      }
    }
    TraceFs.write(file("tracing_on"), "1");
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
