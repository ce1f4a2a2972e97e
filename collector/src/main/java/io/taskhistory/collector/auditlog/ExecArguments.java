package io.taskhistory.collector.auditlog;

import static io.taskhistory.history.Details.MAX_ARGV_BYTES;

import io.taskhistory.history.RawText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The arguments of an exec out of its EXECVE records, in whatever order those come: audit_log_execve_info() in
 * kernel/auditsc.c.
 *
 * <pre>
 *   argc=3 a0="find" a1="/tmp" a2=2D6E616D6520      as many as fit
 *   a3_len=40000 a3[0]=61616161…                    one that does not fit is cut, and goes on
 *   a3[1]=61616161…                                 in the next record
 * </pre>
 */
final class ExecArguments {

  /** Some more than is kept at last, since a piece can come before those that it stands behind. */
  private static final int MOST_BYTES = 16 * MAX_ARGV_BYTES;
  private static final int MOST_PIECES = 4096;

  private static final byte[] LENGTH = "_len".getBytes(StandardCharsets.US_ASCII);

  /** By the number of the argument and, behind that, of the piece. */
  private final TreeMap<Long, RawText> pieces = new TreeMap<>();
  /** How long an argument in pieces is altogether, by its number. */
  private final Map<Long, Long> lengths = new HashMap<>();
  private long count = -1;
  private int bytes;
  private boolean isFull;

  /** What came of it: the arguments from the first on, and whether those are all. */
  record Arguments(List<RawText> list, boolean isCut) {}

  /** Takes in one EXECVE record. */
  void add(AuditRecord record) {
    long argc = record.decimal(Field.ARGC);
    if (argc >= 0) {
      count = argc;
    }
    for (int i = 0; i < record.fields() && !isFull; i++) {
      add(record, i);
    }
  }

  /** {@code a12}, {@code a12[3]}, {@code a12_len}, or something else. */
  private void add(AuditRecord record, int field) {
    byte[] all = record.bytes();
    int from = record.nameFrom(field) + 1;
    int to = record.valueFrom(field) - 1;
    int digits = from;
    while (digits < to && Bytes.isDigit(all[digits])) {
      digits++;
    }
    long argument = all[from - 1] == 'a' ? Bytes.decimal(all, from, digits, Integer.MAX_VALUE, -1) : -1;
    if (argument < 0) {
      return;
    }
    isFull = pieces.size() == MOST_PIECES || lengths.size() == MOST_PIECES;
    if (digits == to) {
      add(record, field, argument << 32);
    } else if (all[digits] == '[' && all[to - 1] == ']') {
      long piece = Bytes.decimal(all, digits + 1, to - 1, Integer.MAX_VALUE, -1);
      if (piece >= 0) {
        add(record, field, argument << 32 | piece);
      }
    } else if (Bytes.equal(all, digits, to, LENGTH) && !isFull) {
      lengths.put(argument, Bytes.decimal(all, to + 1, record.valueTo(field), Integer.MAX_VALUE, -1));
    }
  }

  private void add(AuditRecord record, int field, long place) {
    bytes += record.valueTo(field) - record.valueFrom(field);
    isFull |= bytes > MOST_BYTES;
    if (!isFull) {
      RawText text = record.text(field);
      pieces.put(place, text.isKnown() ? text : RawText.EMPTY);
    }
  }

  /** Whether nothing is missing of what was announced, or there is more than is kept anyway. */
  boolean isWhole() {
    return isFull || count >= 0 && (!arguments().isCut || bytes > 2 * MAX_ARGV_BYTES);
  }

  Arguments arguments() {
    List<RawText> list = new ArrayList<>();
    List<ByteArrayOutputStream> joined = joined();
    int left = MAX_ARGV_BYTES;
    for (ByteArrayOutputStream argument : joined) {
      int length = Math.min(argument.size(), left);
      list.add(RawText.of(argument.toByteArray(), 0, length));
      left -= length + 1;
      if (length < argument.size() || left <= 0) {
        return new Arguments(list, length < argument.size() || list.size() < count);
      }
    }
    return new Arguments(list, list.size() < count || isShort(joined));
  }

  /** The arguments up to the first of which a piece is missing, those in pieces put together. */
  private List<ByteArrayOutputStream> joined() {
    List<ByteArrayOutputStream> joined = new ArrayList<>();
    int expected = 0;
    for (Map.Entry<Long, RawText> entry : pieces.entrySet()) {
      long argument = entry.getKey() >>> 32;
      int piece = (int) (long) entry.getKey();
      if (piece == 0 && argument == joined.size()) {
        joined.add(new ByteArrayOutputStream());
        expected = 0;
      } else if (argument != joined.size() - 1 || piece != expected) {
        break;
      }
      expected++;
      joined.get(joined.size() - 1).writeBytes(entry.getValue().toByteArray());
    }
    return joined;
  }

  /** Whether the last is in pieces of which some are missing; older kernels count the hexadecimal digits. */
  private boolean isShort(List<ByteArrayOutputStream> joined) {
    Long length = lengths.get(joined.size() - 1L);
    if (length == null) {
      return false;
    }
    int size = joined.get(joined.size() - 1).size();
    return size != length && 2L * size != length;
  }
}
