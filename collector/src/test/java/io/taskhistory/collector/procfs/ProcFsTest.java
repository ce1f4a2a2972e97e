package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.Requirements;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFsTest {

  private final ProcFs proc = new ProcFs();
  private final TaskStat stat = new TaskStat();

  @TempDir
  private Path directory;

  /** Every task is read by other means too; those that change meanwhile are read again. */
  @Test
  void read_everyTaskOfTheMachine_isWhatAnotherReaderSees() throws IOException {
    Requirements.capability(Capability.CAP_SYS_PTRACE);
    int seen = 0;
    for (int tgid : proc.processes()) {
      for (int tid : proc.threads(tgid)) {
        for (int attempt = 0; attempt < 50; attempt++) {
          String before = independently(tgid, tid);
          boolean there = proc.read(tid, stat);
          if (before.equals(independently(tgid, tid))) {
            assertThat(there ? describe(tgid) : "").isEqualTo(before);
            seen++;
            break;
          }
        }
      }
    }
    assertThat(seen).isGreaterThan(30);
  }

  private String describe(int tgid) {
    return tgid + " " + stat.tid + " " + stat.comm + " ppid " + stat.ppid + " start " + stat.starttime
        + " stack " + stat.startstack + " threads " + stat.numThreads + " tty " + stat.ttyNr
        + (stat.isKernelThread() ? " kernel" : "");
  }

  /** From comm, status and a stat line that is split with a regular expression. */
  private static String independently(int tgid, int tid) throws IOException {
    Path task = Path.of("/proc/" + tgid + "/task/" + tid);
    try {
      byte[] comm = Files.readAllBytes(task.resolve("comm"));
      String status = new String(Files.readAllBytes(task.resolve("status")), StandardCharsets.ISO_8859_1);
      String line = new String(Files.readAllBytes(task.resolve("stat")), StandardCharsets.ISO_8859_1);
      String[] fields = line.replaceFirst("(?s)^.*\\) ", "").strip().split(" ");
      boolean kernel = status.contains("\nKthread:\t1\n");
      String shown = new String(comm, 0, comm.length - 1, StandardCharsets.ISO_8859_1);
      String name = kernel ? shown.replaceFirst("^(kworker/[^R+-][^+-]*)[+-].*", "$1") : shown;
      name = name.substring(0, Math.min(15, name.length()));
      return tgid + " " + tid + " " + RawText.of(name.getBytes(StandardCharsets.ISO_8859_1))
          + " ppid " + status.replaceFirst("(?s)^.*\nPPid:\t(\\d+).*$", "$1") + " start " + fields[19]
          + " stack " + fields[25] + " threads " + status.replaceFirst("(?s)^.*\nThreads:\t(\\d+).*$", "$1")
          + " tty " + fields[4] + (kernel ? " kernel" : "");
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No such process")) {
        return "";
      }
      throw e;
    }
  }

  @Test
  void read_ofTaskThatIsGone_isFalse() {
    int pid;
    try (Child child = Child.act("say", "here", "pause")) {
      pid = child.said("here")[0];
      assertThat(proc.read(pid, stat)).isTrue();
    }
    assertThat(proc.read(pid, stat)).isFalse();
    assertThat(proc.readSettled(pid, stat)).isFalse();
    assertThat(proc.threads(pid)).isEmpty();
    assertThat(proc.tgid(pid)).isZero();
    assertThat(proc.read(0, stat)).isFalse();
    assertThat(proc.read(-5, stat)).isFalse();
  }

  @Test
  void readSettled_ofProgram_givesItsNameAndStack() {
    Requirements.capability(Capability.CAP_SYS_PTRACE);
    try (Child child = Child.act("wait", "exec", Programs.actor().toString(), "x", "say", "again", "pause")) {
      await().until(() -> proc.readSettled(child.pid(), stat) && stat.state == 'S');
      long stack = stat.startstack;
      RawText comm = stat.comm;
      assertThat(stack).isNotZero();
      assertThat(comm).isEqualTo(name(Programs.actor()));
      child.go();
      child.said("again");
      assertThat(proc.readSettled(child.pid(), stat)).isTrue();
      assertThat(stat.comm).isEqualTo(comm);
      assertThat(stat.startstack).isNotEqualTo(stack);
    }
  }

  @Test
  void readSettled_ofKernelThread_needsNoStack() {
    assumeThat(proc.read(2, stat) && stat.isKernelThread()).as("pid 2 is kthreadd").isTrue();
    assertThat(proc.readSettled(2, stat)).isTrue();
    assertThat(stat.comm).isEqualTo(RawText.of("kthreadd"));
    assertThat(stat.startstack).isZero();
  }

  @Test
  void readSettled_ofDeadTask_isFalseButItsNameMayBeFinal() {
    try (Child parent = Child.act("fork", "{", "name", "last words", "exit", "3", "}",
        "fork", "{", "kill", "9", "}", "pause")) {
      int ended = parent.said("fork")[0];
      int killed = parent.said("fork")[0];
      await().until(() -> proc.read(ended, stat) && stat.isDead());
      assertThat(stat.isFinal()).isTrue();
      assertThat(stat.comm).isEqualTo(RawText.of("last words"));
      assertThat(stat.exitCode).isEqualTo(3 << 8);
      assertThat(proc.readSettled(ended, stat)).isFalse();
      await().until(() -> proc.read(killed, stat) && stat.isDead());
      assertThat(stat.isFinal()).isFalse();
    }
  }

  @Test
  void read_ofDeadLeaderWithLiveThread_isNotFinal() {
    try (Child process = Child.act("thread", "{", "say", "thread", "pause", "}", "leave")) {
      int thread = process.said("thread")[1];
      await().until(() -> proc.read(process.pid(), stat) && stat.isDead());
      assertThat(stat.isFinal()).isFalse();
      assertThat(proc.read(thread, stat)).isTrue();
      assertThat(stat.isDead()).isFalse();
    }
  }

  @Test
  void readSettled_inTracingStop_isFalse() {
    TaskStat stopped = new TaskStat();
    stopped.startcode = 1;
    stopped.startstack = 1;
    stopped.comm = RawText.of("a");
    assertThat(SettledStat.isSettled(stopped, stopped)).isTrue();
    stopped.state = 't';
    assertThat(SettledStat.isSettled(stopped, stopped)).isFalse();
  }

  /** The stack's place changes once more before the loader is done; with the text's it is the last. */
  @Test
  void readSettled_whileTheLoaderIsAtWork_isFalse() {
    TaskStat loading = new TaskStat();
    loading.startstack = 1;
    loading.comm = RawText.of("a");
    assertThat(SettledStat.isSettled(loading, loading)).isFalse();
  }

  /**
   * While a process execs two programs in turn, each settled name goes with its own image's stack: one of the two has so
   * much environment, and no stack is placed at random, that they can be told apart.
   */
  @Test
  void readSettled_whileItExecs_neverPairsANameWithAnotherImage() throws IOException {
    Requirements.capability(Capability.CAP_SYS_PTRACE);
    Path even = Files.createSymbolicLink(directory.resolve("even"), Programs.staticActor());
    Path odd = Files.createSymbolicLink(directory.resolve("odd"), Programs.staticActor());
    ProcessBuilder builder = new ProcessBuilder(
        "/usr/bin/setarch", "-R", even.toString(), "relay", "6000", odd.toString(), even.toString());
    builder.environment().clear();
    List<Long> evens = new ArrayList<>();
    List<Long> odds = new ArrayList<>();
    try (Child child = Child.start(builder)) {
      boolean ended = false;
      while (!ended) {
        if (!proc.readSettled(child.pid(), stat)) {
          ended = !proc.read(child.pid(), stat) || stat.isDead();
        } else if (stat.comm.equals(RawText.of("even"))) {
          evens.add(stat.startstack);
        } else if (stat.comm.equals(RawText.of("odd"))) {
          odds.add(stat.startstack);
        }
      }
      assertThat(child.await()).isZero();
    }
    assertThat(evens).hasSizeGreaterThan(50);
    assertThat(odds).hasSizeGreaterThan(50);
    assertThat(Collections.min(evens) - Collections.max(odds)).isBetween(90_000L, 110_000L);
    assertThat(Collections.max(evens) - Collections.min(evens)).isLessThan(1000);
    assertThat(Collections.max(odds) - Collections.min(odds)).isLessThan(1000);
  }

  @Test
  void threads_ofProcess_areAllOfThem() {
    try (Child process = Child.act("thread", "{", "say", "thread", "pause", "}", "pause")) {
      int thread = process.said("thread")[1];
      assertThat(proc.threads(process.pid())).containsExactlyInAnyOrder(process.pid(), thread);
      assertThat(proc.processes()).contains(process.pid(), 1).doesNotContain(thread);
      assertThat(proc.tgid(thread)).isEqualTo(process.pid());
      assertThat(proc.tgid(process.pid())).isEqualTo(process.pid());
    }
  }

  @Test
  void placesStackAtRandom_isWhatThePersonalitySays() throws IOException {
    assumeThat(Files.readString(Path.of("/proc/sys/kernel/randomize_va_space")).strip()).isNotEqualTo("0");
    try (Child child = Child.act("say", "here", "wait", "norandom", "say", "there", "pause")) {
      child.said("here");
      assertThat(proc.placesStackAtRandom(child.pid())).isTrue();
      child.go();
      child.said("there");
      assertThat(proc.placesStackAtRandom(child.pid())).isFalse();
    }
    assertThat(proc.placesStackAtRandom(Integer.MAX_VALUE)).isFalse();
  }

  @Test
  void starttime_ofChild_liesBetweenTheTicksAroundItsStart() {
    long tick = 1_000_000_000L / KernelFacts.read().clockTicksPerSecond();
    long before = bootClock();
    try (Child child = Child.act("say", "here", "pause")) {
      child.said("here");
      assertThat(proc.read(child.pid(), stat)).isTrue();
      assertThat(stat.starttime * tick).isBetween(before - tick, bootClock());
    }
  }

  private static long bootClock() {
    return Clocks.monotonic() + Clocks.read().bootClockOffset();
  }

  private static RawText name(Path program) {
    String name = program.getFileName().toString();
    return RawText.of(name.substring(0, Math.min(15, name.length())));
  }
}
