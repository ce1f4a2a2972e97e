package io.taskhistory.api.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a file system is to be left free.
 *
 * @param amount in MiB, or in percent of the file system
 */
public record Space(long amount, boolean isShare) {

  static final String CHOICES = "write MiB, as in 75, or a share of the file system, as in 5%; 0 for no limit";

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,9})(%?)");
  private static final int MIB_SHIFT = 20;

  static Space parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(CHOICES);
    }
    Space space = new Space(Long.parseLong(m.group(1)), !m.group(2).isEmpty());
    if (space.isShare && space.amount > 99) {
      throw new IllegalArgumentException("a share has to be below 100%");
    }
    return space;
  }

  /** In bytes, on a file system of that size. */
  long of(long total) {
    return isShare ? total / 100 * amount : amount << MIB_SHIFT;
  }

  @Override
  public String toString() {
    return amount + (isShare ? "%" : " MiB");
  }
}
