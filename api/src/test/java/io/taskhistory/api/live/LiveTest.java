package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests in here share: a directory that all may enter, programs, and children that do not outlive a test. */
public abstract class LiveTest {

  /** Braces that the first actor does not take for its own. */
  static final String OPEN = "\\173";
  static final String CLOSE = "\\175";

  @TempDir
  protected Path directory;

  private final Deque<Child> children = new ArrayDeque<>();

  @BeforeAll
  static void needsRoot() {
    Machinery.assumeRoot();
  }

  @BeforeAll
  static void endAbandonedRecordings(@TempDir Path data) {
    LiveService.releaseAbandoned(data);
  }

  /** After the last test of a class, whose services have ended. */
  @AfterAll
  static void endRecordings() {
    LiveService.release();
  }

  @BeforeEach
  void letAnyoneEnter() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void endChildren() {
    while (!children.isEmpty()) {
      children.pop().close();
    }
  }

  /** An actor that ends with the test. */
  protected Child act(String... steps) {
    return keep(Child.act(steps));
  }

  protected Child keep(Child child) {
    children.push(child);
    return child;
  }

  /** The actor under another name; its path. */
  protected String actor(String name) {
    try {
      Path copy = directory.resolve(name);
      if (!Files.exists(copy)) {
        Files.copy(Programs.actor(), copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      return copy.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code clock WORD} of a child wrote, as callers of the interface may write it. */
  record Clock(String monotonic, String wall, int wallSeconds) {

    Instant instant() {
      return Instant.ofEpochSecond(wallSeconds, Long.parseLong(wall.substring(wall.indexOf('.') + 1)));
    }

    static Clock of(Child child, String word) {
      int[] said = child.said(word);
      assertThat(said).hasSize(4);
      return new Clock(String.format("mono:%d.%09d", said[0], said[1]), String.format("%d.%09d", said[2], said[3]),
          said[2]);
    }
  }
}
