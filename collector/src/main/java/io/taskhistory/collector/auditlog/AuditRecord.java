package io.taskhistory.collector.auditlog;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One audit record, looked at where its bytes lie: {@link #parse} it, ask, and parse the next one with the same object.
 *
 * <pre>
 *   node=web1 type=SYSCALL msg=audit(1691750738.271:108): arch=c000003e … comm="bash" key=(null)GARCH=x86_64
 *        node      type              stamp       serial   fields                             ^ 0x1d
 *   type=USER_LOGIN msg=audit(…): pid=7 uid=0 … msg='op=login acct="root" exe="/usr/sbin/sshd" res=success'
 * </pre>
 *
 * <p>A value is quoted where all its bytes are printable, and written in hexadecimal where one is not or is a space or a
 * quote: audit_log_n_untrustedstring() in kernel/audit.c. Of several fields with one name the first counts, those of a
 * program's own {@code msg='…'} after all others, as any program with CAP_AUDIT_WRITE chooses those.
 *
 * <p>Nothing is made for a record but what {@link #text} returns. Not for several threads.
 */
public final class AuditRecord {

  /** A field is not there, or its value is no number of the kind that was asked for. */
  public static final long NO_NUMBER = Long.MIN_VALUE;

  /** No record is longer: MAX_AUDIT_MESSAGE_LENGTH (8970) and what an enriched log adds, with room to spare. */
  public static final int MAX_LENGTH = 1 << 16;

  /** A host name has 253 bytes at most; readers keep it with each event that is open. */
  private static final int MAX_NODE = 512;

  /** Of {@code SECONDS.FRACTION:SERIAL}, which readers keep too: no more than 64 bits of each, and no rows of zeros. */
  private static final int MAX_IDENTITY = 48;

  private static final byte[] NODE = ascii("node=");
  private static final byte[] TYPE = ascii("type=");
  private static final byte[] MSG = ascii(" msg=audit(");
  private static final byte[] AUDIT = ascii("audit(");
  private static final byte[] YES = ascii("yes");

  /** Ten digits are seconds until the year 2286; more than thirteen would not fit as nanoseconds. */
  private static final long MOST_SECONDS = Long.MAX_VALUE / 1_000_000_000 - 1;

  private byte[] bytes = new byte[0];
  private int from;
  private int to;
  private int nodeTo;
  private int type = RecordTypes.OTHER;
  private int typeFrom;
  private int typeTo;
  private int stampFrom;
  private int stampTo;
  private int serialTo;
  private long stamp;
  private long serial;
  private int bodyFrom;

  /** Looked for when the first is asked for. */
  private final FieldTable table = new FieldTable();
  private boolean isSplit;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Looks at one line of a log, without its newline.
   *
   * @return whether it is an audit record; where it is none, nothing else may be asked
   */
  public boolean parse(byte[] bytes, int from, int to) {
    begin(bytes, from, to);
    if (to - from > MAX_LENGTH) {
      return false;
    }
    int at = from;
    nodeTo = from;
    if (Bytes.startWith(bytes, at, to, NODE)) {
      nodeTo = Bytes.next(' ', bytes, at, to);
      if (nodeTo - at > MAX_NODE) {
        return false;
      }
      at = Math.min(to, nodeTo + 1);
    }
    if (!Bytes.startWith(bytes, at, to, TYPE)) {
      return false;
    }
    typeFrom = at + TYPE.length;
    typeTo = Bytes.next(' ', bytes, typeFrom, to);
    if (typeTo == typeFrom || !Bytes.startWith(bytes, typeTo, to, MSG)) {
      return false;
    }
    type = RecordTypes.number(bytes, typeFrom, typeTo);
    return parseStamp(typeTo + MSG.length);
  }

  /**
   * Looks at what a netlink message of the kernel carries.
   *
   * @param type {@code nlmsg_type}
   * @return whether it is an audit record
   */
  public boolean parsePayload(int type, byte[] bytes, int from, int to) {
    begin(bytes, from, to);
    this.type = type;
    nodeTo = from;
    typeFrom = from;
    typeTo = from;
    return to - from <= MAX_LENGTH && Bytes.startWith(bytes, from, to, AUDIT) && parseStamp(from + AUDIT.length);
  }

  private void begin(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    isSplit = false;
  }

  /** {@code SECONDS.FRACTION:SERIAL)}, and a colon, which some records of the daemon lack. */
  private boolean parseStamp(int at) {
    stampFrom = at;
    int dot = Bytes.next('.', bytes, at, to);
    int colon = Bytes.next(':', bytes, dot, to);
    int end = Bytes.next(')', bytes, colon, to);
    if (end >= to || end - at > MAX_IDENTITY) {
      return false;
    }
    stampTo = colon;
    serialTo = end;
    long seconds = Bytes.decimal(bytes, at, dot, MOST_SECONDS, -1);
    int digits = colon - dot - 1;
    long fraction = digits > 9 ? -1 : Bytes.decimal(bytes, dot + 1, colon, Integer.MAX_VALUE, -1);
    serial = Bytes.decimal(bytes, colon + 1, end, Long.MAX_VALUE, -1);
    if (seconds < 0 || fraction < 0 || serial < 0) {
      return false;
    }
    for (int i = digits; i < 9; i++) {
      fraction *= 10;
    }
    stamp = seconds * 1_000_000_000 + fraction;
    bodyFrom = end + 1 < to && bytes[end + 1] == ':' ? end + 2 : end + 1;
    return true;
  }

  /** Its number, one of {@link RecordTypes}; {@link RecordTypes#OTHER} for a name that is not among them. */
  public int type() {
    return type;
  }

  /** The name of its type as it stands in the log; empty for the kernel's own message. */
  public String typeName() {
    return new String(bytes, typeFrom, typeTo - typeFrom, StandardCharsets.ISO_8859_1);
  }

  /** When the event happened, by the wall clock, in nanoseconds: the last tick before the syscall was entered. */
  public long stamp() {
    return stamp;
  }

  /** Counts the kernel's events since boot, with 32 bits. */
  public long serial() {
    return serial;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int from() {
    return from;
  }

  public int to() {
    return to;
  }

  /** Where {@code node=NAME} ends, which begins at {@link #from}; that itself where there is none. */
  public int nodeTo() {
    return nodeTo;
  }

  /** Where {@code 1691750738.271:108} begins. */
  public int stampFrom() {
    return stampFrom;
  }

  /** Where the stamp's seconds end and the colon before the serial stands. */
  public int stampTo() {
    return stampTo;
  }

  /** Where {@code 1691750738.271:108} ends. */
  public int serialTo() {
    return serialTo;
  }

  /** Whether it belongs to the same event as another record, by machine, time and serial. */
  public boolean isOfEvent(long stamp, long serial, byte[] node, int nodeFrom, int nodeTo) {
    return this.stamp == stamp && this.serial == serial
        && Arrays.equals(bytes, from, this.nodeTo, node, nodeFrom, nodeTo);
  }

  /** Which field that is, to ask for its value; -1 where there is none. */
  public int find(Field field) {
    return table().find(field);
  }

  private FieldTable table() {
    if (!isSplit) {
      isSplit = true;
      table.fill(bytes, bodyFrom, to);
    }
    return table;
  }

  public boolean has(Field field) {
    return find(field) >= 0;
  }

  /** Where the {@code i}th field's name begins, which goes on to the {@code =} before its value. */
  public int nameFrom(int i) {
    return table.nameFrom(i);
  }

  /** Where the {@code i}th field's value begins, quotes included. */
  public int valueFrom(int i) {
    return table.valueFrom(i);
  }

  public int valueTo(int i) {
    return table.valueTo(i);
  }

  /** How many fields it has. */
  public int fields() {
    return table().size();
  }

  /** The name of the {@code i}th. */
  public String name(int i) {
    return new String(bytes, nameFrom(i), valueFrom(i) - nameFrom(i) - 1, StandardCharsets.ISO_8859_1);
  }

  /** A decimal number, which may be negative; {@link #NO_NUMBER} where there is none. */
  public long decimal(Field field) {
    int i = find(field);
    if (i < 0) {
      return NO_NUMBER;
    }
    int start = valueFrom(i);
    if (start < valueTo(i) && bytes[start] == '-') {
      long value = Bytes.decimal(bytes, start + 1, valueTo(i), Long.MAX_VALUE, NO_NUMBER);
      return value == NO_NUMBER ? value : -value;
    }
    return Bytes.decimal(bytes, start, valueTo(i), Long.MAX_VALUE, NO_NUMBER);
  }

  /** A hexadecimal number of at most 64 bits, as {@code arch} and {@code a0} are; {@code otherwise} where there is none. */
  public long hex(Field field, long otherwise) {
    int i = find(field);
    if (i < 0 || valueFrom(i) == valueTo(i) || valueTo(i) - valueFrom(i) > 16) {
      return otherwise;
    }
    long value = 0;
    for (int at = valueFrom(i); at < valueTo(i); at++) {
      int digit = Bytes.hexDigit(bytes[at]);
      if (digit < 0) {
        return otherwise;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /** A pid; -1 where there is none that could be one. */
  public int pid(Field field) {
    int i = find(field);
    return i < 0 ? -1 : (int) Bytes.decimal(bytes, valueFrom(i), valueTo(i), Integer.MAX_VALUE, -1);
  }

  /** Whether the syscall succeeded, as {@code success} says. */
  public boolean isSuccess() {
    int i = find(Field.SUCCESS);
    return i >= 0 && Bytes.equal(bytes, valueFrom(i), valueTo(i), YES);
  }

  /**
   * Bytes that somebody chose, decoded: what stands in quotes, or hexadecimal digits. Unknown where there is none, or it
   * is {@code (null)}, {@code (none)} or {@code ?}.
   */
  public RawText text(Field field) {
    int i = find(field);
    return i < 0 ? RawText.UNKNOWN : text(i);
  }

  /** Whether a field's value, without quotes if it has any, is that word. */
  public boolean isWord(Field field, byte[] word) {
    int i = find(field);
    if (i < 0) {
      return false;
    }
    boolean quoted = valueTo(i) - valueFrom(i) > 1 && bytes[valueFrom(i)] == '"';
    return Bytes.equal(bytes, valueFrom(i) + (quoted ? 1 : 0), valueTo(i) - (quoted ? 1 : 0), word);
  }

  /** The same of the {@code i}th field. */
  public RawText text(int i) {
    int start = valueFrom(i);
    int end = valueTo(i);
    if (start == end) {
      return RawText.UNKNOWN;
    }
    if (bytes[start] == '"') {
      boolean isClosed = end - start > 1 && bytes[end - 1] == '"';
      return RawText.of(bytes, start + 1, end - start - (isClosed ? 2 : 1));
    }
    if (bytes[start] == '(' || bytes[start] == '?') {
      return RawText.UNKNOWN;
    }
    return decoded(start, end);
  }

  /** Hexadecimal digits as the bytes that they stand for; anything else as it stands. */
  private RawText decoded(int start, int end) {
    if ((end - start) % 2 != 0) {
      return RawText.of(bytes, start, end - start);
    }
    byte[] plain = new byte[(end - start) / 2];
    for (int i = 0; i < plain.length; i++) {
      int high = Bytes.hexDigit(bytes[start + 2 * i]);
      int low = Bytes.hexDigit(bytes[start + 2 * i + 1]);
      if (high < 0 || low < 0) {
        return RawText.of(bytes, start, end - start);
      }
      plain[i] = (byte) (high << 4 | low);
    }
    return RawText.of(plain);
  }
}
