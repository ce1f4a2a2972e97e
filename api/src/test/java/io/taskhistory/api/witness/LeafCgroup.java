package io.taskhistory.api.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A cgroup of the test's own that can be frozen, with nothing below it. A process of its own thaws it after a while,
 * whatever becomes of the test; those that a test left behind that is dead are removed.
 */
public final class LeafCgroup implements AutoCloseable {

  /** Longer than any test takes that freezes it. */
  private static final int THAWED_AFTER_SECONDS = 100;

  private static final Pattern NAME = Pattern.compile("taskhistory-test-(\\d+)-\\d+");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path root;
  private final Path directory;
  private final boolean unified;
  private final Process timer;
  private final List<Process> started = new ArrayList<>();

  private LeafCgroup(Path root, boolean unified) {
    this.root = root;
    this.unified = unified;
    directory = root.resolve(
        "taskhistory-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    try {
      removeAbandoned();
      Files.createDirectory(directory);
      timer = new ProcessBuilder("setsid", "/bin/sh", "-c",
          "sleep " + THAWED_AFTER_SECONDS + "; umount -l " + directory + "; echo " + thawed() + " >" + freezeSwitch())
          .redirectInput(new File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of version 2; without it the test is skipped. */
  public static LeafCgroup unified() {
    return new LeafCgroup(mounted("cgroup2", ""), true);
  }

  /** One of version 1's freezer. */
  public static LeafCgroup first() {
    return new LeafCgroup(mounted("cgroup", "freezer"), false);
  }

  /** One of version 2 where there is that, else of version 1. */
  public static LeafCgroup any() {
    return find("cgroup2", "") != null ? unified() : first();
  }

  private static Path mounted(String type, String option) {
    Path point = find(type, option);
    assumeThat(point).as("this needs %s %s to be mounted, at /sys/fs/cgroup or below", type, option).isNotNull();
    if (point == null) {
      throw new IllegalStateException();
    }
    return point;
  }

  private static @Nullable Path find(String type, String option) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
        String[] mount = line.split(" ");
        if (mount[2].equals(type) && (option.isEmpty() || List.of(mount[3].split(",")).contains(option))) {
          return Path.of(mount[1]);
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void removeAbandoned() throws IOException {
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(root, "taskhistory-test-*")) {
      for (Path group : groups) {
        Matcher m = NAME.matcher(group.getFileName().toString());
        if (m.matches() && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty()) {
          unmount(group);
          Files.writeString(group.resolve(unified ? "cgroup.freeze" : "freezer.state"), thawed());
          Files.readAllLines(group.resolve("cgroup.procs")).forEach(
              pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
          group.toFile().delete();
        }
      }
    }
  }

  /** As it is configured. */
  public String path() {
    return "/" + directory.getFileName();
  }

  public Path freezeSwitch() {
    return directory.resolve(unified ? "cgroup.freeze" : "freezer.state");
  }

  /** What its switch says when it is frozen. */
  public String frozenText() {
    return unified ? "1" : "FROZEN";
  }

  private String thawed() {
    return unified ? "0" : "THAWED";
  }

  /** Freezes it as somebody else would. */
  public void freeze() throws IOException {
    Files.writeString(freezeSwitch(), frozenText());
  }

  public void thaw() throws IOException {
    Files.writeString(freezeSwitch(), thawed());
  }

  /**
   * Has nobody write its switch, root neither, until that is closed: it is mounted on itself, to be read only. Without
   * the right to mount, the test is skipped.
   */
  public AutoCloseable readOnly() throws Exception {
    assumeThat(new ProcessBuilder("mount", "--bind", directory.toString(), directory.toString()).start().waitFor())
        .as("this needs the right to mount").isZero();
    assertThat(new ProcessBuilder("mount", "-o", "remount,bind,ro", directory.toString()).start().waitFor()).isZero();
    return () -> unmount(directory);
  }

  private static void unmount(Path group) throws IOException {
    try {
      if (Files.readAllLines(Path.of("/proc/self/mounts")).stream()
          .anyMatch(line -> line.split(" ")[1].equals(group.toString()))) {
        assertThat(new ProcessBuilder("umount", "-l", group.toString()).start().waitFor()).isZero();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the kernel says: whether all in it stand still. */
  public boolean isFrozen() {
    try {
      return unified ? Files.readString(directory.resolve("cgroup.events")).contains("frozen 1")
          : Files.readString(freezeSwitch()).strip().equals("FROZEN");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a program in it. */
  public Process run(String... command) throws IOException {
    List<String> inIt = new ArrayList<>(List.of("/bin/sh", "-c", "echo $$ >\"$0\" && exec \"$@\"",
        directory.resolve("cgroup.procs").toString()));
    inIt.addAll(List.of(command));
    Process process = new ProcessBuilder(inIt).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    started.add(process);
    return process;
  }

  /** Moves a process into it. */
  public void take(Process process) throws IOException {
    Files.writeString(directory.resolve("cgroup.procs"), Long.toString(process.pid()));
  }

  /** Moves this very process into it, and back where it was when that is closed. */
  public AutoCloseable takeThisProcess() throws IOException {
    String self = Long.toString(ProcessHandle.current().pid());
    String controller = unified ? "0::" : ":freezer:";
    String own = Files.readAllLines(Path.of("/proc/self/cgroup")).stream().filter(line -> line.contains(controller))
        .map(line -> line.substring(line.lastIndexOf(':') + 2)).findFirst().orElseThrow();
    Files.writeString(directory.resolve("cgroup.procs"), self);
    return () -> Files.writeString(root.resolve(own).resolve("cgroup.procs"), self);
  }

  /** Starts a process in it that makes a file grow by a byte again and again. */
  public Counter counter(Path file) throws IOException {
    run("/bin/sh", "-c", "while :; do printf x >>\"$0\"; sleep 0.02; done", file.toString());
    Counter counter = new Counter(file);
    counter.awaitProgress();
    return counter;
  }

  /** What a process in it does, seen from outside. */
  public record Counter(Path file) {

    public long count() {
      return file.toFile().length();
    }

    public void awaitProgress() {
      long before = count();
      Awaitility.await("it goes on").until(() -> count() > before);
    }

    /** Whether nothing happens for a while in which it would else have done much. */
    public boolean standsStill() throws InterruptedException {
      long before = count();
      Thread.sleep(500);
      return count() == before;
    }
  }

  /** Ends all in it and removes it. */
  @Override
  public void close() {
    timer.descendants().forEach(ProcessHandle::destroyForcibly);
    timer.destroyForcibly();
    try {
      unmount(directory);
      thaw();
      for (Process process : started) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      Awaitility.await("nobody is left in " + directory).until(
          () -> directory.toFile().delete() || !Files.exists(directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
