package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What RocksDB's manifest says that there is: the families, the table files with their sizes and checksums, and from
 * which log on what is not in tables yet is found. It is a log of changes ({@code db/version_edit.h}): numbered fields,
 * those from 8192 on with a length before them so that they can be left out.
 */
final class Manifest {

  private static final int COMPARATOR = 1;
  private static final int LOG_NUMBER = 2;
  private static final int NEXT_FILE = 3;
  private static final int LAST_SEQUENCE = 4;
  private static final int DELETED_FILE = 6;
  private static final int PREVIOUS_LOG = 9;
  private static final int LOGS_FROM = 10;
  private static final int NEW_FILE = 103;
  private static final int FAMILY = 200;
  private static final int FAMILY_ADDED = 201;
  private static final int FAMILY_DROPPED = 202;
  private static final int MOST_FAMILIES = 203;
  private static final int IN_GROUP = 300;
  private static final int CAN_BE_LEFT_OUT = 1 << 13;

  private static final int LAST_FIELD = 1;
  private static final int CHECKSUM = 7;
  private static final int LONGEST = 1 << 20;

  /** One table file. The checksum is CRC-32C of the whole file; -1 where none is kept. */
  record Table(long number, long family, long size, long checksum) {}

  private final Map<Long, String> families = new HashMap<>();
  private final TreeMap<Long, Table> tables = new TreeMap<>();
  private long logsFrom;
  private long flushedTo;

  private Manifest() {
    families.put(0L, "default");
  }

  /** As far as its records are whole; the scan says how far that is. */
  record Read(Manifest manifest, LogScan scan) {}

  static Read of(Path file) throws IOException {
    Manifest manifest = new Manifest();
    LogScan scan = LogScan.of(file, manifest::edit);
    return new Read(manifest, scan);
  }

  private void edit(byte[] edit) {
    BytesReader in = new BytesReader(edit);
    long family = 0;
    while (in.left() > 0) {
      int field = (int) in.varint();
      switch (field) {
        case FAMILY -> family = in.varint();
        case LOGS_FROM -> logsFrom = Math.max(logsFrom, in.varint());
        case LOG_NUMBER -> flushedTo = Math.max(flushedTo, in.varint());
        case COMPARATOR -> in.text(in.count(LONGEST));
        case NEXT_FILE, LAST_SEQUENCE, PREVIOUS_LOG, MOST_FAMILIES, IN_GROUP -> in.varint();
        case FAMILY_ADDED -> families.put(family, in.text(in.count(LONGEST)).toString());
        case FAMILY_DROPPED -> families.remove(family);
        case DELETED_FILE -> {
          in.varint();
          tables.remove(in.varint());
        }
        case NEW_FILE -> table(in, family);
        default -> {
          if ((field & CAN_BE_LEFT_OUT) == 0) {
            throw new StoreException("it has a field of the unknown kind " + field);
          }
          in.text(in.count(LONGEST));
        }
      }
    }
  }

  private void table(BytesReader in, long family) {
    in.varint(); // the level
    long number = in.varint();
    long size = in.varint();
    in.text(in.count(LONGEST)); // the smallest key
    in.text(in.count(LONGEST)); // the largest
    in.varint();
    in.varint();
    long checksum = -1;
    for (int field = (int) in.varint(); field != LAST_FIELD; field = (int) in.varint()) {
      byte[] value = in.text(in.count(LONGEST)).toByteArray();
      if (field == CHECKSUM && value.length == Integer.BYTES) {
        checksum = Keys.u32(value, 0) & 0xffff_ffffL;
      }
    }
    // A file that only moves to another level is deleted and added in one change, in that order.
    tables.put(number, new Table(number, family, size, checksum));
  }

  /** By number. */
  Map<Long, Table> tables() {
    return tables;
  }

  /** The number of the first log that is needed. */
  long logsFrom() {
    return logsFrom;
  }

  /** Of at least one family everything in logs before this one is in tables. */
  long flushedTo() {
    return flushedTo;
  }

  /** Whether the first so many families are there: those that a store had when it was last opened. */
  boolean hasFamilies(int count) {
    for (Family family : List.of(Family.values()).subList(0, Math.min(count, Family.values().length))) {
      if (!families.containsValue(new String(family.label(), StandardCharsets.US_ASCII))) {
        return false;
      }
    }
    return true;
  }
}
