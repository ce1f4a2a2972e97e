package io.taskhistory.collector.audit;

import io.taskhistory.collector.audit.AuditRule.Condition;
import io.taskhistory.history.RawText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An audit rule as the kernel takes and shows it: {@code struct audit_rule_data} of include/uapi/linux/audit.h, in
 * native byte order.
 *
 * <pre>
 *   0       4        8             12             268             524             780                1036     1040
 *   +-------+--------+-------------+--------------+---------------+---------------+------------------+--------+-----
 *   | flags | action | field_count | mask[64]     | fields[64]    | values[64]    | fieldflags[64]   | buflen | buf
 *   +-------+--------+-------------+--------------+---------------+---------------+------------------+--------+-----
 *     list                           bit 32 i + j   AUDIT_…         number, or      operator                    texts,
 *                                    of word i is                   length of                                   one after
 *                                    syscall 32 i+j                 the text                                    another
 * </pre>
 */
final class RuleData {

  static final int FIXED = 1040;

  private static final int WORDS = 64;
  private static final int SYSCALLS = WORDS * Integer.SIZE;
  private static final int ACTION = 4;
  private static final int FIELD_COUNT = 8;
  private static final int MASK = 12;
  private static final int FIELDS = 268;
  private static final int VALUES = 524;
  private static final int OPERATORS = 780;
  private static final int BUFLEN = 1036;

  /** AUDIT_FILTER_PREPEND, where to put a rule; never shown. */
  private static final int LIST = 0x0f;

  /**
   * Fields with text, as audit_krule_to_data() in kernel/auditfilter.c tells them from those with a number: labels of
   * subjects and objects, AUDIT_WATCH, AUDIT_DIR, AUDIT_EXE, AUDIT_FILTERKEY.
   */
  private static final Set<Integer> TEXTS =
      Set.of(13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 105, 107, AuditRule.AUDIT_EXE, AuditRule.AUDIT_FILTERKEY);

  private RuleData() {}

  /** Writes a rule at {@code at}; its length. */
  static int put(ByteBuffer target, int at, AuditRule rule) {
    for (int i = 0; i < FIXED; i++) {
      target.put(at + i, (byte) 0);
    }
    target.putInt(at, rule.list()).putInt(at + ACTION, rule.action()).putInt(at + FIELD_COUNT, rule.fields().size());
    BitSet syscalls = rule.syscalls();
    for (int number = syscalls.nextSetBit(0); number >= 0 && number < SYSCALLS;
        number = syscalls.nextSetBit(number + 1)) {
      int word = at + MASK + number / Integer.SIZE * Integer.BYTES;
      target.putInt(word, target.getInt(word) | 1 << number % Integer.SIZE);
    }
    int texts = 0;
    for (int i = 0; i < rule.fields().size(); i++) {
      Condition field = rule.fields().get(i);
      target.putInt(at + FIELDS + i * Integer.BYTES, field.field());
      target.putInt(at + VALUES + i * Integer.BYTES, field.value());
      target.putInt(at + OPERATORS + i * Integer.BYTES, field.operator());
      target.put(at + FIXED + texts, field.text().toByteArray());
      texts += field.text().length();
    }
    target.putInt(at + BUFLEN, texts);
    return FIXED + texts;
  }

  /** The rule in {@code length} bytes at {@code at}; empty where they are none. */
  static Optional<AuditRule> parse(ByteBuffer source, int at, int length) {
    if (length < FIXED || source.getInt(at + FIELD_COUNT) < 0 || source.getInt(at + FIELD_COUNT) > WORDS) {
      return Optional.empty();
    }
    List<Condition> fields = new ArrayList<>();
    int texts = FIXED;
    for (int i = 0; i < source.getInt(at + FIELD_COUNT); i++) {
      int field = source.getInt(at + FIELDS + i * Integer.BYTES);
      int value = source.getInt(at + VALUES + i * Integer.BYTES);
      RawText text = RawText.EMPTY;
      if (TEXTS.contains(field)) {
        if (value < 0 || value > length - texts) {
          return Optional.empty();
        }
        byte[] bytes = new byte[value];
        source.get(at + texts, bytes);
        text = RawText.of(bytes);
        texts += value;
      }
      fields.add(new Condition(field, source.getInt(at + OPERATORS + i * Integer.BYTES), value, text));
    }
    BitSet syscalls = new BitSet();
    for (int number = 0; number < SYSCALLS; number++) {
      int word = source.getInt(at + MASK + number / Integer.SIZE * Integer.BYTES);
      syscalls.set(number, (word >>> number % Integer.SIZE & 1) != 0);
    }
    return Optional.of(new AuditRule(source.getInt(at) & LIST, source.getInt(at + ACTION), syscalls, fields));
  }
}
