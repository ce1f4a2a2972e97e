package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.witness.Life;
import io.taskhistory.api.witness.TraceWitness;
import io.taskhistory.collector.children.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an independent reading of a second recording says about each task of several workloads, and what we say. */
@Tag("long")
class DifferentialTest extends TracedTest {

  private static final int BUDGET = 2500;

  private static final String PIPELINES = """
      for i in $(seq 60); do
        seq 20 | grep $i | sed s/1/2/ | wc -l >/dev/null
        (true; (sh -c 'exec true'; :); exit 3)
        x=$(echo $(printf %s a b | tr a c)); : "$x"
        { sleep 0.01; ls / >/dev/null; } & [ $((i % 7)) = 0 ] && wait
        (setsid sh -c 'sleep 0.02; exec true' &)
        env -i sh -c 'true & exec sh -c "true; exec /bin/true"' | cat
        /nowhere 2>/dev/null; echo | xargs -n 1 true
      done; wait
      """;

  /** Runs a program, and compares when all that came of it has ended. */
  private void compare(String what, LiveService service, List<String> command) {
    try (service; TraceWitness witness = TraceWitness.begin()) {
      Child keeper = keeper(command);
      assertThat(keeper.await()).as("%s ends well", command).isZero();
      Instant ended = Instant.now();
      List<Life> lives = witness.end().from(keeper.pid());
      service.awaitWatermark(ended);
      Differences.assertNone(what, service, lives);
      assertThat(service.status().get("gap_count").asInt()).isZero();
    }
  }

  @Test
  void shells_inPipelines_areToldAlike() {
    compare("pipelines", traced(), List.of("sh", "-c", PIPELINES));
  }

  @Test
  void mavenBuild_isToldAlike() throws IOException {
    assumeThat(Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "mvn"))))
        .as("this needs mvn (apt-get install maven)").isTrue();
    compare("Maven build", traced(), MavenProject.create(directory));
  }

  /** Of the deeds of {@code bustle.c}: threads that fork, execs by threads, leaders that leave, siblings, orphans … */
  @ParameterizedTest
  @ValueSource(strings = {Bustle.EVERYTHING, "tw", "fy", "fl", "px", "od", "vsxrn"})
  void processes_madeInEveryWay_areToldAlike(String deeds) {
    Bustle bustle = new Bustle(this, BUDGET, deeds);
    compare(bustle.toString(), traced(), bustle.command());
  }

  @Test
  void processes_withTheConnectorBeside_areToldAlike() {
    Bustle bustle = new Bustle(this, BUDGET, Bustle.EVERYTHING);
    compare("beside the connector " + bustle, new LiveService(home(), options("auto")), bustle.command());
  }

  @ParameterizedTest
  @CsvSource({"fork, 3000", "vfork, 3000", "clone, 1500", "exec, 400", "daemon, 600"})
  void stressors_areToldAlike(String stressor, int times) {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/stress-ng"))).as("this needs stress-ng (apt-get install stress-ng)")
        .isTrue();
    // As somebody else than root, as whom it refuses to call exec.
    compare("stress-ng " + stressor, traced(), List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
        "stress-ng", "--quiet", "--temp-path", "/tmp", "--" + stressor, "2", "--" + stressor + "-ops",
        Integer.toString(times), "--timeout", "10s"));
  }
}
