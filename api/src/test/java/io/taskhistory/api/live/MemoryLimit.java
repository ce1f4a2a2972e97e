package io.taskhistory.api.live;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A memory cgroup of the test's own, below the test's own, of either version of cgroups(7). Closing removes it, once
 * all that were in it have ended.
 */
final class MemoryLimit implements AutoCloseable {

  private static final String NAME = "taskhistory-test-" + ProcessHandle.current().pid();

  private final Path group;

  /** One whose processes may have so many bytes, and swap nothing. */
  MemoryLimit(long bytes) throws IOException {
    Optional<Path> first = hierarchy("memory");
    Optional<Path> unified = hierarchy("");
    assumeThat(first.isPresent() || unified.isPresent() && offersMemory(unified.get()))
        .as("a memory controller: in a cgroup v1 hierarchy, or offered to children (cgroup.subtree_control) by the v2"
            + " cgroup " + unified.map(Path::toString).orElse("that is not mounted")).isTrue();
    group = Files.createDirectory(first.or(() -> unified).orElseThrow().resolve(NAME));
    limit(first.isPresent() ? "memory.limit_in_bytes" : "memory.max", bytes);
    String swap = first.isPresent() ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
    if (Files.exists(group.resolve(swap))) {
      limit(swap, first.isPresent() ? bytes : 0);
    }
  }

  private void limit(String file, long bytes) throws IOException {
    Files.writeString(group.resolve(file), Long.toString(bytes));
  }

  /** Where processes are written to that shall be in it. */
  Path members() {
    return group.resolve("cgroup.procs");
  }

  private static boolean offersMemory(Path unified) throws IOException {
    return Files.readString(unified.resolve("cgroup.subtree_control")).contains("memory");
  }

  /** The test's own cgroup in the hierarchy of a controller, in the unified one for the controller "". */
  private static Optional<Path> hierarchy(String controller) throws IOException {
    String type = controller.isEmpty() ? "cgroup2" : "cgroup";
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] mount = line.split(" ");
      if (mount[2].equals(type) && (controller.isEmpty() || List.of(mount[3].split(",")).contains(controller))) {
        Path own = Path.of(mount[1] + own(controller));
        return Optional.of(Files.isDirectory(own) ? own : Path.of(mount[1]));
      }
    }
    return Optional.empty();
  }

  /** {@code hierarchy:controllers:path} of /proc/PID/cgroup, see cgroups(7). */
  private static String own(String controller) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/cgroup"))) {
      return lines.map(line -> line.split(":", 3))
          .filter(parts -> List.of(parts[1].split(",", -1)).contains(controller))
          .map(parts -> parts[2]).findFirst().orElse("/");
    }
  }

  @Override
  public void close() {
    Awaitility.await().until(() -> group.toFile().delete() || !Files.exists(group));
  }
}
