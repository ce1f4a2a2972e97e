package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.Requirements;
import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A trace instance that a test has to itself: named after the test's process, removed when it is closed, and swept by
 * the next test where the process died before that.
 */
public final class TestInstance implements AutoCloseable {

  private static final String PREFIX = "taskhistory-test-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-\\d+(\\.journal|\\.lock|\\.boot)?");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path tracefs;
  private final Path journals;
  private final String name;

  public TestInstance() {
    Requirements.tracefs();
    tracefs = TraceFs.find();
    journals = JournalDirectory.choose(Path.of("target", "journals").toAbsolutePath());
    JournalDirectory.prepare(journals);
    sweep();
    name = PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
  }

  private void sweep() {
    try (Stream<Path> instances = Files.list(tracefs.resolve("instances")); Stream<Path> files = Files.list(journals)) {
      for (Path file : Stream.concat(instances, files).toList()) {
        Matcher found = NAME.matcher(file.getFileName().toString());
        if (found.matches() && ProcessHandle.of(Long.parseLong(found.group(1))).isEmpty()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  public Path journals() {
    return journals;
  }

  /** One of its control files. */
  public Path file(String path) {
    return tracefs.resolve("instances").resolve(name).resolve(path);
  }

  public TraceSettings settings(long buffer) {
    return new TraceSettings(name, buffer, journals);
  }

  @Override
  public void close() {
    try {
      TraceSource.release(name, journals);
      Files.deleteIfExists(journals.resolve(name + ".lock"));
    } catch (SourceException e) {
      throw new AssertionError("a test has left its instance open", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
