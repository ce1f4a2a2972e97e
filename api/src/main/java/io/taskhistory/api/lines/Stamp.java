package io.taskhistory.api.lines;

import io.taskhistory.api.ask.AskedTime;
import io.taskhistory.api.ask.Refusal;

/**
 * A time as a log writes it.
 *
 * @param nanos since 1970, or since the boot
 * @param precision how long after that it can have been, in nanoseconds, since digits were left out
 * @param isMonotonic whether it counts from the boot
 */
record Stamp(long nanos, long precision, boolean isMonotonic) {

  private static final long SECOND = 1_000_000_000L;
  private static final int MAX_DIGITS = 19;
  /** Later than any log, and so early that something can be added. */
  private static final long MAX = Long.MAX_VALUE / 2;

  /** A text that is no time. */
  static final Stamp NONE = new Stamp(-1, 0, false);

  boolean isKnown() {
    return this != NONE;
  }

  /** Reads {@code text}, or {@link #NONE}. */
  static Stamp parse(String text, TimeFormat format) {
    return switch (format) {
      case RFC3339 -> rfc3339(text);
      case EPOCH -> decimal(text, SECOND, false);
      case EPOCH_MS -> decimal(text, SECOND / 1_000, false);
      case EPOCH_US -> decimal(text, 1_000, false);
      case EPOCH_NS -> decimal(text, 1, false);
      case MONO_US -> decimal(text, 1_000, true);
      case AUTO -> text.indexOf('-') > 0 ? rfc3339(text) : decimal(text, unit(text), false);
    };
  }

  /** Seconds since 1970 have ten digits until 2286, and each finer unit has three more. */
  private static long unit(String text) {
    int point = text.indexOf('.');
    int digits = point < 0 ? text.length() : point;
    return digits < 12 ? SECOND : digits < 15 ? SECOND / 1_000 : digits < 18 ? 1_000 : 1;
  }

  private static Stamp rfc3339(String text) {
    int space = text.indexOf(' ');
    try {
      AskedTime time = AskedTime.parse("time", space < 0 ? text : text.replace(' ', 'T'));
      int point = text.indexOf('.');
      int digits = 0;
      while (point > 0 && point + 1 + digits < text.length() && Character.isDigit(text.charAt(point + 1 + digits))) {
        digits++;
      }
      boolean isTime = !time.monotonic() && time.nanos() >= 0 && time.nanos() <= MAX;
      return isTime ? new Stamp(time.nanos(), scale(SECOND, digits), false) : NONE;
    } catch (Refusal e) {
      return NONE;
    }
  }

  /** {@code text} times {@code unit}, with a fraction or without. */
  static Stamp decimal(String text, long unit, boolean isMonotonic) {
    long value = 0;
    long precision = 0;
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && precision == 0 && digits > 0) {
        value *= unit;
        precision = unit;
      } else if (c >= '0' && c <= '9' && precision == 0 && ++digits <= MAX_DIGITS) {
        value = value * 10 + c - '0';
      } else if (c >= '0' && c <= '9' && precision > 0) {
        precision /= 10;
        value += (c - '0') * precision;
        precision = Math.max(1, precision);
      } else {
        return NONE;
      }
    }
    if (digits == 0) {
      return NONE;
    }
    if (precision == 0) {
      long whole = value;
      value = whole * unit;
      precision = unit;
      if (whole > Long.MAX_VALUE / unit) {
        return NONE;
      }
    }
    return value < 0 || value > MAX ? NONE : new Stamp(value, precision, isMonotonic);
  }

  private static long scale(long unit, int digits) {
    long scaled = unit;
    for (int i = 0; i < digits; i++) {
      scaled /= 10;
    }
    return Math.max(1, scaled);
  }
}
