package io.taskhistory.api.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.witness.LeafCgroup;
import io.taskhistory.api.witness.LeafCgroup.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real cgroups, made by the test, and processes in them. */
class FreezerTest {

  @TempDir
  private Path directory;

  @BeforeEach
  void needsRoot() {
    Machinery.assumeRoot();
  }

  private Freezer freezer(LeafCgroup... groups) {
    return Freezer.of(List.of(groups).stream().map(LeafCgroup::path).toList(), directory);
  }

  private Path list() {
    return directory.resolve(FrozenList.NAME);
  }

  /** A process that sleeps, as whatever program it claims to be. */
  private Process sleeper(LeafCgroup group, String name, String... before) throws Exception {
    Path program = directory.resolve(name);
    if (!Files.exists(program)) {
      Files.copy(Path.of("/bin/sleep"), program);
      program.toFile().setExecutable(true, false);
    }
    String[] command = Stream.concat(
        List.of(before).stream(), Stream.of(program.toString(), "1000")).toArray(String[]::new);
    Process process = group.run(command);
    Awaitility.await().until(() ->
        Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe")).equals(program.toRealPath()));
    return process;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cgroup_standsStillAndGoesOn(boolean unified) throws Exception {
    try (LeafCgroup group = unified ? LeafCgroup.unified() : LeafCgroup.first(); Freezer freezer = freezer(group)) {
      Counter counter = group.counter(directory.resolve("count"));
      freezer.freeze();
      assertThat(group.isFrozen()).as("says the kernel").isTrue();
      assertThat(counter.standsStill()).isTrue();
      assertThat(freezer.frozen()).containsExactly(group.path());
      assertThat(Files.readString(list())).contains(group.freezeSwitch().toString());
      freezer.freeze();
      assertThat(freezer.frozen()).as("once is enough").hasSize(1);
      freezer.thaw();
      assertThat(group.isFrozen()).isFalse();
      counter.awaitProgress();
      assertThat(freezer.frozen()).isEmpty();
      assertThat(Files.readString(list())).doesNotContain(group.path());
    }
    assertThat(list()).doesNotExist();
  }

  /** A reader has met damage, and all that happens is kept. */
  @Test
  void cgroup_isNotSuspended_forWhatIsHarmless() throws Exception {
    List<Action> suspend = List.of(Action.Plain.SUSPEND);
    try (LeafCgroup group = LeafCgroup.any(); Freezer freezer = freezer(group);
        SystemLog systemLog = new SystemLog(directory.resolve("log")); ProgramRunner runner = new ProgramRunner()) {
      group.counter(directory.resolve("count"));
      Performer performer = new Performer(runner, systemLog, freezer);
      performer.letGoOn(Trigger.DISK_ERROR, true);
      performer.perform(Trigger.DISK_ERROR, suspend, "damaged");
      performer.keepUp(true);
      assertThat(group.isFrozen()).isFalse();
      performer.letGoOn(Trigger.DISK_ERROR, false);
      assertThat(group.isFrozen()).as("now something is not kept").isTrue();
      performer.letGoOn(Trigger.DISK_ERROR, true);
      assertThat(group.isFrozen()).isFalse();
      performer.perform(Trigger.DISK_FULL, suspend, "full");
      assertThat(group.isFrozen()).as("for something else").isTrue();
      performer.takeBack(Trigger.DISK_FULL, suspend);
      assertThat(group.isFrozen()).isFalse();
    }
  }

  @Test
  void close_thaws() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      Counter counter = group.counter(directory.resolve("count"));
      Freezer freezer = freezer(group);
      freezer.freeze();
      assertThat(group.isFrozen()).isTrue();
      freezer.close();
      assertThat(group.isFrozen()).isFalse();
      counter.awaitProgress();
    }
  }

