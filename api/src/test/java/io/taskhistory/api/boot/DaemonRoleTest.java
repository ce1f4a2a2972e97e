package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that was booted with audit=1 and without auditd, where we are the audit daemon: see {@code audit-init}. */
@Tag("long")
class DaemonRoleTest {

  private static final Pattern RECORD = Pattern.compile("(\\d+) audit\\(\\d+\\.\\d+:(\\d+)\\): (.*)");
  private static final Pattern PROGRAM = Pattern.compile("a0=\"(?:[^\"]*/)?([^\"/]*)\"");
  private static final int EXECVE = 1309;

  /** The kernel's word that somebody has become the daemon. */
  private static final String REGISTERED = "op=set audit_pid";

  @TempDir
  private static Path directory;

  /** What the guest's daemon got: how many records of each event, by serial, and what execs began. */
  private static final class Log {

    private final TreeMap<Long, Integer> records = new TreeMap<>();
    private final TreeMap<Long, String> programs = new TreeMap<>();

    Log(Path file) throws IOException {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        Matcher record = RECORD.matcher(line);
        assertThat(record.matches()).as(line).isTrue();
        long serial = Long.parseLong(record.group(2));
        records.merge(serial, 1, Integer::sum);
        Matcher program = PROGRAM.matcher(record.group(3));
        if (Integer.parseInt(record.group(1)) == EXECVE && program.find()) {
          programs.put(serial, program.group(1));
        } else if (record.group(3).startsWith(REGISTERED)) {
          programs.put(serial, REGISTERED);
        }
      }
    }

    /** The serial of the first exec of that program after another event. */
    long next(String program, long after) {
      return programs.tailMap(after, false).entrySet().stream().filter(entry -> entry.getValue().equals(program))
          .mapToLong(Map.Entry::getKey).findFirst().orElseThrow(() -> new AssertionError("no record of " + program));
    }

    long next(String program) {
      return next(program, -1);
    }

    /**
     * How many records did not come of the events between two others, {@code execs} of static programs and nothing else:
     * the kernel numbers events one by one, and each of these has as many records as {@code mark1}.
     */
    long missing(long from, long to, int execs) {
      assertThat(to - from - 1).as("events between %d and %d", from, to).isEqualTo(execs);
      int each = records.get(next("mark1"));
      return (long) execs * each
          - records.subMap(from, false, to, false).values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private static long number(Path directory, String file, String name) throws IOException {
    Matcher m = Pattern.compile("(?m)\\b" + name + "[ =](\\d+)").matcher(Files.readString(directory.resolve(file)));
    assertThat(m.find()).as("%s in %s", name, file).isTrue();
    return Long.parseLong(m.group(1));
  }

  private static long said(String answer, String name) {
    Matcher m = Pattern.compile("\\b" + name + "=(\\d+)").matcher(answer);
    assertThat(m.find()).as("%s in %s", name, answer).isTrue();
    return Long.parseLong(m.group(1));
  }

  @Test
  void daemon_getsWhatTheKernelHeld_andCountsWhatItLost_toTheRecord() throws Exception {
    Guest guest = Guest.with(directory, "audit-init", List.of("tiny", "flood"), AuditDaemon.class,
        Tools.need("auditctl", "auditd"));
    Path result = guest.play(GuestKernel.of("linux-image-cloud-amd64"), "audit=1", "audit_backlog_limit=8192");
    Tools.run("tar", "x", "-C", result.toString(), "-f", result.resolve(Report.ARCHIVE).toString());
    assertThat(result.resolve("daemon.err")).content().isEmpty();
    Log log = new Log(result.resolve("records"));
    List<String> all = Files.readAllLines(result.resolve("answers"));
    List<String> answers = all.subList(0, all.size() - 3);

    // All that was held is got, from before there was anybody to get it.
    assertThat(log.missing(log.next("mark1"), log.next("mark2"), 1 + 200)).isZero();
    assertThat(number(result, "status-held", "pid")).isZero();
    assertThat(number(result, "status-got", "pid")).isPositive();
    assertThat(number(result, "status-got", "lost")).isZero();
    assertThat(said(answers.get(1), "before") + said(answers.get(1), "lost")).isZero();

    // What could not be held is counted, to the record.
    long overflown = said(answers.get(4), "before");
    assertThat(overflown).isPositive().isEqualTo(number(result, "status-overflown", "lost"));
    assertThat(log.missing(log.next("mark3"), log.next(REGISTERED, log.next("mark3")), 1 + 400)).isEqualTo(overflown);
    assertThat(said(answers.get(5), "lost")).isZero();

    assertThat(result.resolve("other")).content()
        .contains("refused DAEMON_EXISTS: process " + number(result, "status-overflown", "pid") + " is the audit daemon");
    assertThat(said(answers.get(6), "challenges")).isPositive();

    // A daemon that stands still holds nobody up for good, and counts what it has lost, to the record.
    String last = answers.get(answers.size() - 3);
    assertThat(said(last, "lost")).isPositive().isEqualTo(number(result, "status-stopped", "lost") - overflown)
        .isEqualTo(said(last, "listener"));
    assertThat(log.missing(log.next("mark5"), log.next("mark6"), 1 + 900)).isEqualTo(said(last, "lost"));
    assertThat(said(last, "cut")).isZero();
    assertThat(answers.get(answers.size() - 2)).isEqualTo("was " + number(result, "status-stopped", "lost"));
    assertThat(number(result, "status-closed", "lost")).isZero();

    assertThat(number(result, "status-stopped", "pid")).as("it is the daemon still").isPositive();
    assertThat(number(result, "status-closed", "pid")).isZero();
    assertThat(result.resolve("rules")).content().hasLineCount(2).contains("-F key=taskhistory");
    assertThat(result.resolve("rules-left")).content().contains("No rules");

    // What is locked is left as it is, and records come all the same.
    List<String> locked = all.subList(all.size() - 3, all.size());
    assertThat(locked.get(0)).isEqualTo("opened");
    assertThat(locked.get(1)).endsWith(" rules=LOCKED");
    assertThat(locked.get(2)).isEqualTo("closed");
    assertThat(result.resolve("rules-locked")).content().contains("No rules");
    assertThat(number(result, "status-locked", "enabled")).isEqualTo(2);
    assertThat(number(result, "status-locked", "pid")).isZero();
  }
}
