package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A cgroup that can be frozen, by {@code cgroup.freeze} of Documentation/admin-guide/cgroup-v2.rst or {@code
 * freezer.state} of cgroup-v1/freezer-subsystem.rst. With it all below it stand still; to thaw it leaves alone what
 * others have frozen below or above it.
 *
 * @param directory where it is
 * @param isUnified whether it is of version 2
 */
record Cgroup(Path directory, boolean isUnified) {

  static final String UNIFIED_SWITCH = "cgroup.freeze";
  static final String FIRST_SWITCH = "freezer.state";

  private static final String FROZEN = "FROZEN";
  private static final String THAWED = "THAWED";

  /** The file that freezes and thaws it. */
  Path freezeSwitch() {
    return directory.resolve(isUnified ? UNIFIED_SWITCH : FIRST_SWITCH);
  }

  /** Whether somebody has asked for it to be frozen, rather than one above it. */
  boolean isAskedToFreeze() throws IOException {
    return isUnified ? text(UNIFIED_SWITCH).equals("1") : text("freezer.self_freezing").equals("1");
  }

  /** Whether all in it stand still by now. */
  boolean isFrozen() throws IOException {
    return isUnified
        ? text("cgroup.events").lines().anyMatch(line -> line.equals("frozen 1")) : text(FIRST_SWITCH).equals(FROZEN);
  }

  void freeze() throws IOException {
    Files.writeString(freezeSwitch(), isUnified ? "1" : FROZEN);
  }

  /**
   * Thaws it, where that is needed: not where nobody asked for it to be frozen, whether or not its switch could be
   * written; and not where it is gone, as only one without tasks can be removed.
   *
   * @return whether it was needed
   */
  boolean thaw() throws IOException {
    try {
      if (!isAskedToFreeze()) {
        return false;
      }
      Files.write(freezeSwitch(), (isUnified ? "0" : THAWED).getBytes(StandardCharsets.US_ASCII),
          StandardOpenOption.WRITE);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** All processes in it and below. */
  List<Integer> processes() throws IOException {
    List<Integer> processes = new ArrayList<>();
    collect(directory, processes);
    return processes;
  }

  /** Cgroups come and go; one that has gone while it was looked at had nobody in it. */
  private void collect(Path group, List<Integer> processes) throws IOException {
    try {
      members(group).lines().map(Integer::valueOf).forEach(processes::add);
      try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
        for (Path next : below) {
          collect(next, processes);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      if (Files.exists(group)) {
        throw e;
      }
    }
  }

  /** In a threaded cgroup only threads can be asked for: cgroup.procs answers EOPNOTSUPP (cgroup-v2.rst, Threads). */
  private String members(Path group) throws IOException {
    try {
      return Files.readString(group.resolve("cgroup.procs"));
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      if (isUnified) {
        return Files.readString(group.resolve("cgroup.threads"));
      }
      throw e;
    }
  }

  private String text(String file) throws IOException {
    return Files.readString(directory.resolve(file)).strip();
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
