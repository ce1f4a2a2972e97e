package io.taskhistory.history;

import java.util.Locale;

/**
 * One run of the kernel, from its start to the next.
 *
 * @param index counts the boots that a store has seen, from 0
 * @param id the kernel's {@code /proc/sys/kernel/random/boot_id}
 * @param wallStart the wall-clock time of the boot as first computed for it, never changed afterwards
 * @param clock how this boot's clocks related over time
 */
public record Boot(int index, String id, long wallStart, ClockLedger clock) {

  static final int KEY_LENGTH = 12;

  public Boot {
    if (!id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      throw new IllegalArgumentException("not a boot id: " + id.toLowerCase(Locale.ROOT));
    }
  }

  /** The part of the id that task ids carry. */
  public String key() {
    return id.substring(0, 8) + id.substring(9, 13);
  }

  /**
   * Whether it is one that a log told of. The kernel's ids are random (version 4 of RFC 9562); one that is made up for a
   * log is made of a name (version 3).
   */
  public boolean isImported() {
    return isImported(id);
  }

  /** The same of an id. */
  public static boolean isImported(String id) {
    return id.charAt(14) == '3';
  }

  /** The wall-clock time that people saw at {@code time}. */
  public long wallAt(long time) {
    return time <= 0 ? wallStart : clock.wallAt(time);
  }

  /** A boot is its id: the ledger grows. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Boot that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id;
  }
}
