package io.taskhistory.collector.children;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A child that follows a script, and tells what became of it. Closing it closes its standard input, which ends it and
 * all that it started, and waits for it.
 */
public final class Child implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;
  private static final String END = "";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Child(Process process) {
    this.process = process;
    Thread reader = new Thread(this::readLines, "child-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts an actor with these steps: see {@code actor.c}. */
  public static Child act(String... steps) {
    return run(Programs.actor(), steps);
  }

  /** Starts any program. */
  public static Child run(Path program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return start(new ProcessBuilder(command));
  }

  /** Starts what {@code builder} says. */
  public static Child start(ProcessBuilder builder) {
    try {
      return new Child(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readLines() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.ISO_8859_1)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // Whoever waits for a line is told that there are no more.
    }
    lines.add(END);
  }

  public int pid() {
    return (int) process.pid();
  }

  /** The next line that it writes. */
  public String line() {
    try {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null || line.equals(END)) {
        throw new AssertionError("the child " + (line == null ? "writes no line" : "has ended") + ": "
            + process.info().commandLine().orElse(""));
      }
      return line;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The numbers in the next line that starts with {@code word}. */
  public int[] said(String word) {
    String line = line();
    while (!line.startsWith(word + " ")) {
      line = line();
    }
    String[] parts = line.substring(word.length() + 1).split(" ");
    int[] numbers = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Integer.parseInt(parts[i]);
    }
    return numbers;
  }

  /** Lets one that waits go on. */
  public void go() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end; its exit code. */
  public int await() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the child does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended by itself.
    }
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
