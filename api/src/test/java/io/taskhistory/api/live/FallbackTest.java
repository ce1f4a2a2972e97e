package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.witness.TraceInstances;
import io.taskhistory.collector.children.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the service does where the trace buffer or the proc connector cannot be had, or can no longer. */
@Tag("long")
class FallbackTest extends TracedTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How often somebody may switch the recording off within a minute before it is given up. */
  private static final int BEARABLE = 3;

  /** After which the service looks again at what somebody may have changed, and a little. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(1200);

  /** What somebody may switch off: all of it, or the events. */
  private static final String RECORDING = "tracing_on";
  private static final String EVENTS = "events/enable";

  /** In a mount namespace where that directory is empty, so that tracefs can be neither found nor mounted. */
  private static List<String> without(String directory) throws Exception {
    List<String> wrapper = List.of("unshare", "--mount", "sh", "-c",
        "mount -t tmpfs tmpfs " + directory + " && exec \"$0\" \"$@\"");
    assumeRuns(wrapper);
    return wrapper;
  }

  /** In a network namespace, where the connector is not; its address is the loopback's all the same. */
  private static List<String> withoutConnector() throws Exception {
    List<String> wrapper = List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\"");
    assumeRuns(wrapper);
    return wrapper;
  }

  private static void assumeRuns(List<String> wrapper) throws Exception {
    assumeThat(Machinery.run(wrapped(wrapper, List.of("true"))).code())
        .as("this needs %s of util-linux and iproute2", wrapper).isZero();
  }

  private static List<String> wrapped(List<String> wrapper, List<String> command) {
    List<String> all = new ArrayList<>(wrapper);
    all.addAll(command);
    return all;
  }

  private List<String> program(String... args) {
    List<String> all = new ArrayList<>(List.of("--data-dir", home().resolve("data").toString()));
    all.addAll(List.of(args));
    return Machinery.command(all.toArray(String[]::new));
  }

  /** A child of an actor that has exec'd as {@code name} and waits. */
  private record Family(Child creator, int pid, String name) {}

  private Family start(String name) {
    Child creator = act("fork", "{", "exec", actor(name), "x", "say", "there", "pause", "}", "pause");
    return new Family(creator, creator.said("there")[0], name);
  }

  private static void assertRight(LiveService service, Family family) {
    int creator = family.creator.pid();
    Lineage above = service.lineage(creator);
    assertThat(above.isPartOf(Witness.lineage(creator))).as("%s", above).isTrue();
    assertThat(above.steps()).endsWith(Lineage.Step.of(Witness.stat(creator).orElseThrow().comm(), creator));
    assertThat(service.lineage(family.pid)).isEqualTo(above.and(family.name, family.pid));
  }

  private static void assertLed(JsonNode status, String spine, String failed, String problem) {
    assertThat(status.get("spine").asText()).isEqualTo(spine);
    assertThat(status.get("sources")).hasSize(2);
    JsonNode first = status.get("sources").get(0);
    assertThat(first.get("name").asText()).isEqualTo(spine);
    assertThat(first.get("role").asText()).isEqualTo("spine");
    assertThat(first.get("state").asText()).isEqualTo("running");
    JsonNode second = status.get("sources").get(1);
    assertThat(second.get("name").asText()).isEqualTo(failed);
    assertThat(second.get("role").asText()).isEqualTo("none");
    assertThat(second.get("state").asText()).isEqualTo("failed");
    assertThat(second.get("problem").asText()).contains(problem);
  }

  @Test
  void tracefs_thatIsHidden_leavesTheConnectorAlone() throws Exception {
    for (String hidden : List.of("/sys/kernel", "/sys")) {
      try (LiveService service = new LiveService(home(), without(hidden), options("auto"))) {
        assertLed(service.status(), "proc", "trace", "there is no /sys/kernel/tracing: the kernel needs CONFIG_");
        Family family = start("after");
        assertRight(service, family);
        JsonNode entries = service.task(family.pid).get("entries");
        assertThat(entries.get(entries.size() - 1).get("provenance").asText()).isEqualTo("resolved");
        assertThat(Machinery.run(program("status")).out())
            .contains("source     proc running, the spine").contains("source     trace failed: there is no ");
        assertThat(service.ask("/status").statusCode()).isEqualTo(200);
        service.stop("trace cannot be followed, proc takes over: there is no /sys/kernel/tracing");
      }
    }
    assertThat(TraceInstances.path(instance())).doesNotExist();
  }

  @Test
  void tracefs_thatIsHidden_isRefusedWhereItIsAskedFor() throws Exception {
    List<String> run = new ArrayList<>(program("run", "--listen", "127.0.0.1:0"));
    run.addAll(List.of(options("trace")));
    Outcome refused = Machinery.run(wrapped(without("/sys/kernel"), run));
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err().lines()).singleElement().asString()
        .startsWith("taskhistory: cannot follow tasks: there is no /sys/kernel/tracing").contains("--source auto");
    assertThat(home().resolve("data")).doesNotExist();
  }

  @Test
  void tracefs_thatIsHidden_isWhatTheDoctorSays() throws Exception {
    Outcome outcome = Machinery.run(wrapped(without("/sys/kernel"), program("doctor")));
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains(
        "missing  tracefs         there is no /sys/kernel/tracing; the proc connector alone is used; it needs ");
    assertThat(outcome.out()).endsWith("The service can run here.\n");
  }

  @Test
  void instance_thatAnotherServiceHolds_isLeftToIt() throws Exception {
    try (LiveService holder = traced()) {
      String problem = "is in use by another service (process " + holder.pid() + ")";
      Path other = directory.resolve("other");
      try (LiveService service = new LiveService(other, options("auto"))) {
        assertLed(service.status(), "proc", "trace", problem);
        Family family = start("after");
        assertRight(service, family);
        assertRight(holder, family);
        service.stop(problem);
      }
      List<String> run = Machinery.command("--data-dir", directory.resolve("third").toString(), "run", "--listen",
          "127.0.0.1:0", "--source", "trace", "--trace-instance", instance());
      Outcome refused = Machinery.run(run);
      assertThat(refused.code()).as("it can be had later").isEqualTo(1);
      assertThat(refused.err().lines()).singleElement().asString()
          .startsWith("taskhistory: ").contains(problem).contains("--trace-instance NAME");
      assertThat(holder.status().get("gap_count").asInt()).isZero();
      holder.stop();
    }
  }

  private Path control(String file) {
    return TraceInstances.path(instance()).resolve(file);
  }

  private void switchOff() throws Exception {
    Files.writeString(control(RECORDING), "0");
  }

  private void awaitSwitchedOn() {
    await().atMost(PATIENCE).until(() -> Files.readString(control(RECORDING)).startsWith("1"));
  }

  /** All of it happens while nothing is recorded, as somebody has switched that off. */
  private void happenUnrecorded(LiveService service, Upheaval upheaval, String file) throws Exception {
    service.signal("STOP");
    try {
      Files.writeString(control(file), "0");
      upheaval.happen();
    } finally {
      service.signal("CONT");
    }
  }

  @Test
  void recording_thatIsSwitchedOffNowAndThen_isRepaired() throws Exception {
    try (LiveService service = new LiveService(home(), options("auto"))) {
      Upheaval upheaval = new Upheaval(this, service);
      switchOff();
      awaitSwitchedOn();
      happenUnrecorded(service, upheaval, EVENTS);
      await().atMost(PATIENCE).until(() -> !Files.readString(control(EVENTS)).startsWith("0"));
      ProcComparison.await(service);
      upheaval.check(service);
      assertRight(service, start("after"));
      JsonNode status = service.status();
      assertThat(status.get("spine").asText()).isEqualTo("trace");
      assertThat(status.get("sources")).hasSize(2)
          .allSatisfy(source -> assertThat(source.get("state").asText()).isEqualTo("running"));
      assertThat(status.get("gaps")).hasSize(2).allSatisfy(gap -> {
        assertThat(gap.get("source").asText()).isEqualTo("trace");
        assertThat(gap.get("cause").asText()).isEqualTo("interference");
      });
      service.stop();
    }
  }

  /** A slow service finds it all at once: that recording is off, and in the ring what was recorded until then. */
  @Test
  void recording_thatIsSwitchedOffRightAfterwards_isOfUseAllTheSame() throws Exception {
    try (LiveService service = traced()) {
      service.signal("STOP");
      Family family;
      try {
        Thread.sleep(LOOK_INTERVAL.toMillis());
        family = start("before");
        switchOff();
      } finally {
        service.signal("CONT");
      }
      awaitSwitchedOn();
      ProcComparison.await(service);
      assertRight(service, family);
      for (int pid : new int[] {family.creator.pid(), family.pid}) {
        JsonNode task = service.task(pid);
        JsonNode entries = task.get("entries");
        assertThat(entries.get(entries.size() - 1).get("provenance").asText()).isEqualTo("observed");
        assertThat(task.get("reasons")).as("nobody can say what came next").extracting(JsonNode::asText).contains("gap");
      }
      service.stop();
    }
  }

  /** And a later start goes on with the trace, and tells nothing twice. */
  @Test
  void recording_thatIsSwitchedOffAgainAndAgain_isGivenUp() throws Exception {
    Upheaval unrecorded;
    Upheaval unfollowed;
    Family before;
    Family after;
    try (LiveService service = new LiveService(home(), options("auto"))) {
      unrecorded = new Upheaval(this, service);
      before = start("before");
      for (int i = 0; i < BEARABLE; i++) {
        switchOff();
        awaitSwitchedOn();
      }
      assertThat(service.status().get("spine").asText()).isEqualTo("trace");
      Instant whole = Instant.parse(service.status().get("watermark").asText());
      happenUnrecorded(service, unrecorded, RECORDING);
      await().atMost(PATIENCE).until(() -> service.status().get("spine").asText().equals("proc"));
      after = start("followed");
      assertRight(service, after);
      ProcComparison.await(service);
      assertRight(service, before);
      unrecorded.check(service);
      JsonNode status = service.status();
      assertLed(status, "proc", "trace", "somebody keeps changing what the kernel records for us");
      assertThat(Machinery.run(program("status")).out()).contains("proc running, the spine")
          .contains("trace failed: somebody keeps changing");
      assertThat(status.get("gaps").valueStream().filter(gap -> gap.get("source").asText().equals("trace")
          && gap.get("cause").asText().equals("stopped"))).as("%s", status.get("gaps")).singleElement()
          .satisfies(gap -> {
            assertThat(Instant.parse(gap.get("from").asText())).isAfterOrEqualTo(whole);
            assertThat(Instant.parse(gap.get("to").asText())).isBefore(Instant.now());
          });
      unfollowed = new Upheaval(this, service);
      service.stop("trace cannot be followed, proc takes over: somebody keeps changing");
    }
    unfollowed.happen();
    try (LiveService service = new LiveService(home(), options("auto"))) {
      assertThat(service.status().get("spine").asText()).isEqualTo("trace");
      unfollowed.check(service);
      unrecorded.check(service);
      assertRight(service, before);
      assertRight(service, after);
      assertRight(service, start("later"));
      ProcComparison.await(service);
      assertThat(service.items("/search?comm=followed")).singleElement()
          .satisfies(exec -> assertThat(exec.get("pid").asInt()).isEqualTo(after.pid));
      service.stop();
    }
  }

  /** With nothing to fall back on it gives up; and whoever starts it again hears of what was not recorded. */
  @Test
  void recording_thatIsSwitchedOffAgainAndAgain_endsWhatHasNothingElse() throws Exception {
    Upheaval unrecorded;
    try (LiveService service = traced()) {
      unrecorded = new Upheaval(this, service);
      for (int i = 0; i < BEARABLE; i++) {
        switchOff();
        awaitSwitchedOn();
      }
      service.awaitWatermark(Instant.now());
      happenUnrecorded(service, unrecorded, RECORDING);
      service.awaitFailure("tasks cannot be followed any longer: somebody keeps changing what the kernel records");
    }
    try (LiveService service = traced()) {
      ProcComparison.await(service);
      unrecorded.check(service);
      assertRight(service, start("later"));
      assertThat(service.status().get("gaps")).isNotEmpty()
          .allSatisfy(gap -> assertThat(gap.get("cause").asText()).isEqualTo("interference"));
      service.stop();
    }
  }

  @Test
  void connector_thatIsNotThere_leavesTheTraceAlone() throws Exception {
    try (LiveService service = new LiveService(home(), withoutConnector(), options("auto"))) {
      List<String> inside = List.of("nsenter", "--net=/proc/" + service.pid() + "/ns/net");
      JsonNode status = json(Machinery.run(wrapped(inside, program("status", "--json"))));
      assertLed(status, "trace", "proc", "the proc connector cannot be opened");
      Family family = start("after");
      String above = names(inside, family.creator.pid());
      assertThat(above).endsWith("=>" + Witness.stat(family.creator.pid()).orElseThrow().comm());
      assertThat(names(inside, family.pid)).isEqualTo(above + "=>after");
      Child ending = act("fork", "{", "say", "ending", "exit", "3", "}", "reap", "pause");
      int ended = ending.said("ending")[0];
      ending.said("reaped");
      JsonNode task = json(Machinery.run(wrapped(inside, program("show", Integer.toString(ended), "--json"))));
      assertThat(task.get("state").asText()).isEqualTo("ended");
      assertThat(task.get("exit").path("unknown").asBoolean()).as("nobody tells the code").isTrue();
      service.stop("proc cannot be used beside trace: ");
    }
  }

  private String names(List<String> wrapper, int pid) throws Exception {
    Outcome outcome = Machinery.run(wrapped(wrapper, program("show", Integer.toString(pid), "--style", "names")));
    assertThat(outcome.err()).isEmpty();
    return outcome.out().strip();
  }

  private static JsonNode json(Outcome outcome) throws Exception {
    assertThat(outcome.err()).isEmpty();
    return new ObjectMapper().readTree(outcome.out());
  }
}
