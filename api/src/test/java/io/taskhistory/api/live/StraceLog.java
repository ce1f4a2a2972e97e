package io.taskhistory.api.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code strace -f -e trace=process -o FILE} wrote. One task makes its calls in the order of its lines. */
final class StraceLog {

  private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
  private static final Pattern UNFINISHED = Pattern.compile("(.*) <unfinished \\.\\.\\.>");
  private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. \\w+ resumed>(.*)");
  private static final Pattern CLONED = Pattern.compile("(?:clone|clone3|fork|vfork)\\(.*\\) += (\\d+).*");
  private static final Pattern EXECED = Pattern.compile("execve\\(\"(?:[^\"]*/)?([^\"/]+)\".*\\) += 0");
  private static final Pattern EXITED = Pattern.compile("\\+\\+\\+ (?:exited with|killed by) (\\w+).*\\+\\+\\+");
  private static final int COMM_LENGTH = 15;

  /** A call that began in some line; strace shows what came of it later, where others came between. */
  private record Call(int line, String text) {}

  private record Birth(int creator, int line) {}

  private final Map<Integer, Map<Integer, String>> execs = new TreeMap<>();
  private final Map<Integer, Birth> births = new HashMap<>();
  private final Map<Integer, String> exits = new HashMap<>();
  private final Map<Integer, Call> unfinished = new HashMap<>();

  private StraceLog() {}

  static StraceLog read(Path file) throws IOException {
    StraceLog log = new StraceLog();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (!line.matches()) {
        throw new IllegalStateException("not a line of strace: " + lines.get(i));
      }
      log.take(Integer.parseInt(line.group(1)), i, line.group(2));
    }
    return log;
  }

  private void take(int pid, int line, String text) {
    execs.computeIfAbsent(pid, p -> new TreeMap<>());
    Matcher half = UNFINISHED.matcher(text);
    if (half.matches()) {
      unfinished.put(pid, new Call(line, half.group(1)));
      return;
    }
    Matcher rest = RESUMED.matcher(text);
    Call call = rest.matches() ? whole(pid, rest.group(1)) : new Call(line, text);
    Matcher cloned = CLONED.matcher(call.text);
    Matcher execed = EXECED.matcher(call.text);
    Matcher exited = EXITED.matcher(call.text);
    if (cloned.matches()) {
      births.put(Integer.parseInt(cloned.group(1)), new Birth(pid, call.line));
    } else if (execed.matches()) {
      String file = execed.group(1);
      Objects.requireNonNull(execs.get(pid)).put(call.line, file.substring(0, Math.min(COMM_LENGTH, file.length())));
    } else if (exited.matches()) {
      exits.put(pid, exited.group(1));
    }
  }

  private Call whole(int pid, String rest) {
    Call begun = Objects.requireNonNull(unfinished.remove(pid));
    return new Call(begun.line, begun.text + rest);
  }

  Set<Integer> pids() {
    return execs.keySet();
  }

  /** Who called clone; empty for the first, whom strace itself started. */
  OptionalInt creator(int pid) {
    Birth birth = births.get(pid);
    return birth == null ? OptionalInt.empty() : OptionalInt.of(birth.creator);
  }

  /** The exit code or the name of the signal. */
  String exit(int pid) {
    return Objects.requireNonNull(exits.get(pid));
  }

  /** With {@code above} being that of strace. */
  Lineage lineage(int pid, Lineage above) {
    return lineage(pid, Integer.MAX_VALUE, above);
  }

  private Lineage lineage(int pid, int line, Lineage above) {
    Birth birth = births.get(pid);
    Lineage lineage = birth == null ? above : lineage(birth.creator, birth.line, above);
    for (Map.Entry<Integer, String> exec : Objects.requireNonNull(execs.get(pid)).entrySet()) {
      lineage = exec.getKey() < line ? lineage.and(Lineage.escaped(exec.getValue()), pid) : lineage;
    }
    return lineage;
  }
}
