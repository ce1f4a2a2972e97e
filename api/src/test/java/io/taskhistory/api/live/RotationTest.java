package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.policy.Keeper;
import io.taskhistory.api.policy.Policy;
import io.taskhistory.api.policy.PolicyReader;
import io.taskhistory.api.service.Admission;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.LinuxMachine;
import io.taskhistory.api.service.Listen;
import io.taskhistory.api.service.Service;
import io.taskhistory.api.service.Sources;
import io.taskhistory.api.witness.LeafCgroup;
import io.taskhistory.api.witness.LeafCgroup.Counter;
import io.taskhistory.collector.children.Child;
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
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A small file system that runs full under load, and history that is dropped for that. */
@Tag("long")
class RotationTest extends LiveTest {

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration FLOODED = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Above the greatest pid_max. */
  private static final int NOBODY = 1 << 23;

  private final Instant begun = Instant.now();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private SmallDisk disk;
  private Path home;
  private Service service;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectories(directory.resolve("home"));
    disk = SmallDisk.mount(home.resolve("data"), 96);
  }

  @AfterEach
  void unmount() {
    if (service != null) {
      service.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  private Policy policy(String... sets) throws IOException {
    Path none = Files.writeString(directory.resolve("none.conf"), "");
    Files.setPosixFilePermissions(none, PosixFilePermissions.fromString("rw-------"));
    return PolicyReader.read(none, List.of(sets));
  }

  /** With slices of two seconds, so that there are some. */
  private void start(Policy policy) {
    DataDirectory data = new DataDirectory(home.resolve("data"));
    Sources sources = new Sources(Sources.Choice.AUTO, LiveService.instance(home), Sources.FITTING,
        LinuxMachine.DEFAULT_RECEIVE_BUFFER);
    service = Service.start(new LinuxMachine(sources, policy.storeSettings().with(Duration.ofSeconds(2), 0),
        policy.queueSize(), Mask.DEFAULT), data, Admission.at(Listen.parse("127.0.0.1:0"), false),
        new Keeper.Setup(policy, data.path(), (command, environment) -> { }, directory.resolve("log")), failures::add);
  }

  private HttpResponse<String> get(String path) {
    try {
      return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(service.url() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode upkeep() {
    try {
      return JSON.readTree(get("/api/v1/status").body()).path("upkeep");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Instant keptSince() {
    return Instant.parse(upkeep().path("kept_since").asText());
  }

  /** One flood after the other; how much they started. */
  private int floodUntil(BooleanSupplier isSo, String count) {
    int started = 0;
    for (Instant end = Instant.now().plus(FLOODED); !isSo.getAsBoolean(); ) {
      assertThat(Instant.now()).as("by when it is so").isBefore(end);
      Flood flood = Flood.begin(this, count);
      flood.await();
      started += flood.started();
    }
    return started;
  }

  private String history(int pid) {
    return get("/api/v1/tasks/" + pid + "/history?style=kernel&limit=0").body();
  }

  private void report(String tried) {
    JsonNode upkeep = upkeep();
    System.out.println("RotationTest: " + tried + "; dropped: " + upkeep.path("dropped") + " slices, kept since "
        + upkeep.path("kept_since").asText() + ", queue lost " + upkeep.path("queue").path("lost"));
    assertThat(failures).isEmpty();
  }

  @Test
  void spaceLeft_dropsOldHistory_andNoAncestorOfWhatIsKept() throws Exception {
    start(policy("space_left=40", "admin_space_left=0", "space_left_action=rotate", "reserve=0"));
    Child child = act("exec", actor("first"), "first", "exec", actor("second"), "second", "say",
        "here", "wait");
    child.said("here");
    String before = history(child.pid());
    floodUntil(() -> upkeep().path("slices").asInt() >= 4, "300");
    disk.fillUpTo(30);
    await().atMost(PATIENCE).until(() -> keptSince().isAfter(begun));
    disk.relieve();
    assertThat(history(child.pid())).isEqualTo(before).contains("name=second");
    assertThat(get("/api/v1/tasks/" + NOBODY + "/history?at=" + LiveService.encoded(begun.toString())).body())
        .contains("has been dropped");
    Flood flood = Flood.begin(this, "300");
    flood.await();
    report("rotate: 10 MiB below space_left, " + flood.started() + " execs after that");
  }

  @Test
  void fullDisk_isRecoveredFrom_asHistoryIsDropped() throws Exception {
    start(policy("space_left=0", "admin_space_left=0", "disk_full_action=rotate,log", "reserve=8"));
    Child child = act("exec", actor("first"), "first", "exec", actor("second"), "second", "say",
        "here", "wait");
    child.said("here");
    String before = history(child.pid());
    floodUntil(() -> upkeep().path("slices").asInt() >= 4, "300");
    disk.fillUpTo(0);
    int started = floodUntil(() -> upkeep().path("dropped").asInt() > 0, "2000");
    disk.relieve();
    await().atMost(PATIENCE).until(() -> upkeep().path("health").path("state").asText().equals("fine")
        && upkeep().path("queue").path("bytes").asLong() < 1 << 20 && keptSince().isAfter(begun));
    assertThat(history(child.pid())).isEqualTo(before).contains("name=second");
    report("rotate on a full disk, under " + started + " execs");
  }

  @Test
  void fullDisk_suspends_untilThereIsSpace() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      start(policy("space_left=0", "admin_space_left=0", "disk_full_action=suspend", "reserve=0",
          "suspend_cgroups=" + group.path()));
      Counter counter = group.counter(directory.resolve("count"));
      disk.fillUpTo(0);
      await().atMost(PATIENCE).until(group::isFrozen);
      assertThat(counter.standsStill()).isTrue();
      disk.relieve();
      await().atMost(PATIENCE).until(() -> !group.isFrozen());
      counter.awaitProgress();
      report("suspend on a full disk: a cgroup stood still until what happened was kept");
    }
  }

  /** Shorter than what can be configured, as a minute would be too long for a test. */
  @Test
  void age_dropsWhatIsOlder() throws Exception {
    Policy all = policy("space_left=0", "admin_space_left=0", "reserve=0");
    start(new Policy(all.flush(), all.freq(), 0, Duration.ofSeconds(4), all.spaceLeft(), all.adminSpaceLeft(),
        all.actions(), all.queueSize(), all.reserve(), List.of(), all.mask(), "the test"));
    Child child = act("exec", actor("first"), "first", "exec", actor("second"), "second", "say", "here", "wait");
    child.said("here");
    String before = history(child.pid());
    floodUntil(() -> keptSince().isAfter(begun.plusSeconds(2)), "300");
    assertThat(history(child.pid())).isEqualTo(before).contains("name=second");
    assertThat(upkeep().path("slices").asInt()).as("what is younger is there").isGreaterThan(1);
    report("max_age of 4 seconds");
  }
}