  @Test
  void cgroup_thatSomebodyElseHasFrozen_isLeftFrozen() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      group.counter(directory.resolve("count"));
      group.freeze();
      Awaitility.await().until(group::isFrozen);
      Freezer freezer = freezer(group);
      freezer.freeze();
      assertThat(freezer.frozen()).isEmpty();
      freezer.close();
      assertThat(group.isFrozen()).isTrue();
    }
  }

  @Test
  void cgroup_ofOurs_orAbove_isRefused() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      try (AutoCloseable inIt = group.takeThisProcess()) {
        assertThatThrownBy(() -> freezer(group)).as("%s", inIt).isInstanceOf(PolicyException.class)
            .hasMessageContaining(group.path()).hasMessageContaining("this service itself");
      }
      freezer(group).close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"agetty", "sshd", "systemd-journald", "dbus-daemon", "login"})
  void cgroup_ofWhatIsNeededToRecover_isRefused(String name) throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      Process needed = sleeper(group, name);
      assertThatThrownBy(() -> freezer(group)).isInstanceOf(PolicyException.class)
          .hasMessageContaining(directory.resolve(name).toString()).hasMessageContaining(needed.pid() + "");
    }
  }

  @Test
  void programOfAPerson_protectsNobody() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (LeafCgroup group = LeafCgroup.any()) {
      sleeper(group, "agetty", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
      try (Freezer freezer = freezer(group)) {
        freezer.freeze();
        assertThat(group.isFrozen()).isTrue();
      }
    }
  }

  /** It is checked again when it comes to it, and while it lasts. */
  @Test
  void whoIsNeeded_andComesLater_isLeftAlone() throws Exception {
    try (LeafCgroup group = LeafCgroup.any(); LeafCgroup other = LeafCgroup.any(); Freezer freezer = freezer(group)) {
      Process needed = sleeper(other, "agetty");
      group.take(needed);
      freezer.freeze();
      assertThat(freezer.frozen()).isEmpty();
      assertThat(group.isFrozen()).isFalse();
      other.take(needed);
      freezer.freeze();
      assertThat(group.isFrozen()).isTrue();
      group.take(needed);
      freezer.leaveAloneWhoIsNeeded();
      assertThat(group.isFrozen()).isFalse();
      assertThat(freezer.frozen()).isEmpty();
    }
  }

  @Test
  void guard_killed_isReplaced() throws Exception {
    try (LeafCgroup group = LeafCgroup.any(); Freezer freezer = freezer(group)) {
      freezer.freeze();
      List<ProcessHandle> before = guards();
      assertThat(before).hasSize(1);
      before.get(0).destroyForcibly();
      before.get(0).onExit().get(10, TimeUnit.SECONDS);
      assertThat(group.isFrozen()).isTrue();
      freezer.keepGuard();
      assertThat(guards()).hasSize(1);
    }
    Awaitility.await().untilAsserted(() -> assertThat(guards()).isEmpty());
  }

  private List<ProcessHandle> guards() {
    return ProcessHandle.current().children().filter(child -> child.isAlive() && child.info().arguments()
        .map(arguments -> List.of(arguments).contains(list().toString())).orElse(false)).toList();
  }

  /** Suspends as a limit does that stays crossed. */
  private Performer suspended(Freezer freezer, SystemLog log) {
    Performer performer = new Performer((command, environment) -> { }, log, freezer);
    performer.perform(Trigger.SPACE_LEFT, List.of(Action.Plain.SUSPEND), "as the test wants it");
    return performer;
  }

  @Test
  void cgroup_thatIsNotThere_isWaitedFor() throws Exception {
    try (LeafCgroup group = LeafCgroup.any(); SystemLog log = new SystemLog(directory.resolve("log"))) {
      Path later = group.freezeSwitch().resolveSibling("later");
      try (Freezer freezer = Freezer.of(List.of(group.path() + "/later"), directory)) {
        Performer performer = suspended(freezer, log);
        performer.keepUp(true);
        assertThat(freezer.frozen()).isEmpty();
        Files.createDirectory(later);
        performer.keepUp(true);
        assertThat(freezer.frozen()).containsExactly(group.path() + "/later");
        assertThat(later.resolve(group.freezeSwitch().getFileName())).content().startsWith(group.frozenText());
        performer.takeBack(Trigger.SPACE_LEFT, List.of(Action.Plain.SUSPEND));
        assertThat(freezer.frozen()).isEmpty();
      } finally {
        Files.deleteIfExists(later);
      }
    }
  }

  @Test
  void whoIsNeeded_andGoesAgain_protectsNobodyAnyLonger() throws Exception {
    try (LeafCgroup group = LeafCgroup.any(); LeafCgroup other = LeafCgroup.any(); Freezer freezer = freezer(group);
        SystemLog log = new SystemLog(directory.resolve("log"))) {
      Process needed = sleeper(other, "agetty");
      Performer performer = suspended(freezer, log);
      assertThat(group.isFrozen()).isTrue();
      group.take(needed);
      performer.keepUp(true);
      assertThat(group.isFrozen()).isFalse();
      other.take(needed);
      performer.keepUp(true);
      assertThat(group.isFrozen()).isTrue();
    }
  }

  @Test
  void switch_thatCannotBeWritten_isNotSaidToBeFrozen() throws Exception {
    try (LeafCgroup group = LeafCgroup.any(); Freezer freezer = freezer(group);
        AutoCloseable closed = group.readOnly()) {
      freezer.freeze();
      assertThat(freezer.frozen()).as("%s", closed).isEmpty();
      assertThat(Files.readString(list())).doesNotContain(group.path());
    }
    assertThat(list()).doesNotExist();
  }

  @Test
  void switch_thatCannotBeWrittenAnyMore_isTriedAgain() throws Exception {
    try (LeafCgroup group = LeafCgroup.any(); Freezer freezer = freezer(group)) {
      Counter counter = group.counter(directory.resolve("count"));
      freezer.freeze();
      try (AutoCloseable closed = group.readOnly()) {
        freezer.thaw();
        assertThat(freezer.frozen()).as("%s", closed).containsExactly(group.path());
        assertThat(Files.readString(list())).contains(group.path());
      }
      freezer.thaw();
      counter.awaitProgress();
      assertThat(freezer.frozen()).isEmpty();
    }
  }

  @Test
  void leftBehind_thatCannotBeThawed_keepsNoOtherFromIt_andIsTriedAgain() throws Exception {
    try (LeafCgroup one = LeafCgroup.any(); LeafCgroup other = LeafCgroup.any()) {
      one.freeze();
      other.freeze();
      new FrozenList(directory).write(List.of(one.freezeSwitch(), other.freezeSwitch()));
      try (AutoCloseable closed = one.readOnly()) {
        assertThat(LeftFrozen.thaw(directory)).as("%s", closed).isOne();
        assertThat(other.isFrozen()).isFalse();
        assertThat(new FrozenList(directory).read()).containsExactly(one.freezeSwitch());
        try (Freezer freezer = freezer(other)) {
          freezer.freeze();
          assertThat(freezer.frozen()).containsExactly(one.path(), other.path());
        }
        assertThat(new FrozenList(directory).read()).as("the guard keeps it").containsExactly(one.freezeSwitch());
      }
      Freezer next = freezer();
      next.thaw();
      assertThat(one.isFrozen()).isFalse();
      next.close();
      assertThat(list()).doesNotExist();
    }
  }

  @Test
  void guard_thatCannotThawAll_thawsTheRestAndKeepsTheList() throws Exception {
    try (LeafCgroup one = LeafCgroup.any(); LeafCgroup other = LeafCgroup.any()) {
      one.freeze();
      other.freeze();
      FrozenList list = new FrozenList(directory);
      list.write(List.of(one.freezeSwitch(), other.freezeSwitch()));
      FreezeGuard guard = new FreezeGuard(list.file());
      try (AutoCloseable closed = one.readOnly()) {
        guard.guard(list.read());
        guard.close();
        assertThat(other.isFrozen()).as("%s", closed).isFalse();
        assertThat(list.read()).contains(one.freezeSwitch());
      }
      guard.guard(list.read());
      guard.close();
      assertThat(one.isFrozen()).isFalse();
      assertThat(list.read()).isEmpty();
    }
  }

  @Test
  void list_ofAnotherBoot_orOfOtherFiles_thawsNothing() throws Exception {
    try (LeafCgroup group = LeafCgroup.any()) {
      group.freeze();
      Path other = Files.writeString(directory.resolve("cgroup.freeze"), "1");
      Files.writeString(list(), "11111111-2222-3333-4444-555555555555\n" + group.freezeSwitch() + "\n");
      assertThat(LeftFrozen.thaw(directory)).isZero();
      assertThat(group.isFrozen()).isTrue();
      new FrozenList(directory).write(List.of(other));
      assertThat(LeftFrozen.thaw(directory)).isZero();
      assertThat(other).hasContent("1");
      new FrozenList(directory).write(List.of(group.freezeSwitch()));
      assertThat(LeftFrozen.thaw(directory)).isOne();
      assertThat(group.isFrozen()).isFalse();
      assertThat(list()).doesNotExist();
    }
  }

  @Test
  void mounts_areReadAsTheyAre() {
    CgroupRoots roots = CgroupRoots.parse(List.of(
        "30 24 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate",
        "31 24 0:27 /part /mnt/part rw - cgroup2 cgroup2 rw",
        "32 24 0:28 / /sys/fs/cgroup/freezer rw,nosuid shared:10 - cgroup cgroup rw,freezer",
        "33 24 0:29 / /sys/fs/cgroup/pids rw,nosuid shared:11 - cgroup cgroup rw,pids", "", "rubbish - a b c d"));
    assertThat(roots).isEqualTo(
        new CgroupRoots(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup/freezer")));
    assertThat(roots.of(Path.of("/sys/fs/cgroup/unified/cgroup.freeze"))).as("the root").isEmpty();
    assertThat(roots.of(Path.of("/sys/fs/cgroup/unified/a/../../x/cgroup.freeze"))).isEmpty();
    assertThat(roots.of(Path.of("/sys/fs/cgroup/unified/a/cgroup.freeze"))).isPresent();
    assertThat(CgroupRoots.parse(List.of()).find("/a")).isEmpty();
  }
}
