package io.taskhistory.api.live;

import io.taskhistory.api.witness.TraceInstances;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Tests of a service that records in a trace instance of the test's own, which goes with the test. */
abstract class TracedTest extends LiveTest {

  @BeforeAll
  static void needsTracefs() {
    TraceInstances.assumeTracefs();
  }

  /** By now each test has closed its service, and a ring is large. */
  @AfterEach
  void releaseInstance() {
    LiveService.release();
  }

  String instance() {
    return LiveService.instance(home());
  }

  Path home() {
    return directory.resolve("home");
  }

  /** A service that follows the trace, or goes on with it. */
  LiveService traced(String... options) {
    return new LiveService(home(), options("trace", options));
  }

  String[] options(String source, String... others) {
    List<String> all = new ArrayList<>(List.of("--source", source, "--trace-instance", instance()));
    all.addAll(List.of(others));
    return all.toArray(String[]::new);
  }

  /** Starts a program that ends when all that came of it has ended. */
  Child keeper(List<String> command) {
    return keep(Child.run(Programs.keeper(), command.toArray(String[]::new)));
  }
}
