package io.taskhistory.store.rocksdb;

/**
 * The keys of the family {@code events}. A row's number counts what was kept of a boot, over all its periods.
 *
 * <pre>
 *                 0        4      5                13
 *   events        | period | 'E'  |      row        |                 {@link EventRow}
 *   late births   | period | 'B'  |      row        |                 {@link BirthRow}
 *   who lives     | period | 'L'  |      base       | piece |         {@link BirthRow}
 *
 *   period   the one that was being written; rows of it are not of its time alone
 *   base     a time at which nothing had happened yet of what is in the rows from the one on that the value names
 *   piece    u32, from 0
 * </pre>
 */
final class EventKeys {

  static final char EVENTS = 'E';
  static final char LATE = 'B';
  static final char LIVES = 'L';

  private static final int NUMBER_AT = 5;
  private static final int PIECE_AT = 13;

  private EventKeys() {}

  static void row(Bytes key, int period, char kind, long number) {
    key.clear().u32(period).u8(kind).u64(number);
  }

  static byte[] row(int period, char kind, long number) {
    Bytes key = new Bytes(PIECE_AT);
    row(key, period, kind, number);
    return key.copy();
  }

  static void lives(Bytes key, int period, long base, int piece) {
    key.clear().u32(period).u8(LIVES).u64(base).u32(piece);
  }

  static byte[] lives(int period, long base, int piece) {
    Bytes key = new Bytes(PIECE_AT + Integer.BYTES);
    lives(key, period, base, piece);
    return key.copy();
  }

  static boolean isOf(byte[] key, int period, char kind) {
    return Keys.period(key) == period && key[Integer.BYTES] == kind;
  }

  static char kind(byte[] key) {
    return (char) key[Integer.BYTES];
  }

  /** The number of a row of events or of late births. */
  static long number(byte[] key) {
    return Keys.u64(key, NUMBER_AT);
  }

  /** The base of a row that says who lives. */
  static long base(byte[] key) {
    return Keys.u64(key, NUMBER_AT);
  }

  static int piece(byte[] key) {
    return Keys.u32(key, PIECE_AT);
  }
}
