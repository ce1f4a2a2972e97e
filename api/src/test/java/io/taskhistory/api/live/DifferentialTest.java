package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.witness.Life;
import io.taskhistory.api.witness.TraceWitness;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an independent reading of a second recording says about each task of several workloads, and what we say. */
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
  private void compare(String what, ProcessBuilder program) {
    try (LiveService service = traced(); TraceWitness witness = TraceWitness.begin()) {
      program.command().add(0, Programs.keeper().toString());
      Child keeper = keep(Child.start(program));
      assertThat(keeper.await()).as("%s ends well", program.command()).isZero();
      Instant ended = Instant.now();
      List<Life> lives = witness.end().from(keeper.pid());
      service.awaitWatermark(ended);
      Differences.assertNone(what, service, lives);
      assertThat(service.status().get("gap_count").asInt()).isZero();
    }
  }

  private void compare(String what, String... command) {
    compare(what, new ProcessBuilder(new ArrayList<>(List.of(command))));
  }

  @Test
  void shells_inPipelines_areToldAlike() {
    compare("pipelines", "sh", "-c", PIPELINES);
  }

  @Test
  void mavenBuild_isToldAlike() throws IOException {
    assumeThat(Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "mvn"))))
        .as("this needs mvn (apt-get install maven)").isTrue();
    compare("Maven build", MavenProject.create(directory).toArray(String[]::new));
  }

  /** See {@code bustle.c} for the letters. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"everything, fovsdptwxylrn", "threads that fork, tw", "execs by threads, fy", "leaders that leave, fl",
      "siblings, px", "orphans and daemons, od", "renames and failures, vsxrn"})
  void processes_madeInEveryWay_areToldAlike(String what, String deeds) {
    long seed = new Random().nextLong() >>> 1;
    String names = Stream.of("ada", "bob", "cyn", "dan").map(this::bustle).collect(Collectors.joining(":"));
    ProcessBuilder program = new ProcessBuilder(new ArrayList<>(List.of(
        Programs.bustle().toString(), Long.toString(seed), Integer.toString(BUDGET), deeds)));
    program.environment().put("NAMES", names);
    compare(what + ", seed " + seed, program);
  }

  private String bustle(String name) {
    try {
      Path link = directory.resolve(name);
      return (Files.exists(link) ? link : Files.createSymbolicLink(link, Programs.bustle())).toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"fork, 3000", "vfork, 3000", "clone, 1500", "exec, 400", "daemon, 600"})
  void stressors_areToldAlike(String stressor, int times) {
    Path stress = Path.of("/usr/bin/stress-ng");
    assumeThat(Files.isExecutable(stress)).as("this needs stress-ng (apt-get install stress-ng)").isTrue();
    // As somebody else than root, as whom it refuses to call exec.
    compare("stress-ng " + stressor, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", stress.toString(),
        "--quiet", "--temp-path", "/tmp", "--" + stressor, "2", "--" + stressor + "-ops", Integer.toString(times),
        "--timeout", "10s");
  }
}
