package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file system of its own, of limited size, in memory. What else is on it than a data directory can be told. */
final class SmallDisk implements AutoCloseable {

  private static final String NAME = "taskhistory-test-";
  private static final int CHUNK = 1 << 20;

  private final Path point;
  private final Path ballast;

  private SmallDisk(Path point) {
    this.point = point;
    this.ballast = point.resolve("of-somebody-else");
  }

  /** Mounts one of so many MiB at a directory, which is made; without the right to, the test is skipped. */
  static SmallDisk mount(Path point, int mebibytes) throws Exception {
    Files.createDirectories(point);
    unmountAbandoned();
    assumeThat(Machinery.run(List.of("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m,mode=700",
        NAME + ProcessHandle.current().pid(), point.toString())).code()).as("this needs the right to mount a tmpfs").isZero();
    return new SmallDisk(point);
  }

  /** Those of tests that were killed; what they are called says whose they are. */
  private static void unmountAbandoned() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] mount = line.split(" ");
      if (mount[0].matches(NAME + "\\d+")
          && ProcessHandle.of(Long.parseLong(mount[0].substring(NAME.length()))).isEmpty()) {
        Machinery.run(List.of("umount", "-l", mount[1]));
      }
    }
  }

  long free() {
    return point.toFile().getUsableSpace();
  }

  /** Somebody else takes all but so many MiB. */
  void fillUpTo(int mebibytesLeft) {
    byte[] chunk = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (free() - chunk.length >= (long) mebibytesLeft * CHUNK) {
        out.write(chunk);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Somebody else gives everything back. */
  void relieve() {
    try {
      Files.deleteIfExists(ballast);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      assertThat(new ProcessBuilder("umount", "-l", point.toString()).start().waitFor()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
