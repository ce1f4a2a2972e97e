package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the hierarchies are mounted in which something can be frozen.
 *
 * @param unified version 2
 * @param first version 1's, with the controller freezer
 */
record CgroupRoots(@Nullable Path unified, @Nullable Path first) {

  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;

  /** As proc_pid_mountinfo(5) shows them. */
  static CgroupRoots read() throws IOException {
    return parse(Files.readAllLines(MOUNTS));
  }

  /** What is mounted but for a part, as into a container, has another root than "/" and is of no use. */
  static CgroupRoots parse(List<String> mounts) {
    Path unified = null;
    Path first = null;
    for (String line : mounts) {
      int separator = line.indexOf(" - ");
      String[] before = line.substring(0, Math.max(0, separator)).split(" ");
      String[] after = line.substring(separator + 1).split(" ");
      if (separator < 0 || before.length <= MOUNT_POINT || after.length < 4 || !before[ROOT].equals("/")) {
        continue;
      }
      Path point = Path.of(before[MOUNT_POINT].replace("\\040", " "));
      if (after[1].equals("cgroup2")) {
        unified = point;
      } else if (after[1].equals("cgroup") && List.of(after[3].split(",")).contains("freezer")) {
        first = point;
      }
    }
    return new CgroupRoots(unified, first);
  }

  /** The cgroup of that path, which begins with a slash: of version 2 where there is one, else of version 1. */
  Optional<Cgroup> find(String path) {
    if (unified != null && Files.exists(unified.resolve(path.substring(1)).resolve(Cgroup.UNIFIED_SWITCH))) {
      return Optional.of(new Cgroup(unified.resolve(path.substring(1)), true));
    }
    if (first != null && Files.exists(first.resolve(path.substring(1)).resolve(Cgroup.FIRST_SWITCH))) {
      return Optional.of(new Cgroup(first.resolve(path.substring(1)), false));
    }
    return Optional.empty();
  }

  /** The cgroup that a file thaws; empty where the file does not. */
  Optional<Cgroup> of(Path file) {
    Path name = file.getFileName();
    Path directory = file.getParent();
    if (name == null || directory == null || !file.normalize().equals(file)) {
      return Optional.empty();
    }
    if (name.toString().equals(Cgroup.UNIFIED_SWITCH) && isBelow(directory, unified)) {
      return Optional.of(new Cgroup(directory, true));
    }
    return name.toString().equals(Cgroup.FIRST_SWITCH) && isBelow(directory, first)
        ? Optional.of(new Cgroup(directory, false)) : Optional.empty();
  }

  /** The path of a cgroup that was found here. */
  String path(Cgroup cgroup) {
    return "/" + Objects.requireNonNull(cgroup.isUnified() ? unified : first).relativize(cgroup.directory());
  }

  private static boolean isBelow(Path directory, @Nullable Path root) {
    return root != null && directory.startsWith(root) && !directory.equals(root);
  }
}
