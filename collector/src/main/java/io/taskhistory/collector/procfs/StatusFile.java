package io.taskhistory.collector.procfs;

import io.taskhistory.history.Details;
import java.nio.charset.StandardCharsets;

/** The lines of {@code /proc/PID/status} that we use (proc_pid_status(5)). */
final class StatusFile {

  private final String text;

  /** Of its first bytes. A line that is cut off counts as missing. */
  StatusFile(byte[] bytes) {
    String all = new String(bytes, StandardCharsets.ISO_8859_1);
    text = "\n" + all.substring(0, all.lastIndexOf('\n') + 1);
  }

  /**
   * One number of a line.
   *
   * @param key as {@code Uid}
   * @param column from 0; -1 is the last
   * @return {@link Details#UNKNOWN_NUMBER} where there is none
   */
  long number(String key, int column) {
    int at = text.indexOf("\n" + key + ":");
    if (at < 0) {
      return Details.UNKNOWN_NUMBER;
    }
    int from = at + key.length() + 2;
    String[] columns = text.substring(from, text.indexOf('\n', from)).strip().split("\\s+");
    int index = column < 0 ? columns.length + column : column;
    return index < columns.length ? parse(columns[index]) : Details.UNKNOWN_NUMBER;
  }

  /** A number of 32 bits without a sign, or {@link Details#UNKNOWN_NUMBER}. */
  static long parse(String number) {
    try {
      return Integer.toUnsignedLong(Integer.parseUnsignedInt(number));
    } catch (NumberFormatException e) {
      return Details.UNKNOWN_NUMBER;
    }
  }
}
