package io.taskhistory.api.live;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * A fork bomb in a pids cgroup of its own, which counts what it does: {@code storm.c}. It leaves the processors to others
 * where these want them: a service has a share of its own, which hundreds of processes beside it do not lessen.
 */
final class Storm implements AutoCloseable {

  /** What its processes are called from their first exec on; nothing else on the machine has that name. */
  static final String NAME = "leaf-in-a-storm";

  // What storm.c draws.
  private static final int STOP = 0;
  private static final int FORKS = 8;
  private static final int EXECS = 16;
  private static final int REFUSED = 24;
  private static final int SIZE = 32;

  private final PidsLimit limit;
  private final MappedByteBuffer counts;
  private final Child keeper;

  /**
   * Lets it go.
   *
   * @param most how many tasks it may be at once
   * @param rest for how many microseconds each rests after a fork, about
   * @param atMost after how long all of it is killed if it has not been ended
   */
  Storm(LiveTest test, int most, int rest, Duration atMost) {
    try {
      Path file = Files.write(test.directory.resolve("counts"), new byte[SIZE]);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        counts = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
      }
      counts.order(ByteOrder.nativeOrder());
      Path program = test.directory.resolve(NAME);
      Files.copy(Programs.storm(), program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      limit = new PidsLimit(most, atMost);
      keeper = test.keep(Child.start(new ProcessBuilder(limit.within(List.of("nice", "-n", "19",
          Programs.keeper().toString(), program.toString(), file.toString(), Integer.toString(rest))))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pid of the process from which all of it comes. */
  int root() {
    return keeper.pid();
  }

  long forks() {
    return counts.getLong(FORKS);
  }

  /** The first one's too. */
  long execs() {
    return counts.getLong(EXECS) + 1;
  }

  /** How many forks the limit has refused. */
  long refused() {
    return counts.getLong(REFUSED);
  }

  /** Ends it, and waits until its last process is gone. What it has counted by then is exact. */
  void end() {
    counts.putLong(STOP, 1);
    keeper.await();
  }

  /** Kills it; nothing that it has counted is exact then. */
  void kill() throws IOException {
    limit.kill();
  }

  @Override
  public void close() {
    counts.putLong(STOP, 1);
    try {
      limit.kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      keeper.close();
      limit.close();
    }
  }
}
