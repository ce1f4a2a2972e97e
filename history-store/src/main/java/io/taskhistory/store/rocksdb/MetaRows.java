package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Gap;
import io.taskhistory.store.StoreException;
import java.nio.charset.StandardCharsets;

/**
 * The rows of the family {@code meta}. The first byte of the key says which kind of row it is.
 *
 * <pre>
 *   'B' boot u32             -> | 1 | wall start u64 | id, 36 characters |
 *   'C' boot u32, from u64   -> | 1 | wall offset zigzag | boot clock offset zigzag | from − since varint |
 *   'G' boot u32, id u32     -> | 1 | cause u8 | from varint | to − from varint | lost zigzag | source … |
 *   'P' period u32           -> | 1 | boot u32 | from varint | opened varint |
 *   'S' boot u32             -> | 1 | the source's position … |
 *   'W' boot u32             -> | 1 | watermark zigzag | latest varint | written varint | events varint |
 *
 *   latest: the latest time that anything kept carries; it can be beyond the watermark, and the next period begins
 *   after it
 *   written: how many KiB were put into the boot's current period, before compression; can be missing
 *   events: the number of the next row of the event log; can be missing
 * </pre>
 */
final class MetaRows {

  static final int VERSION = 1;
  static final char BOOT = 'B';
  static final char CLOCK = 'C';
  static final char GAP = 'G';
  static final char PERIOD = 'P';
  static final char POSITION = 'S';
  static final char WATERMARK = 'W';

  /** The kinds of rows that go with a boot. */
  static final char[] OF_BOOTS = {BOOT, CLOCK, GAP, POSITION, WATERMARK};

  /** An idle machine's clocks were looked at once a second. */
  private static final long NOTICED_WITHIN = 1_500_000_000L;

  private static final int KIB = 10;
  private static final Gap.Cause[] CAUSES = Gap.Cause.values();

  /** The row without the ledger, which has rows of its own. */
  record BootRow(int index, String id, long wallStart) {}

  record WatermarkRow(long watermark, long latest, long written, long events) {

    /** Before the first commit. */
    static final WatermarkRow NONE = new WatermarkRow(-1, 0, 0, 0);
  }

  private MetaRows() {}

  static void boot(Batch batch, Boot boot) {
    batch.key.clear().u8(BOOT).u32(boot.index());
    byte[] id = boot.id().getBytes(StandardCharsets.US_ASCII);
    batch.value.clear().u8(VERSION).u64(boot.wallStart()).bytes(id, 0, id.length);
    batch.put(Family.META);
  }

  static BootRow boot(byte[] key, byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "boot");
    long wallStart = in.u64();
    return new BootRow(owner(key), new String(in.rest().toByteArray(), StandardCharsets.US_ASCII), wallStart);
  }

  static void clock(Batch batch, Boot boot, ClockLedger.Row row) {
    batch.key.clear().u8(CLOCK).u32(boot.index()).u64(row.from());
    batch.value.clear().u8(VERSION).zigzag(row.wallOffset()).zigzag(row.bootClockOffset())
        .varint(row.from() - row.since());
    batch.put(Family.META);
  }

  static ClockLedger.Row clock(byte[] key, byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "clock");
    long from = Keys.u64(key, 5);
    long wallOffset = in.zigzag();
    long bootClockOffset = in.zigzag();
    // A row that was written before steps were noticed at once does not tell when the last look was.
    long within = in.left() > 0 ? in.varint() : NOTICED_WITHIN;
    if (within < 0 || from - within > from) {
      throw new StoreException("Damaged clock: a row that holds since " + within + " before " + from);
    }
    return new ClockLedger.Row(from, wallOffset, bootClockOffset, from - within);
  }

  static void gap(Batch batch, Gap gap) {
    batch.key.clear().u8(GAP).u32(gap.boot().index()).u32(gap.id());
    byte[] source = gap.source().getBytes(StandardCharsets.UTF_8);
    batch.value.clear().u8(VERSION).u8(gap.cause().ordinal())
        .varint(gap.from()).varint(gap.to() - gap.from()).zigzag(gap.lost()).bytes(source, 0, source.length);
    batch.put(Family.META);
  }

  static Gap gap(Boot boot, byte[] key, byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "gap");
    int cause = in.u8();
    if (cause >= CAUSES.length) {
      throw new StoreException("Damaged gap: its cause is " + cause);
    }
    long from = in.varint();
    long to = from + in.varint();
    long lost = in.zigzag();
    String source = new String(in.rest().toByteArray(), StandardCharsets.UTF_8);
    return new Gap(boot, Keys.u32(key, 5), source, from, to, lost, CAUSES[cause]);
  }

  static void period(Batch batch, Period period) {
    batch.key.clear().u8(PERIOD).u32(period.number());
    batch.value.clear().u8(VERSION).u32(period.boot()).varint(period.from()).varint(period.opened());
    batch.put(Family.META);
  }

  static Period period(byte[] key, byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "period");
    return new Period(owner(key), in.u32(), in.varint(), in.varint());
  }

  static void position(Batch batch, int boot, byte[] position) {
    batch.key.clear().u8(POSITION).u32(boot);
    batch.value.clear().u8(VERSION).bytes(position, 0, position.length);
    batch.put(Family.META);
  }

  static byte[] position(byte[] value) {
    return BytesReader.value(value, VERSION, "position").rest().toByteArray();
  }

  static void watermark(Batch batch, int boot, WatermarkRow row) {
    batch.key.clear().u8(WATERMARK).u32(boot);
    batch.value.clear().u8(VERSION).zigzag(row.watermark).varint(row.latest).varint(row.written >>> KIB)
        .varint(row.events);
    batch.put(Family.META);
  }

  static WatermarkRow watermark(byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "watermark");
    return new WatermarkRow(in.zigzag(), in.varint(), in.left() == 0 ? 0 : in.varint() << KIB,
        in.left() == 0 ? 0 : in.varint());
  }

  /** Deletes the rows of that kind whose owners have smaller numbers. */
  static void deleteBelow(Batch batch, char kind, int owner) {
    batch.key.clear().u8(kind).u32(0);
    batch.value.clear().u8(kind).u32(owner);
    batch.deleteRange(Family.META);
  }

  /** The number that follows the kind: a boot's index, of a period its own. */
  static int owner(byte[] key) {
    return Keys.u32(key, 1);
  }
}
