package io.taskhistory.collector.audit;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An audit rule, as {@code auditctl -l} shows it: on which list it stands, what it does, with which syscalls, and with
 * whom.
 *
 * @param list AUDIT_FILTER_… of include/uapi/linux/audit.h
 * @param action AUDIT_NEVER, AUDIT_POSSIBLE or AUDIT_ALWAYS
 * @param syscalls their numbers
 * @param fields all of which must hold
 */
public record AuditRule(int list, int action, BitSet syscalls, List<Condition> fields) {

  static final int AUDIT_FILTER_TASK = 1;
  static final int AUDIT_FILTER_EXIT = 4;
  static final int AUDIT_NEVER = 0;
  static final int AUDIT_ALWAYS = 2;

  static final int AUDIT_ARCH = 11;
  static final int AUDIT_EXE = 112;
  static final int AUDIT_FILTERKEY = 210;
  static final int AUDIT_EQUAL = 0x4000_0000;

  /** AUDIT_MAX_FIELDS, AUDIT_MAX_KEY_LEN and PATH_MAX: the kernel refuses more. */
  private static final int MOST_FIELDS = 64;
  private static final int LONGEST_KEY = 256;
  private static final int LONGEST_PATH = 4096;

  /** By which users may narrow our rules: names as in auditctl(8), numbers as in audit.h. */
  private static final Map<String, Integer> NARROWING = Map.of("pid", 0, "uid", 1, "euid", 2, "gid", 5, "egid", 6,
      "auid", 9, "ppid", 18, "sessionid", 25, "exe", AUDIT_EXE, "success", 104);

  /** AUDIT_NOT_EQUAL and its like. Longer operators first, as one may start with another. */
  private static final List<String> OPERATORS = List.of("!=", "<=", ">=", "=", "<", ">");
  private static final List<Integer> OPERATOR_BITS =
      List.of(0x3000_0000, 0x5000_0000, 0x6000_0000, AUDIT_EQUAL, 0x1000_0000, 0x2000_0000);

  /** {@code unset} and {@code -1} of auditctl(8): AUDIT_UID_UNSET. */
  private static final long UNSET = 0xffff_ffffL;

  /**
   * What must hold.
   *
   * @param value the number to compare with; for a field that is text, the length of that
   * @param text empty for a field that is a number
   */
  public record Condition(int field, int operator, int value, RawText text) {

    static Condition number(int field, int operator, long value) {
      return new Condition(field, operator, (int) value, RawText.EMPTY);
    }

    static Condition text(int field, int operator, RawText text) {
      return new Condition(field, operator, text.length(), text);
    }
  }

  public AuditRule {
    syscalls = (BitSet) syscalls.clone();
    fields = List.copyOf(fields);
    if (fields.size() > MOST_FIELDS) {
      throw new IllegalArgumentException("an audit rule has at most " + MOST_FIELDS + " fields");
    }
  }

  @Override
  public BitSet syscalls() {
    return (BitSet) syscalls.clone();
  }

  /** A rule that has a record written whenever a program of {@code arch} leaves one of {@code syscalls}. */
  static AuditRule always(long arch, BitSet syscalls, String key) {
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException("an audit key has 1 to " + LONGEST_KEY + " characters");
    }
    return new AuditRule(AUDIT_FILTER_EXIT, AUDIT_ALWAYS, syscalls, List.of(
        Condition.number(AUDIT_ARCH, AUDIT_EQUAL, arch),
        Condition.text(AUDIT_FILTERKEY, AUDIT_EQUAL, RawText.of(key))));
  }

  /**
   * This rule, for fewer tasks.
   *
   * @param condition as after {@code auditctl -F}: {@code uid>=1000}, {@code ppid=17}, {@code exe=/usr/bin/make}
   * @throws IllegalArgumentException where it is none that we know; the message says which there are
   */
  public AuditRule narrowed(String condition) {
    int at = 0;
    while (at < condition.length() && "!=<>".indexOf(condition.charAt(at)) < 0) {
      at++;
    }
    for (int i = 0; i < OPERATORS.size(); i++) {
      if (condition.startsWith(OPERATORS.get(i), at)) {
        String value = condition.substring(at + OPERATORS.get(i).length());
        return narrowed(condition.substring(0, at), OPERATOR_BITS.get(i), value, condition);
      }
    }
    throw new IllegalArgumentException("'" + condition + "' is no condition; write FIELD, an operator of "
        + String.join(" ", OPERATORS) + ", and a value, such as uid>=1000");
  }

  private AuditRule narrowed(String name, int operator, String value, String whole) {
    Integer field = NARROWING.get(name.toLowerCase(Locale.ROOT));
    if (field == null) {
      throw new IllegalArgumentException("'" + whole + "': rules can be narrowed by "
          + String.join(", ", NARROWING.keySet().stream().sorted().toList()));
    }
    List<Condition> more = new ArrayList<>(fields);
    // The key stays last, as auditctl writes it.
    int at = more.isEmpty() || more.get(more.size() - 1).field != AUDIT_FILTERKEY ? more.size() : more.size() - 1;
    more.add(at, field == AUDIT_EXE ? path(operator, value, whole)
        : Condition.number(field, operator, number(value, whole)));
    return new AuditRule(list, action, syscalls, more);
  }

  private static Condition path(int operator, String value, String whole) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (!value.startsWith("/") || value.endsWith("/") || bytes.length >= LONGEST_PATH) {
      throw new IllegalArgumentException("'" + whole + "': give the full path of a program");
    }
    return Condition.text(AUDIT_EXE, operator, RawText.of(bytes));
  }

  private static long number(String value, String whole) {
    try {
      long number = value.equals("unset") || value.equals("-1") ? UNSET : Long.parseLong(value);
      if (number >= 0 && number <= UNSET) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException("'" + whole + "': give a number from 0 to " + UNSET + ", or unset");
  }

  /** Whether it carries that key. */
  public boolean hasKey(String key) {
    RawText text = RawText.of(key);
    return fields.stream().anyMatch(field -> field.field == AUDIT_FILTERKEY && field.text.equals(text));
  }

  /** Whether with it no task that is created gets what audit needs to report its syscalls: {@code -a never,task}. */
  boolean isNeverTask() {
    return list == AUDIT_FILTER_TASK && action == AUDIT_NEVER && fields.isEmpty();
  }
}
