package io.taskhistory.api.live;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A pids cgroup of the test's own, of either version of cgroups(7), for what could become too many. A process of its own
 * kills all that is in it after a while, or when the test is over, however that ends.
 */
final class PidsLimit implements AutoCloseable {

  private static final String NAME = "taskhistory-test-pids-" + ProcessHandle.current().pid();

  /** Kills the members whatever they do meanwhile: cgroup.kill is in every cgroup of version 2 since Linux 5.14. */
  private static final String TIMER = "timeout $1 cat >/dev/null; echo 1 >\"$2\"";

  private static final String JOIN = "echo $$ >\"$1\" && echo $$ >\"$2\" && shift 2 && exec \"$@\"";

  /** The one that limits, and that in the unified hierarchy: one and the same where the controller is there. */
  private final Path group;
  private final Path unified;
  private final Process timer;

  /** One for at most {@code most} tasks, which are killed after {@code atMost}. */
  PidsLimit(int most, Duration atMost) throws IOException {
    Optional<Path> first = mount("cgroup", "pids").map(root -> root.resolve(own("pids")));
    Optional<Path> root = mount("cgroup2", "");
    assumeThat(root).as("the unified cgroup hierarchy (mount -t cgroup2 none /sys/fs/cgroup)").isPresent();
    Optional<Path> above = first.filter(Files::isDirectory).or(() -> limiting(root.get()));
    assumeThat(above).as("a pids controller: in a cgroup v1 hierarchy, or offered to children"
        + " (cgroup.subtree_control) somewhere above this process in " + root.get()).isPresent();
    group = Files.createDirectory(above.get().resolve(NAME));
    unified = above.get().startsWith(root.get()) ? group : Files.createDirectory(root.get().resolve(NAME));
    Files.writeString(group.resolve("pids.max"), Integer.toString(most));
    assumeThat(unified.resolve("cgroup.kill")).as("cgroup.kill (Linux 5.14)").isWritable();
    timer = new ProcessBuilder("setsid", "sh", "-c", TIMER, "timer", Long.toString(atMost.toSeconds()),
        unified.resolve("cgroup.kill").toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** The nearest cgroup above the test that hands the controller down; only the root may have members and do so. */
  private static Optional<Path> limiting(Path root) {
    for (Path above = root.resolve(own("")); above.startsWith(root); above = above.getParent()) {
      try {
        if (Files.readString(above.resolve("cgroup.subtree_control")).contains("pids")) {
          return Optional.of(above);
        }
      } catch (IOException e) {
        // It is outside of what is mounted here.
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> mount(String type, String controller) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] mount = line.split(" ");
      if (mount[2].equals(type) && (controller.isEmpty() || List.of(mount[3].split(",")).contains(controller))) {
        return Optional.of(Path.of(mount[1]));
      }
    }
    return Optional.empty();
  }

  /** {@code hierarchy:controllers:path} of /proc/PID/cgroup, see cgroups(7); without the first slash. */
  private static String own(String controller) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/cgroup"))) {
      return lines.map(line -> line.split(":", 3))
          .filter(parts -> List.of(parts[1].split(",", -1)).contains(controller))
          .map(parts -> parts[2].substring(1)).findFirst().orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /** A command that runs {@code command} in here. */
  List<String> within(List<String> command) {
    List<String> all = new ArrayList<>(List.of("sh", "-c", JOIN, "join", group.resolve("cgroup.procs").toString(),
        unified.resolve("cgroup.procs").toString()));
    all.addAll(command);
    return all;
  }

  /** The processes in here. */
  List<Integer> members() throws IOException {
    return Files.readAllLines(group.resolve("cgroup.procs")).stream().map(Integer::valueOf).toList();
  }

  /** How often the limit has refused a clone. */
  long refused() throws IOException {
    return Files.readAllLines(group.resolve("pids.events")).stream().filter(line -> line.startsWith("max "))
        .mapToLong(line -> Long.parseLong(line.substring("max ".length()))).findFirst().orElse(0);
  }

  /** Kills all members. */
  void kill() throws IOException {
    Files.writeString(unified.resolve("cgroup.kill"), "1");
  }

  @Override
  public void close() {
    try {
      timer.getOutputStream().close();
      timer.waitFor();
    } catch (IOException e) {
      // It has done its work already.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    for (Path each : List.of(group, unified)) {
      Awaitility.await().until(() -> each.toFile().delete() || !Files.exists(each));
    }
  }
}
