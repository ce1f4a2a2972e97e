package io.taskhistory.store.rocksdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * One look through a file in the format that RocksDB has for its write-ahead log and its manifest
 * ({@code db/log_format.h}, {@code db/log_writer.cc}). RocksDB's own reader passes over some damage in silence (a length
 * that reaches beyond the end, a page of zeros) and takes whatever follows a hole for the next record; this one says
 * where the first bad byte is, and whether records follow it.
 *
 * <pre>
 *   the file: blocks of 32 KiB; records do not cross their borders, and fewer than 7 bytes at a block's end are zeros
 *
 *   0          4        6      7
 *   | checksum | length | type | payload …     little-endian; the checksum is of type and payload: CRC-32C, masked
 *
 *   type   1 full, or 2 first, 3 middle, 4 last piece of one; 9 how payloads are compressed; 130 about the log before
 * </pre>
 */
final class LogScan {

  static final int BLOCK = 32 << 10;

  /** A log is turned over at a size far below; what is larger is none of ours. */
  static final long LARGEST = 1L << 30;

  private static final int HEADER = 7;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;
  private static final int COMPRESSION = 9;
  private static final int PREDECESSOR = 130;
  private static final int MASK_DELTA = 0xa282ead8;

  /** Takes whole records, as they stand in the file: perhaps compressed. */
  interface Records {
    void record(byte[] record);
  }

  /** What the first record of a log says of the log before. */
  record Predecessor(long number, long size) {}

  private final CRC32C crc = new CRC32C();
  private final Records records;
  private final byte[] block = new byte[BLOCK];
  private final ByteBuffer numbers = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
  private final Bytes pieces = new Bytes(256);
  private boolean isWithin;
  private long size;
  private long whole;
  private long bad = -1;
  private int after;
  private Predecessor predecessor = new Predecessor(0, 0);

  private LogScan(Records records) {
    this.records = records;
  }

  static LogScan of(Path file) throws IOException {
    return of(file, record -> { });
  }

  /** Passes on the records before the first bad byte. */
  static LogScan of(Path file, Records records) throws IOException {
    LogScan scan = new LogScan(records);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      scan.size = channel.size();
      if (scan.size > LARGEST) {
        scan.bad = 0;
        scan.after = 1;
        return scan;
      }
      for (long at = 0; at < scan.size; at += BLOCK) {
        scan.block(at, read(channel, scan.block));
      }
    }
    if (scan.bad < 0 && scan.isWithin) {
      scan.bad = scan.size;
    }
    return scan;
  }

  private static int read(FileChannel channel, byte[] block) throws IOException {
    ByteBuffer into = ByteBuffer.wrap(block);
    while (into.hasRemaining() && channel.read(into) >= 0) {
      continue;
    }
    return into.position();
  }

  private void block(long start, int length) {
    int at = 0;
    while (length - at >= HEADER) {
      int next = next(at, length);
      if (next < 0) {
        if (bad < 0) {
          bad = start + at;
        }
        isWithin = false;
        // A length cannot be trusted: whatever has a fitting checksum further on is a record all the same.
        at++;
      } else {
        take(start, at, next);
        at = next;
      }
    }
    if (length < BLOCK && at < length && bad < 0) {
      bad = start + at;
    }
  }

  /** Where the record at {@code at} ends; -1 where none is. */
  private int next(int at, int length) {
    int payload = numbers.getShort(at + 4) & 0xffff;
    int type = block[at + 6] & 0xff;
    int end = at + HEADER + payload;
    boolean isKnown = type >= FULL && type <= LAST || type == COMPRESSION || type == PREDECESSOR;
    if (!isKnown || end > length) {
      return -1;
    }
    crc.reset();
    crc.update(block, at + 6, payload + 1);
    return mask((int) crc.getValue()) == numbers.getInt(at) ? end : -1;
  }

  private static int mask(int crc) {
    return (crc >>> 15 | crc << 17) + MASK_DELTA;
  }

  private void take(long start, int at, int end) {
    int type = block[at + 6] & 0xff;
    if (bad >= 0) {
      // Pieces of a record that began before are worth nothing, and may be what a write left that was cut short.
      after += type == FULL || type == FIRST ? 1 : 0;
      return;
    }
    boolean begins = type == FULL || type == FIRST;
    boolean isPiece = begins || type == MIDDLE || type == LAST;
    if (isPiece && begins == isWithin) {
      bad = begins ? whole : start + at;
      after += begins ? 1 : 0;
      return;
    }
    if (type == PREDECESSOR && end - at >= HEADER + 2 * Long.BYTES) {
      predecessor = new Predecessor(numbers.getLong(at + HEADER), numbers.getLong(at + HEADER + Long.BYTES));
    }
    if (isPiece) {
      if (begins) {
        pieces.clear();
      }
      pieces.bytes(block, at + HEADER, end - at - HEADER);
      isWithin = type == FIRST || type == MIDDLE;
      if (!isWithin) {
        records.record(pieces.copy());
      }
    }
    if (!isWithin) {
      whole = start + end;
    }
  }

  long size() {
    return size;
  }

  /** How far it consists of whole records. */
  long whole() {
    return whole;
  }

  /** Where the first byte is that is not part of a whole record; -1 where all are. */
  long bad() {
    return bad;
  }

  /** How many records begin after the first bad byte. */
  int after() {
    return after;
  }

  /** The log before this one, where it says so; number 0 where it does not. */
  Predecessor predecessor() {
    return predecessor;
  }
}
