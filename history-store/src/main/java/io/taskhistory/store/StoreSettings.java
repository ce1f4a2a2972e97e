package io.taskhistory.store;

import java.time.Duration;

/**
 * How a store keeps what it is given.
 *
 * @param freq with {@link Flush#INCREMENTAL}, how many records (tasks and entries) may be written before they are flushed
 * @param slice how much of a boot's time makes one {@link Upkeep.Slice slice}, at most
 * @param sliceBytes how much is written into one slice, about, before the next is begun; 0 for no limit. What counts is
 *     what is handed to the disk's store, which compresses it to a third or less
 * @param reserve how many bytes are set aside, so that a full disk can be recovered from; 0 for none. Less than 32 MiB
 *     may not be enough
 */
public record StoreSettings(Flush flush, int freq, Duration slice, long sliceBytes, long reserve) {

  public static final StoreSettings DEFAULT =
      new StoreSettings(Flush.NONE, 1000, Duration.ofHours(24), 0, 0);

  public StoreSettings {
    if (freq < 1 || slice.isNegative() || slice.isZero() || sliceBytes < 0 || reserve < 0) {
      throw new IllegalArgumentException("not settings of a store: freq " + freq + " slice " + slice + " of "
          + sliceBytes + " bytes, reserve " + reserve);
    }
  }

  /** The usual ones, with slices of another length. */
  public static StoreSettings sliced(Duration length) {
    return DEFAULT.with(length, 0);
  }

  public StoreSettings with(Flush how, int every) {
    return new StoreSettings(how, every, slice, sliceBytes, reserve);
  }

  public StoreSettings with(Duration length, long bytes) {
    return new StoreSettings(flush, freq, length, bytes, reserve);
  }

  public StoreSettings withReserve(long bytes) {
    return new StoreSettings(flush, freq, slice, sliceBytes, bytes);
  }
}
