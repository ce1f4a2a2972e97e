package io.taskhistory.collector.auditlog;

import java.util.Arrays;

/**
 * Where the fields of one record lie: {@code name=value}, {@code name="value"}, and those within a program's own
 * {@code msg='…'}, which come last.
 */
final class FieldTable {

  /** Between what the kernel wrote and what auditd added for people: AUDIT_INTERP_SEPARATOR of libaudit.h. */
  private static final byte ENRICHED = 0x1d;

  private static final int FEW_FIELDS = 64;
  private static final int MOST_FIELDS = 4096;

  private byte[] bytes = new byte[0];

  /** For each field, where its name begins, where its value does and ends. */
  private long[] keys = new long[FEW_FIELDS];
  private int[] places = new int[FEW_FIELDS * 3];
  private int fields;

  /** Looks for the fields of a record's body. */
  void fill(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    fields = 0;
    split(from, to, false);
  }

  int size() {
    return fields;
  }

  /** The first of that name; -1 where there is none. */
  int find(Field field) {
    for (int i = 0; i < fields; i++) {
      if (keys[i] == field.key && Bytes.equal(bytes, nameFrom(i), valueFrom(i) - 1, field.name)) {
        return i;
      }
    }
    return -1;
  }

  int nameFrom(int i) {
    return places[i * 3];
  }

  int valueFrom(int i) {
    return places[i * 3 + 1];
  }

  int valueTo(int i) {
    return places[i * 3 + 2];
  }

  /** Notes where fields begin and end; those of a program's own message last. */
  private void split(int start, int end, boolean inside) {
    int messageFrom = -1;
    int messageTo = -1;
    int at = start;
    while (at < end) {
      if (isSeparator(bytes[at])) {
        at++;
        continue;
      }
      long key = Field.START;
      int name = at;
      while (at < end && bytes[at] != '=' && !isSeparator(bytes[at])) {
        key = Field.mixed(key, bytes[at]);
        at++;
      }
      if (at == end || bytes[at] != '=') {
        continue; // a word without a value
      }
      int value = ++at;
      byte quote = at < end ? bytes[at] : 0;
      if (quote == '\'' && !inside) {
        at = lastQuote(at, end);
        messageFrom = value + 1;
        messageTo = at;
        at = Math.min(end, at + 1);
      } else if (quote == '"') {
        at = Bytes.next('"', bytes, at + 1, end);
        at = Math.min(end, at + 1);
      } else {
        while (at < end && !isSeparator(bytes[at])) {
          at++;
        }
      }
      add(key, name, value, at);
    }
    if (messageFrom >= 0) {
      split(messageFrom, messageTo, true);
    }
  }

  /** A program's message ends with the last quote of what the kernel wrote: it may have some of its own. */
  private int lastQuote(int start, int end) {
    int limit = Bytes.next(ENRICHED, bytes, start, end);
    int at = limit - 1;
    while (at > start && bytes[at] != '\'') {
      at--;
    }
    return at > start ? at : limit;
  }

  private static boolean isSeparator(byte b) {
    return b == ' ' || b == ENRICHED || b == ',' || b == '\n' || b == 0;
  }

  private void add(long key, int name, int value, int end) {
    if (fields == keys.length) {
      if (fields >= MOST_FIELDS) {
        return;
      }
      keys = Arrays.copyOf(keys, 2 * fields);
      places = Arrays.copyOf(places, 6 * fields);
    }
    keys[fields] = key;
    places[fields * 3] = name;
    places[fields * 3 + 1] = value;
    places[fields * 3 + 2] = end;
    fields++;
  }
}
