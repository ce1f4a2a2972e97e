package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.live.Lineage;
import io.taskhistory.api.live.Lineage.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a guest sent: of each round of questions {@code witness}, the truth; {@code live}, /proc/PID/stat of all
 * processes; {@code lineages} and {@code status}, the service's answers.
 */
record Report(Round first, Round second) {

  static final String ARCHIVE = "result.tar";

  /** What kernel threads have. */
  static final Lineage KERNEL = Lineage.of("swapper/0(1)");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Lineage INIT = Lineage.of("swapper/0(1)=>init(1)");

  /** The service's answer about one task. */
  record Answer(Lineage lineage, boolean isComplete) {}

  /**
   * What was asked and answered at one time.
   *
   * @param truth how each process that has played, or lives, came to be, by pid
   * @param live how each process that lived just before the questions seems to have come to be, going by /proc alone:
   *     the processes on the way from the root to it
   * @param answers by pid; who is not there is not known to the service
   */
  record Round(
      Map<Integer, Lineage> truth, Map<Integer, Lineage> live, Map<Integer, Answer> answers, JsonNode status) {}

  /** Some fields of proc_pid_stat(5); the comm as ISO 8859-1, a character a byte. */
  private record Stat(int pid, String comm, int ppid, long flags) {

    /** Pid, comm, state, ppid, and the flags, which are field 9; a comm can have any bytes. */
    private static final Pattern LINE =
        Pattern.compile("(?ms)^(\\d+) \\((.{0,64}?)\\) [A-Z] (\\d+)(?: -?\\d+){4} (\\d+)(?: -?\\d+)+$");

    /** PF_KTHREAD of include/linux/sched.h. */
    private static final long KERNEL_THREAD = 0x20_0000;

    static Map<Integer, Stat> all(String text) {
      Map<Integer, Stat> all = new TreeMap<>();
      for (Matcher m = LINE.matcher(text); m.find(); ) {
        int pid = Integer.parseInt(m.group(1));
        all.put(pid, new Stat(pid, m.group(2), Integer.parseInt(m.group(3)), Long.parseLong(m.group(4))));
      }
      return all;
    }

    boolean isKernelThread() {
      return (flags & KERNEL_THREAD) != 0;
    }
  }

  /** Reads the archive in {@code directory}. */
  static Report unpack(Path directory) throws IOException {
    Tools.run("tar", "x", "-C", directory.toString(), "-f", directory.resolve(ARCHIVE).toString());
    assertThat(directory.resolve("service.err")).as("the service complains of nothing").content().isEmpty();
    return new Report(round(directory.resolve("first")), round(directory.resolve("second")));
  }

  private static Round round(Path directory) throws IOException {
    Map<Integer, Lineage> truth = new TreeMap<>();
    for (String line : lines(directory.resolve("witness"))) {
      int space = line.indexOf(' ');
      truth.put(Integer.parseInt(line.substring(0, space)), Lineage.of(line.substring(space + 1)));
    }
    truth.put(1, INIT);
    Map<Integer, Stat> stats = Stat.all(Files.readString(directory.resolve("live"), StandardCharsets.ISO_8859_1));
    Map<Integer, Lineage> live = new TreeMap<>();
    stats.forEach((pid, stat) -> {
      live.put(pid, stat.isKernelThread() ? KERNEL : shown(stat, stats));
      if (stat.isKernelThread()) {
        truth.put(pid, KERNEL);
      }
      assertThat(truth).as("somebody who is no player: %s", stat).containsKey(pid);
    });
    Map<Integer, Answer> answers = new TreeMap<>();
    for (String line : lines(directory.resolve("lineages"))) {
      JsonNode answer = JSON.readTree(line);
      if (!answer.has("error")) {
        answers.put(answer.get("pid").asInt(),
            new Answer(Lineage.parse(answer.get("history").asText()), answer.get("complete").asBoolean()));
      }
    }
    return new Round(truth, live, answers, JSON.readTree(Files.readString(directory.resolve("status"))));
  }

  private static Lineage shown(Stat stat, Map<Integer, Stat> all) {
    Deque<Step> steps = new ArrayDeque<>();
    for (Stat at = stat; at != null; at = all.get(at.ppid())) {
      steps.push(Step.of(at.comm(), at.pid()));
    }
    steps.push(KERNEL.steps().get(0));
    return new Lineage(List.copyOf(steps));
  }

  private static List<String> lines(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines().toList();
  }
}
