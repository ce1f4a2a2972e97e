package io.taskhistory.api.live;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names and pids of a history: as it was answered, or as a witness tells it. */
public record Lineage(List<Step> steps) {

  private static final Pattern ITEM = Pattern.compile(
      "name=((?:[A-Za-z0-9._/-]|\\\\[0-3][0-7][0-7])*|\\?);pid=([1-9][0-9]*);start=([0-9]{14})");

  private static final Pattern TOLD = Pattern.compile("([^()]+)\\(([0-9]+)\\)");

  private static final Pattern ESCAPED = Pattern.compile("[^A-Za-z0-9._/-]");

  /** What stands in a history where nobody knows the name. */
  static final String UNKNOWN = "?";

  /** One exec; the name is escaped. */
  public record Step(String name, int pid) {

    /** With a name that is not escaped yet, a character a byte. */
    public static Step of(String comm, int pid) {
      return new Step(escaped(comm), pid);
    }

    private boolean canBe(Step truth) {
      return pid == truth.pid && (name.equals(UNKNOWN) || name.equals(truth.name));
    }
  }

  public Lineage {
    steps = List.copyOf(steps);
  }

  /** What an answer in the style {@code kernel} says. */
  public static Lineage parse(String kernel) {
    return new Lineage(Arrays.stream(kernel.strip().split("=>")).map(item -> {
      Matcher m = ITEM.matcher(item);
      if (!m.matches()) {
        throw new AssertionError("not an item of a history: " + item);
      }
      return new Step(m.group(1), Integer.parseInt(m.group(2)));
    }).toList());
  }

  /** What {@link #toString} wrote. */
  public static Lineage of(String text) {
    return new Lineage(Arrays.stream(text.split("=>")).map(item -> {
      Matcher m = TOLD.matcher(item);
      if (!m.matches()) {
        throw new AssertionError("not a name with its pid: " + item);
      }
      return new Step(m.group(1), Integer.parseInt(m.group(2)));
    }).toList());
  }

  static String escaped(String comm) {
    return ESCAPED.matcher(comm).replaceAll(m -> String.format("\\\\%03o", (int) m.group().charAt(0)));
  }

  /** This and a further exec. */
  Lineage and(String name, int pid) {
    List<Step> more = new ArrayList<>(steps);
    more.add(new Step(name, pid));
    return new Lineage(more);
  }

  /**
   * Whether all that this says by name is so, as {@code truth} has it, in its order. Entries can be missing, and one
   * that nobody knows can stand anywhere, if only for a process that is on the way.
   */
  boolean isPartOf(Lineage truth) {
    int at = 0;
    for (Step step : steps) {
      if (step.name.equals(UNKNOWN)) {
        if (truth.steps.stream().noneMatch(step::canBe)) {
          return false;
        }
        continue;
      }
      while (at < truth.steps.size() && !step.canBe(truth.steps.get(at))) {
        at++;
      }
      if (at++ == truth.steps.size()) {
        return false;
      }
    }
    return true;
  }

  /** Whether this is {@code truth}, entry by entry, but for names that nobody knows. */
  boolean isButForNames(Lineage truth) {
    boolean is = steps.size() == truth.steps.size();
    for (int i = 0; is && i < steps.size(); i++) {
      is = steps.get(i).canBe(truth.steps.get(i));
    }
    return is;
  }

  @Override
  public String toString() {
    return String.join("=>", steps.stream().map(step -> step.name + "(" + step.pid + ")").toList());
  }
}
