package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.witness.LeafCgroup.Counter;
import io.taskhistory.api.witness.LeafCgroup;
import io.taskhistory.collector.children.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The service as a process that suspends others, and what becomes of them when it is killed. */
@Tag("long")
class SuspensionTest extends LiveTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private SmallDisk disk;
  private Path home;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectories(directory.resolve("home"));
    disk = SmallDisk.mount(home.resolve("data"), 96);
  }

  @AfterEach
  void unmount() {
    if (disk != null) {
      disk.close();
    }
  }

  /** With the capabilities of the unit. */
  private LiveService service(LeafCgroup group) {
    return new LiveService(home, List.of("setpriv", "--bounding-set=-all,+net_admin,+sys_ptrace,+dac_read_search",
        "--inh-caps=-all"), "--set", "space_left=20", "--set", "admin_space_left=10",
        "--set", "space_left_action=suspend", "--set", "suspend_cgroups=" + group.path());
  }

  private static ProcessHandle guard(LiveService service) {
    return ProcessHandle.of(service.pid()).orElseThrow().children().filter(child -> child.info().arguments()
        .map(arguments -> List.of(arguments).contains("taskhistory-thaw")).orElse(false)).findFirst().orElseThrow();
  }

  private static void report(String tried) {
    System.out.println("SuspensionTest: " + tried + "; lost: nothing of what was suspended");
  }

  @Test
  void service_killedWhileSomebodyIsSuspended_lettingItGoOnIsItsGuards() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      Counter counter = group.counter(directory.resolve("count"));
      try (LiveService service = service(group)) {
        disk.fillUpTo(15);
        await().atMost(PATIENCE).until(group::isFrozen);
        assertThat(counter.standsStill()).isTrue();
        service.signal("KILL");
        await().atMost(PATIENCE).until(() -> !group.isFrozen());
      }
      counter.awaitProgress();
      await("the list says so").until(() -> Files.size(home.resolve("data/frozen")) == 0);
      disk.relieve();
      try (LiveService service = service(group)) {
        assertThat(group.isFrozen()).isFalse();
        service.stop();
      }
      report("killed with -9 while a cgroup was suspended: it went on, and the next start found nothing to thaw");
    }
  }

  @Test
  void service_killedWithItsGuard_thawsAtTheNextStart() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      Counter counter = group.counter(directory.resolve("count"));
      killWithGuard(group);
      assertThat(counter.standsStill()).isTrue();
      disk.relieve();
      try (LiveService service = service(group)) {
        assertThat(group.isFrozen()).as("by the time it is ready").isFalse();
        counter.awaitProgress();
        service.stop("had been left frozen");
      }
      report("killed with its guard: the next start thawed");
    }
  }

  @Test
  void thaw_asTheUnitDoesIt_needsNoService() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      Counter counter = group.counter(directory.resolve("count"));
      killWithGuard(group);
      List<String> thaw =
          Machinery.command("--data-dir", home.resolve("data").toString(), "run", "--thaw");
      Machinery.Outcome outcome = Machinery.run(thaw);
      assertThat(outcome.code()).isZero();
      assertThat(outcome.out()).isEqualTo("thawed 1 cgroups that had been left suspended\n");
      assertThat(group.isFrozen()).isFalse();
      counter.awaitProgress();
      assertThat(Machinery.run(thaw).out()).isEqualTo("nothing was left suspended\n");
      report("killed with its guard: run --thaw thawed");
    }
  }

  /** Both at once: whichever is seen to be dead by the other has no time to do anything about it. */
  private void killWithGuard(LeafCgroup group) throws Exception {
    try (LiveService service = service(group)) {
      disk.fillUpTo(15);
      await().atMost(PATIENCE).until(group::isFrozen);
      ProcessHandle guard = guard(service);
      assertThat(new ProcessBuilder("kill", "-9", guard.pid() + "", service.pid() + "").start().waitFor()).isZero();
      await().atMost(PATIENCE).until(() -> !guard.isAlive());
    }
    assertThat(group.isFrozen()).isTrue();
  }

  /** A source that cannot keep up, and a storm that has to wait for it. */
  @Test
  void loss_suspendsTheStorm_andRunsAProgram() throws Exception {
    Path said = directory.resolve("said");
    Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n"
        + "printf '%s: %s\\n' \"$TASKHISTORY_EVENT\" \"$TASKHISTORY_DETAIL\" >>" + said + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    try (LeafCgroup group = LeafCgroup.any(); LiveService service = new LiveService(home, "--source", "proc",
        "--receive-buffer", "4096", "--set", "loss_action=log,exec " + script + ",suspend",
        "--set", "suspend_cgroups=" + group.path())) {
      Process storm = group.run(Programs.flood().toString(), "1000000", "2", Programs.tiny().toString());
      await().atMost(PATIENCE).until(group::isFrozen);
      assertThat(storm.isAlive()).isTrue();
      await().atMost(PATIENCE).until(() -> Files.exists(said));
      storm.descendants().forEach(ProcessHandle::destroyForcibly);
      storm.destroyForcibly();
      await("nothing more is lost, by whatever else runs here either, and what was is looked into")
          .atMost(PATIENCE.multipliedBy(4)).until(() -> !group.isFrozen());
      JsonNode status = service.status();
      JsonNode source = status.get("sources").get(0);
      assertThat(source.get("lost").asLong()).isPositive();
      assertThat(status.get("gap_count").asInt()).isPositive();
      assertThat(Files.readAllLines(said).get(0)).startsWith("loss: the source proc has lost ");
      ProcComparison.await(service);
      System.out.println("SuspensionTest: a storm beyond a receive buffer of 4096 bytes, suspended; lost: "
          + source.get("lost") + " events, in " + status.get("gap_count") + " gaps");
    }
  }
}
