package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.Requirements;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.procfs.DetailsFiles.Reading;
import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskDetailsTest {

  private static final String ACTOR = Programs.actor().toString();

  private final TaskDetails files = new TaskDetails(Mask.DEFAULT);

  @TempDir
  private Path given;

  private Path directory;

  @BeforeEach
  void needRights() throws IOException {
    Requirements.capability(Capability.CAP_SYS_PTRACE);
    directory = given.toRealPath();
  }

  private Details details(int pid) {
    return Objects.requireNonNull(files.read(pid)).details();
  }

  private static RawText text(Object text) {
    return RawText.of(text.toString());
  }

  private static Child ready(Child child) {
    child.said("ready");
    return child;
  }

  @Test
  void read_ofProgram_tellsWhatItIs() {
    ProcFs proc = new ProcFs();
    TaskStat stat = new TaskStat();
    long before = Clocks.monotonic();
    try (Child child = ready(Child.act("chdir", directory.toString(), "setgid", "65533", "setuid", "65534",
        "say", "ready", "pause", "a b", "", "\\377"))) {
      Reading reading = Objects.requireNonNull(files.read(child.pid()));
      assertThat(proc.readSettled(child.pid(), stat)).isTrue();
      assertThat(reading.imprint()).isEqualTo(stat.startstack).isNotZero();
      assertThat(reading.starttime()).isEqualTo(stat.starttime);
      assertThat(reading.readAt()).isBetween(before, Clocks.monotonic());
      Details details = reading.details();
      assertThat(details.exe()).isEqualTo(text(ACTOR));
      assertThat(details.program()).isEqualTo(text(ACTOR));
      assertThat(details.argv()).containsExactly(text(ACTOR), text("chdir"), text(directory), text("setgid"),
          text("65533"), text("setuid"), text("65534"), text("say"), text("ready"), text("pause"), text("a b"), text(""),
          text("\\377"));
      assertThat(details.argvTruncated()).isFalse();
      assertThat(details.cwd()).isEqualTo(text(directory));
      assertThat(List.of(details.uid(), details.euid(), details.gid(), details.egid()))
          .containsExactly(65534L, 65534L, 65533L, 65533L);
      assertThat(details.nspid()).isEqualTo(child.pid());
      assertThat(details.tty()).isSameAs(RawText.EMPTY);
    }
  }

  @Test
  void read_loginuidAndSession_areThoseOfTheFiles() throws IOException {
    try (Child child = ready(Child.act("say", "ready", "pause"))) {
      Path process = Path.of("/proc/" + child.pid());
      assertThat(details(child.pid()).loginuid()).isEqualTo(number(process.resolve("loginuid")));
      assertThat(details(child.pid()).sessionid()).isEqualTo(number(process.resolve("sessionid")));
      assertThat(Files.readString(process.resolve("cgroup"), StandardCharsets.ISO_8859_1))
          .contains(":" + details(child.pid()).cgroup() + "\n");
    }
  }

  private static long number(Path file) throws IOException {
    return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : Details.UNKNOWN_NUMBER;
  }

  @Test
  void argv_longerThanIsKept_isCut() {
    try (Child child = ready(Child.act("say", "ready", "pause", "x".repeat(10_000)))) {
      Details details = details(child.pid());
      assertThat(details.argvTruncated()).isTrue();
      List<RawText> argv = Objects.requireNonNull(details.argv());
      assertThat(argv.stream().mapToInt(argument -> argument.length() + 1).sum())
          .isEqualTo(Details.MAX_ARGV_BYTES + 1);
      assertThat(argv.get(4).toString()).matches("x+");
    }
  }

  @Test
  void argv_withoutAName_keepsTheEmptyOne() {
    try (Child child = ready(Child.act("exec", ACTOR, "", "say", "ready", "pause"))) {
      assertThat(details(child.pid()).argv())
          .containsExactly(RawText.EMPTY, text("say"), text("ready"), text("pause"));
    }
  }

  @Test
  void program_ofScript_isTheScriptAndExeItsInterpreter() throws IOException {
    Path shell = script("shell.sh", "#!/bin/sh\necho ready 1\nread line\n");
    try (Child child = ready(Child.run(shell))) {
      Details details = details(child.pid());
      assertThat(details.program()).isEqualTo(text(shell));
      assertThat(details.exe()).isEqualTo(text(Path.of("/bin/sh").toRealPath()));
      assertThat(details.argv()).containsExactly(text("/bin/sh"), text(shell));
    }
  }

  @Test
  void program_ofScriptOfAScript_isTheFirst() throws IOException {
    Path inner = script("inner", "#!/bin/sh\necho ready 1\nread line\n");
    Path outer = script("outer", "#!" + inner + "\n");
    try (Child child = ready(Child.run(outer))) {
      assertThat(details(child.pid()).program()).isEqualTo(text(outer));
    }
  }

  @Test
  void program_bySymbolicLink_isWhatItLeadsTo() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("sh"), Programs.actor());
    try (Child child = ready(Child.run(link, "say", "ready", "pause"))) {
      assertThat(details(child.pid()).program()).isEqualTo(text(ACTOR));
      assertThat(details(child.pid()).exe()).isEqualTo(text(ACTOR));
      assertThat(Objects.requireNonNull(details(child.pid()).argv()).get(0)).isEqualTo(text(link));
    }
  }

  @Test
  void program_byRelativePath_isFoundFromTheDirectory() throws IOException {
    script("here.sh", "#!/bin/sh\necho ready 1\nread line\n");
    try (Child child = ready(Child.act("chdir", directory.toString(), "exec", "./here.sh", "x"))) {
      assertThat(details(child.pid()).program()).isEqualTo(text(directory.resolve("here.sh")));
    }
  }

  @Test
  void program_afterTheScriptIsReplaced_isUnknownUnlessItStillLeadsThere() throws IOException {
    Path script = script("gone.sh", "#!/bin/sh\necho ready 1\nread line\n");
    try (Child child = ready(Child.run(script))) {
      Files.delete(script);
      assertThat(details(child.pid()).program()).isSameAs(RawText.UNKNOWN);
      Files.writeString(script, "#!/bin/cat\n");
      assertThat(details(child.pid()).program()).isSameAs(RawText.UNKNOWN);
    }
  }

  @Test
  void program_byDescriptor_isTheFileWhereItCanBeTold() throws IOException {
    try (Child child = Child.act("execfd", ACTOR)) {
      await().untilAsserted(() -> assertThat(details(child.pid()).argv()).startsWith(text("by-descriptor")));
      assertThat(details(child.pid()).program()).isEqualTo(text(ACTOR));
      assertThat(details(child.pid()).exe()).isEqualTo(text(ACTOR));
    }
  }

  @Test
  void exe_deleted_isWhereItWas() throws IOException {
    Path copy = Files.copy(Programs.actor(), directory.resolve("copy"));
    try (Child child = ready(Child.run(copy, "say", "ready", "pause"))) {
      Files.delete(copy);
      assertThat(details(child.pid()).exe()).isEqualTo(text(copy));
      assertThat(details(child.pid()).program()).isSameAs(RawText.UNKNOWN);
    }
  }

  @Test
  void program_inAnotherRoot_isResolvedInThatRoot() throws IOException {
    Requirements.capability(Capability.CAP_SYS_ADMIN);
    Files.createDirectory(directory.resolve("bin"));
    Path inside = Files.copy(Programs.staticActor(), directory.resolve("bin/actor"));
    // Outside of the root this leads elsewhere, and to something that is there.
    Files.createSymbolicLink(directory.resolve("bin/sh"), Path.of("/bin/actor"));
    try (Child child = ready(
        Child.act("chroot", directory.toString(), "exec", "/bin/sh", "x", "say", "ready", "pause"))) {
      assertThat(details(child.pid()).exe()).isEqualTo(text(inside));
      assertThat(details(child.pid()).program()).isEqualTo(text(inside));
    }
    Path script = script("bin/script", "#!/bin/sh pause\n");
    try (Child child = Child.act("chroot", directory.toString(), "exec", "/bin/script", "x")) {
      await().untilAsserted(() -> assertThat(files.read(child.pid())).isNotNull()
          .extracting(reading -> reading.details().program()).isEqualTo(text(script)));
      assertThat(details(child.pid()).exe()).isEqualTo(text(inside));
    }
  }

  @Test
  void read_ofKernelThread_hasNoImage() {
    Details details = details(2);
    assertThat(details.exe()).isSameAs(RawText.UNKNOWN);
    assertThat(details.program()).isSameAs(RawText.UNKNOWN);
    assertThat(details.argv()).isNull();
    assertThat(details.uid()).isZero();
  }

  @Test
  void read_ofZombieOrNobody_isNull() {
    try (Child parent = Child.act("fork", "{", "exit", "0", "}", "pause")) {
      int child = parent.said("fork")[0];
      TaskStat stat = new TaskStat();
      await().until(() -> new ProcFs().read(child, stat) && stat.isDead());
      assertThat(files.read(child)).isNull();
    }
    assertThat(files.read(Integer.MAX_VALUE)).isNull();
    assertThat(files.read(-1)).isNull();
  }

  @Test
  void read_manyTimes_leavesNoDescriptorOpen() throws IOException {
    try (Child child = ready(Child.run(script("open.sh", "#!/bin/sh\necho ready 1\nread line\n")))) {
      details(child.pid());
      long before = descriptors();
      for (int i = 0; i < 100; i++) {
        details(child.pid());
      }
      assertThat(descriptors()).isLessThanOrEqualTo(before + 5);
    }
  }

  private static long descriptors() throws IOException {
    try (var entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.count();
    }
  }

  private Path script(String name, String text) throws IOException {
    Path script = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
