package io.taskhistory.collector.children;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The programs that children run, compiled when first asked for and kept below {@code target}. */
public final class Programs {

  private static final Path DIRECTORY = Path.of("target", "children");
  private static final Map<String, Path> COMPILED = new ConcurrentHashMap<>();

  private Programs() {}

  /** Does what its arguments say: see {@code actor.c}. */
  public static Path actor() {
    return program("actor", "-pthread");
  }

  /** Ends at once; linked statically, so that starting it is as quick as it gets. */
  public static Path tiny() {
    return program("tiny", "-static");
  }

  /** Ends in the way that its arguments say: see {@code ender.c}. */
  public static Path ender() {
    return program("ender");
  }

  /** {@code flood COUNT WORKERS PROGRAM} starts and awaits a program over and over. */
  public static Path flood() {
    return program("flood");
  }

  /** {@code paced RATE WORKERS PROGRAM LOG} starts a program so often, and says which pids it got when. */
  public static Path paced() {
    return program("paced");
  }

  /** {@code bustle SEED BUDGET DEEDS} makes processes in every way there is, at random: see {@code bustle.c}. */
  public static Path bustle() {
    return program("bustle", "-pthread");
  }

  /** {@code keeper PROGRAM ARG...} runs a program, and ends when all that it started has ended. */
  public static Path keeper() {
    return program("keeper");
  }

  /** A static actor: it runs in a directory that it calls its root. */
  public static Path staticActor() {
    return program("actor", "-pthread", "-static");
  }

  /** {@code storm COUNTS MICROS}: forks and execs without restraint; to be limited by a cgroup. See {@code storm.c}. */
  public static Path storm() {
    return program("storm");
  }

  /** {@code chain LEFT MICROS SIZE}: one process that calls exec over and over: see {@code chain.c}. */
  public static Path chain() {
    return program("chain");
  }

  /** A library for LD_PRELOAD that makes a disk stall and fail: see {@code disk.c}. */
  public static Path faultyDisk() {
    return program("disk", "-shared", "-fPIC", "-ldl");
  }

  private static Path program(String source, String... flags) {
    return COMPILED.computeIfAbsent(source + String.join("", flags), name -> compile(source, name, flags));
  }

  private static Path compile(String source, String name, String... flags) {
    assumeThat(isThere("gcc")).as("gcc compiles the children that this test starts (apt-get install gcc libc6-dev)")
        .isTrue();
    try (InputStream in = Objects.requireNonNull(Programs.class.getResourceAsStream("/children/" + source + ".c"))) {
      byte[] code = in.readAllBytes();
      Path target = DIRECTORY.resolve(name + "-" + Integer.toHexString(Arrays.hashCode(code))).toAbsolutePath();
      if (!Files.isExecutable(target)) {
        Files.createDirectories(DIRECTORY);
        Path copy = Files.write(Files.createTempFile(DIRECTORY, source, ".c"), code);
        Path built = Files.createTempFile(DIRECTORY, source, ".out");
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-o", built.toString(), copy.toString()));
        command.addAll(List.of(flags));
        Process gcc = new ProcessBuilder(command).inheritIO().start();
        if (gcc.waitFor() != 0) {
          throw new IllegalStateException("gcc failed on " + source + ".c");
        }
        Files.delete(copy);
        Files.move(built, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isThere(String command) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
  }
}
