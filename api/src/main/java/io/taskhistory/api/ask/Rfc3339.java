package io.taskhistory.api.ask;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;

/** Times as RFC 3339 writes them, always with nine digits of fraction and in UTC when we write. */
public final class Rfc3339 {

  private static final long SECOND = 1_000_000_000L;
  private static final int SECONDS_A_DAY = 86_400;
  /** What a signed 64-bit number of nanoseconds since 1970 can hold, in whole seconds. */
  private static final long MAX_SECONDS = Long.MAX_VALUE / SECOND - 1;

  private Rfc3339() {}

  /** The day that was written last: an answer has dozens of times, nearly all of one day. Any thread may replace it. */
  private static volatile Day lastDay = new Day(0, LocalDate.EPOCH);

  private record Day(long number, LocalDate date) {

    static LocalDate date(long number) {
      Day day = lastDay;
      if (day.number != number) {
        day = new Day(number, LocalDate.ofEpochDay(number));
        lastDay = day;
      }
      return day.date;
    }
  }

  /** {@code wall}, nanoseconds since 1970 UTC, as {@code 2023-08-11T10:45:38.271000000Z}. */
  public static String write(long wall) {
    long seconds = Math.floorDiv(wall, SECOND);
    LocalDate date = Day.date(Math.floorDiv(seconds, SECONDS_A_DAY));
    int ofDay = Math.floorMod(seconds, SECONDS_A_DAY);
    byte[] out = "0000-00-00T00:00:00.000000000Z".getBytes(StandardCharsets.ISO_8859_1);
    digits(out, date.getYear(), 4);
    digits(out, date.getMonthValue(), 7);
    digits(out, date.getDayOfMonth(), 10);
    digits(out, ofDay / 3600, 13);
    digits(out, ofDay / 60 % 60, 16);
    digits(out, ofDay % 60, 19);
    digits(out, (int) Math.floorMod(wall, SECOND), 29);
    return new String(out, StandardCharsets.ISO_8859_1);
  }

  /** {@code time} as seconds with nine digits of fraction. */
  public static String writeSeconds(long time) {
    byte[] fraction = ".000000000".getBytes(StandardCharsets.ISO_8859_1);
    digits(fraction, (int) (time % SECOND), fraction.length);
    return time / SECOND + new String(fraction, StandardCharsets.ISO_8859_1);
  }

  /** Puts them over the zeros before {@code end}. */
  private static void digits(byte[] out, int value, int end) {
    int at = end;
    for (int left = value; left > 0; left /= 10) {
      out[--at] = (byte) ('0' + left % 10);
    }
  }

  /** Nanoseconds since 1970 UTC, or {@link #NO_TIME} where {@code text} is not RFC 3339 or not in range. */
  static long parse(String text) {
    Scan in = new Scan(text);
    long year = in.number(4, 4);
    in.expect('-', '-');
    long month = in.number(2, 2);
    in.expect('-', '-');
    long day = in.number(2, 2);
    in.expect('T', 't');
    long hour = in.number(2, 2);
    in.expect(':', ':');
    long minute = in.number(2, 2);
    in.expect(':', ':');
    long second = in.number(2, 2);
    long fraction = in.fraction();
    long offset = offset(in);
    // A leap second is written :60; UTC as computers count it has it as the next second.
    if (!in.isWhole() || hour > 23 || minute > 59 || second > 60) {
      return Scan.NONE;
    }
    try {
      long days = LocalDate.of((int) year, (int) month, (int) day).toEpochDay();
      return nanos(days * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - offset, fraction);
    } catch (DateTimeException e) {
      return Scan.NONE;
    }
  }

  /** {@code 1691750738.271} in nanoseconds, or {@link #NO_TIME}. */
  static long parseSeconds(String text, int from) {
    Scan in = new Scan(text, from);
    long seconds = in.number(1, 10);
    long fraction = in.fraction();
    return in.isWhole() ? nanos(seconds, fraction) : Scan.NONE;
  }

  private static long nanos(long seconds, long fraction) {
    return Math.abs(seconds) > MAX_SECONDS ? Scan.NONE : seconds * SECOND + fraction;
  }

  private static long offset(Scan in) {
    if (in.take('Z') || in.take('z')) {
      return 0;
    }
    boolean east = in.take('+');
    if (!east) {
      in.expect('-', '-');
    }
    long hours = in.number(2, 2);
    in.expect(':', ':');
    long minutes = in.number(2, 2);
    if (hours > 23 || minutes > 59) {
      in.fail();
    }
    return (east ? 1 : -1) * (hours * 3600 + minutes * 60);
  }

  /** A walk over a text from left to right that remembers whether everything was as expected. */
  private static final class Scan {

    static final long NONE = Long.MIN_VALUE;

    private final String text;
    private int at;
    private boolean failed;

    Scan(String text) {
      this(text, 0);
    }

    Scan(String text, int from) {
      this.text = text;
      this.at = from;
    }

    void fail() {
      failed = true;
    }

    boolean isWhole() {
      return !failed && at == text.length();
    }

    boolean take(char c) {
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    void expect(char one, char other) {
      if (!take(one) && !take(other)) {
        fail();
      }
    }

    long number(int least, int most) {
      long value = 0;
      int digits = 0;
      while (digits < most && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        value = value * 10 + text.charAt(at++) - '0';
        digits++;
      }
      if (digits < least) {
        fail();
      }
      return value;
    }

    /** Nanoseconds from {@code .271}, or 0 where there is no fraction. */
    long fraction() {
      if (!take('.')) {
        return 0;
      }
      int from = at;
      long value = number(1, 9);
      for (int digits = at - from; digits < 9; digits++) {
        value *= 10;
      }
      return value;
    }
  }

  /** What {@link #parse} and {@link #parseSeconds} return for a text that is no time. */
  static final long NO_TIME = Scan.NONE;
}
