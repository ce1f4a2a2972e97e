package io.taskhistory.api.audisp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the service makes of some records: the same bytes, with records of type 1340 between them, and a line of counts
 * at the end, which tells that it is whole. Nothing else gets into the log: whatever goes wrong with the service, the
 * records are those that auditd gave.
 */
final class Answer {

  private static final byte[] HISTORY = "type=UNKNOWN[1340] ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NODE = "node=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SUMMARY = "#taskhistory ".getBytes(StandardCharsets.US_ASCII);

  private Answer() {}

  /** How much of {@code answer} is for the log; −1 where it is no answer to these {@code records}. */
  static int length(byte[] records, byte[] answer, int length) {
    int record = 0;
    int line = 0;
    while (line < length) {
      int next = lineEnd(answer, line, length);
      int nextRecord = lineEnd(records, record, records.length);
      if (record < records.length && Arrays.equals(answer, line, next, records, record, nextRecord)) {
        record = nextRecord;
      } else if (starts(answer, line, next, SUMMARY)) {
        return record == records.length && next == length ? line : -1;
      } else if (!isHistory(answer, line, next)) {
        return -1;
      }
      line = next;
    }
    return -1;
  }

  private static boolean isHistory(byte[] text, int from, int to) {
    int type = from;
    if (starts(text, from, to, NODE)) {
      while (type < to && text[type++] != ' ') {
        // The name of the node.
      }
    }
    return starts(text, type, to, HISTORY) && text[to - 1] == '\n';
  }

  private static boolean starts(byte[] text, int from, int to, byte[] with) {
    return to - from >= with.length && Arrays.equals(text, from, from + with.length, with, 0, with.length);
  }

  private static int lineEnd(byte[] text, int from, int to) {
    int end = from;
    while (end < to && text[end++] != '\n') {
      // The line goes on.
    }
    return end;
  }
}
