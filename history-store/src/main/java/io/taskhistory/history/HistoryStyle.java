package io.taskhistory.history;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a history is written on one line. A limit drops the oldest items until at most {@code limit - 3} bytes remain, as
 * the kernel patch did with its buffer. All text is ASCII, so characters are bytes.
 */
public enum HistoryStyle {

  /** {@code name=swapper/0;pid=1;start=20230811194329=>name=init;pid=1;start=20230811194343}. */
  KERNEL("=>", 1024) {
    @Override
    public String item(Boot boot, Entry entry) {
      return "name=" + Escapes.kernel(entry.name()) + ";pid=" + entry.pid() + ";start="
          + seconds(boot.wallAt(entry.time()));
    }
  },

  /** {@code swapper/0=>init=>systemd=>sshd=>bash}. */
  NAMES("=>", 0) {
    @Override
    public String item(Boot boot, Entry entry) {
      return Escapes.kernel(entry.name());
    }
  },

  /** {@code <kernel> /usr/lib/systemd/systemd /usr/sbin/sshd /usr/bin/bash}, as TOMOYO writes a domain. */
  DOMAIN(" ", 0) {
    @Override
    public String item(Boot boot, Entry entry) {
      if (entry.isRoot()) {
        return "<kernel>";
      }
      RawText program = entry.details().program();
      // TOMOYO leaves a question mark alone; in a name it would look like the sign for what nobody knows.
      return program.isKnown()
          ? Escapes.tomoyo(program)
          : entry.name().isKnown() ? Escapes.tomoyo(entry.name()).replace("?", "\\077") : "?";
    }
  };

  /** The smallest limit that leaves room for any one item of the kernel style. */
  public static final int MIN_LIMIT = 256;

  private static final int SECONDS_A_DAY = 86_400;

  private final String separator;
  private final int defaultLimit;

  HistoryStyle(String separator, int defaultLimit) {
    this.separator = separator;
    this.defaultLimit = defaultLimit;
  }

  /** What stands for one entry, without the separator. */
  public abstract String item(Boot boot, Entry entry);

  /** What stands between two items. */
  public String separator() {
    return separator;
  }

  /** The style that {@code label} names in a query or on the command line. */
  public static Optional<HistoryStyle> of(String label) {
    for (HistoryStyle style : values()) {
      if (style.label().equals(label)) {
        return Optional.of(style);
      }
    }
    return Optional.empty();
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The limit where none is asked for, in bytes; 0 is none. */
  public int defaultLimit() {
    return defaultLimit;
  }

  /**
   * {@code history} in this style.
   *
   * @param limit in bytes, 0 for none
   * @throws IllegalArgumentException for a limit that {@link #isLimit} refuses
   */
  public String write(History history, int limit) {
    if (!isLimit(limit)) {
      throw new IllegalArgumentException("limit " + limit + ": 0 or at least " + MIN_LIMIT);
    }
    List<String> newestFirst = new ArrayList<>(history.entries().size());
    int room = limit == 0 ? Integer.MAX_VALUE : limit - 3;
    for (int i = history.entries().size() - 1; i >= 0; i--) {
      String item = item(history.boot(), history.entries().get(i));
      room -= item.length() + (newestFirst.isEmpty() ? 0 : separator.length());
      if (room < 0 && !newestFirst.isEmpty()) {
        break;
      }
      newestFirst.add(item);
    }
    Collections.reverse(newestFirst);
    return String.join(separator, newestFirst);
  }

  public static boolean isLimit(int limit) {
    return limit == 0 || limit >= MIN_LIMIT;
  }

  /** {@code YYYYMMDDhhmmss} in UTC. By hand, since enriching a log writes millions, and a formatter takes most of it. */
  private static String seconds(long wall) {
    long seconds = Math.floorDiv(wall, 1_000_000_000L);
    int ofDay = Math.floorMod(seconds, SECONDS_A_DAY);
    long digits = Day.digits(Math.floorDiv(seconds, SECONDS_A_DAY)) * 1_000_000
        + ofDay / 3600 * 10_000 + ofDay / 60 % 60 * 100 + ofDay % 60;
    return Long.toString(digits);
  }

  /** A day and its {@code YYYYMMDD}: the items of a history are mostly of one. Any thread may replace the last. */
  private record Day(long number, long digits) {

    private static volatile Day last = new Day(0, 19700101);

    static long digits(long number) {
      Day day = last;
      if (day.number != number) {
        LocalDate date = LocalDate.ofEpochDay(number);
        day = new Day(number, (date.getYear() * 100L + date.getMonthValue()) * 100 + date.getDayOfMonth());
        last = day;
      }
      return day.digits;
    }
  }
}
