package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.policy.Keeper;
import io.taskhistory.api.policy.Policy;
import io.taskhistory.api.policy.PolicyReader;
import io.taskhistory.api.policy.ProgramRunner;
import io.taskhistory.api.policy.Runner;
import io.taskhistory.api.service.Admission;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.LinuxMachine;
import io.taskhistory.api.service.Listen;
import io.taskhistory.api.service.Service;
import io.taskhistory.api.service.Sources;
import io.taskhistory.api.witness.LeafCgroup.Counter;
import io.taskhistory.api.witness.LeafCgroup;
import io.taskhistory.collector.masking.Mask;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A small file system that runs full under load, the service on it, and each action. It runs in this process, so that no
 * action can harm anybody: what would be run is only written down where the test does not want it to be run.
 */
@Tag("long")
class LimitsTest extends LiveTest {

  private static final int DISK = 96;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Map<String, String>> told = new CopyOnWriteArrayList<>();
  private final List<List<String>> ran = new CopyOnWriteArrayList<>();
  private final Runner written = (command, environment) -> {
    ran.add(command);
    told.add(environment);
  };
  private SmallDisk disk;
  private Path home;
  private Service service;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectories(directory.resolve("home"));
    disk = SmallDisk.mount(home.resolve("data"), DISK);
  }

  @AfterEach
  void unmount() throws Exception {
    if (service != null) {
      service.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  private void start(Runner runner, String... sets) throws Exception {
    Path none = Files.writeString(directory.resolve("none.conf"), "");
    Files.setPosixFilePermissions(none, PosixFilePermissions.fromString("rw-------"));
    Policy policy = PolicyReader.read(none, List.of(sets));
    DataDirectory data = new DataDirectory(home.resolve("data"));
    Sources sources = new Sources(Sources.Choice.AUTO, LiveService.instance(home), Sources.FITTING,
        LinuxMachine.DEFAULT_RECEIVE_BUFFER);
    service = Service.start(new LinuxMachine(sources, policy.storeSettings(), policy.queueSize(), Mask.DEFAULT), data,
        Admission.at(Listen.parse("127.0.0.1:0"), false),
        new Keeper.Setup(policy, data.path(), runner, directory.resolve("log")), failures::add);
  }

  private String get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(service.url() + path)).build(),
        HttpResponse.BodyHandlers.ofString()).body();
  }

  private JsonNode status() {
    try {
      return JSON.readTree(get("/api/v1/status"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode limit(String name) {
    for (JsonNode limit : status().path("upkeep").path("limits")) {
      if (limit.path("name").asText().equals(name)) {
        return limit;
      }
    }
    throw new AssertionError(name);
  }

  private void awaitCrossed(String name, boolean crossed) {
    await(name).atMost(Duration.ofSeconds(30)).until(() -> limit(name).path("crossed").asBoolean() == crossed);
  }

  /** What was tried, and what it cost: nothing, as far as the sources tell. */
  private void report(String tried) {
    long lost = 0;
    for (JsonNode source : status().path("sources")) {
      lost += source.path("lost").asLong();
    }
    System.out.println("LimitsTest: " + tried + "; lost: " + lost + " events, "
        + status().path("upkeep").path("queue").path("lost") + " records of the queue, "
        + status().path("upkeep").path("dropped") + " slices");
    assertThat(failures).isEmpty();
  }

  private Path script(Path told) throws IOException {
    Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n"
        + "printf '%s: %s\\n' \"$TASKHISTORY_EVENT\" \"$TASKHISTORY_DETAIL\" >>" + told + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    return script;
  }

  @Test
  void spaceLeft_ignored_isShownAndNothingElse() throws Exception {
    try (LocalLog log = new LocalLog(directory.resolve("log"))) {
      start(written, "space_left=20", "admin_space_left=10", "space_left_action=ignore");
      Flood flood = Flood.begin(this, "1000");
      disk.fillUpTo(15);
      flood.await();
      awaitCrossed("space_left", true);
      assertThat(limit("admin_space_left").path("crossed").asBoolean()).isFalse();
      assertThat(log.messages()).isEmpty();
      assertThat(ran).isEmpty();
      assertThat(get("/metrics")).contains("taskhistory_limit_crossed{limit=\"space_left\"} 1.0\n")
          .contains("taskhistory_limit_crossings_total{limit=\"space_left\"} 1.0\n")
          .contains("taskhistory_limit{limit=\"space_left\"} " + (double) (20 << 20));
      disk.relieve();
      awaitCrossed("space_left", false);
      report("ignore: " + (20 - 15) + " MiB below space_left under " + flood.started() + " execs");
    }
  }

  @Test
  void spaceLeft_logged_isSaidOnceInTheSystemsLog() throws Exception {
    try (LocalLog log = new LocalLog(directory.resolve("log"))) {
      start(written, "space_left=20", "admin_space_left=10", "space_left_action=log");
      disk.fillUpTo(15);
      Flood flood = Flood.begin(this, "2s");
      await().until(() -> log.messages().size() == 1);
      flood.await();
      disk.relieve();
      await().until(() -> log.messages().size() == 2);
      assertThat(log.messages().get(0)).matches("<25>taskhistory\\[\\d+]: space_left: .* less than 20.0 MiB");
      assertThat(log.messages().get(1)).endsWith("space_left: is over");
      report("log: " + log.messages());
    }
  }

  @Test
  void spaceLeft_execAndHalt_areRunOnceThroughTheRunner() throws Exception {
    Path script = script(directory.resolve("told"));
    start(written, "space_left=20", "admin_space_left=10", "space_left_action=exec " + script,
        "admin_space_left_action=halt");
    disk.fillUpTo(15);
    awaitCrossed("space_left", true);
    await().until(() -> ran.size() == 1);
    disk.fillUpTo(5);
    awaitCrossed("admin_space_left", true);
    await().until(() -> ran.size() == 2);
    assertThat(ran).containsExactly(List.of(script.toString()), List.of("/sbin/init", "0"));
    assertThat(told.get(0)).containsEntry("TASKHISTORY_EVENT", "space_left")
        .hasEntrySatisfying("TASKHISTORY_DETAIL", detail -> assertThat(detail).contains("less than 20.0 MiB"));
    assertThat(told.get(1)).containsEntry("TASKHISTORY_EVENT", "admin_space_left");
    report("exec and halt, written down instead of run: " + ran);
  }

  @Test
  void spaceLeft_exec_runsTheProgram() throws Exception {
    Path said = directory.resolve("said");
    Path script = script(said);
    try (ProgramRunner runner = new ProgramRunner()) {
      start(runner, "space_left=20", "admin_space_left=10", "space_left_action=exec " + script);
      disk.fillUpTo(15);
      await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(said));
      awaitCrossed("space_left", true);
      assertThat(Files.readAllLines(said)).singleElement().asString().startsWith("space_left: ");
      report("exec: the program wrote " + Files.readAllLines(said));
    }
  }

  @Test
  void program_changedSince_isNotRun() throws Exception {
    Path script = script(directory.resolve("told"));
    start(written, "space_left=20", "admin_space_left=10", "space_left_action=exec " + script);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxrwxrwx"));
    disk.fillUpTo(15);
    awaitCrossed("space_left", true);
    assertThat(ran).isEmpty();
    report("exec of a program that anybody could have written: not run");
  }

  @Test
  void spaceLeft_suspends_untilThereIsSpace() throws Exception {
    try (LeafCgroup first = LeafCgroup.any(); LeafCgroup second = LeafCgroup.any()) {
      start(written, "space_left=20", "admin_space_left=10", "space_left_action=suspend",
          "suspend_cgroups=" + first.path() + " " + second.path());
      Counter counter = first.counter(directory.resolve("first"));
      Counter other = second.counter(directory.resolve("second"));
      Flood flood = Flood.begin(this, "1000");
      disk.fillUpTo(15);
      await().atMost(Duration.ofSeconds(30)).until(() -> first.isFrozen() && second.isFrozen());
      assertThat(counter.standsStill()).isTrue();
      assertThat(other.standsStill()).isTrue();
      flood.await();
      assertThat(status().path("upkeep").path("frozen")).extracting(JsonNode::asText)
          .containsExactly(first.path(), second.path());
      assertThat(get("/metrics")).contains("taskhistory_cgroups_frozen 2.0\n");
      disk.fillUpTo(15);
      disk.relieve();
      await().atMost(Duration.ofSeconds(30)).until(() -> !first.isFrozen() && !second.isFrozen());
      counter.awaitProgress();
      other.awaitProgress();
      report("suspend: two cgroups stood still and went on");
    }
  }

  @Test
  void stop_thaws() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      start(written, "space_left=20", "admin_space_left=10", "space_left_action=suspend",
          "suspend_cgroups=" + group.path());
      Counter counter = group.counter(directory.resolve("count"));
      disk.fillUpTo(15);
      await().atMost(Duration.ofSeconds(30)).until(group::isFrozen);
      report("suspend, and the service is stopped");
      service.close();
      assertThat(group.isFrozen()).isFalse();
      counter.awaitProgress();
      assertThat(home.resolve("data/frozen")).doesNotExist();
    }
  }
}
