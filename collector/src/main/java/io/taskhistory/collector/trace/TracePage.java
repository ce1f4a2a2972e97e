package io.taskhistory.collector.trace;

import io.taskhistory.history.Gap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Goes over one page of the kernel's ring, where it lies. Numbers are in native byte order.
 *
 * <pre>
 *   +-----------+--------------------+----------------------------------+----------------+---------+
 *   | timestamp | commit             | events, commit bytes             | count of those | zeros   |
 *   | 64 bits   | 27 bits and flags  |                                  | missed, if bit | to the  |
 *   |           | 30 and 31          |                                  | 30 is set      | end     |
 *   +-----------+--------------------+----------------------------------+----------------+---------+
 *
 *   flags: 31 RB_MISSED_EVENTS, some were overwritten before this page; 30 RB_MISSED_STORED, how many stands behind
 *   the events as a long: where it fits, which is not always (ring_buffer_read_page() in kernel/trace/ring_buffer.c)
 *
 *   one event, include/linux/ring_buffer.h and events/header_event:
 *
 *   31          5 4     0
 *   +------------+-------+-----------------------------------+
 *   | time delta | type  | array[]                           |   (big-endian machines: the type is on the left)
 *   +------------+-------+-----------------------------------+
 *   type 1–28  data, 4 × type bytes
 *   0          data; array[0] is their length and 4 more, they follow it
 *   29         padding: to the end of the page where the delta is 0, else of array[0] bytes; an event that was
 *              discarded, whose delta counts unless it is 1 (rb_read_data_buffer() in ring_buffer.c)
 *   30         the time goes on by array[0] &lt;&lt; 27 + delta
 *   31         the time is array[0] &lt;&lt; 27 + delta, and the five bits above those as before (rb_fix_abs_ts())
 * </pre>
 */
final class TracePage {

  private static final int MISSED_EVENTS = 1 << 31;
  private static final int MISSED_STORED = 1 << 30;
  private static final int COMMIT_MASK = (1 << 27) - 1;

  private static final int PADDING = 29;
  private static final int TIME_EXTEND = 30;
  private static final int TIME_STAMP = 31;
  private static final int DELTA_BITS = 27;
  private static final int HEADER = Integer.BYTES;
  /** The five bits of a time that TIME_STAMP has no room for: TS_MSB. */
  private static final long ABSOLUTE_BITS = 59;
  private static final long ABSOLUTE_MASK = (1L << ABSOLUTE_BITS) - 1;

  private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

  private final PageLayout layout;
  private final ByteBuffer memory;

  private int start;
  private int next;
  private int end;
  private int flags;
  private long time;
  private int data;
  private int length;
  private boolean malformed;

  /** Over pages in {@code memory}; {@link #wrap} says which. */
  TracePage(PageLayout layout, ByteBuffer memory) {
    this.layout = layout;
    this.memory = memory;
  }

  /** Before the first event of the page at {@code offset}. */
  void wrap(int offset) {
    int commit = layout.commit().integer(memory, offset);
    start = offset + layout.data();
    next = start;
    flags = commit & ~COMMIT_MASK;
    malformed = (commit & COMMIT_MASK) > layout.size() - layout.data();
    end = malformed ? start : start + (commit & COMMIT_MASK);
    time = memory.getLong(offset + layout.timestamp());
    length = 0;
  }

  /** Whether the kernel has written a page at {@code offset}, where the {@link #clear}ed one was. */
  static boolean isFilled(PageLayout layout, ByteBuffer memory, int offset) {
    return layout.commit().number(memory, offset) != 0;
  }

  /** Marks the page at {@code offset} as not written. */
  static void clear(PageLayout layout, ByteBuffer memory, int offset) {
    for (int i = 0; i < layout.commit().size(); i++) {
      memory.put(offset + layout.commit().offset() + i, (byte) 0);
    }
  }

  /** Whether events were lost before the first one. */
  boolean isAfterLoss() {
    return (flags & MISSED_EVENTS) != 0;
  }

  /** How many were, or {@link Gap#UNCOUNTED} where the page does not tell. */
  long missed() {
    int pageEnd = start + layout.size() - layout.data();
    if ((flags & MISSED_STORED) == 0 || end + layout.commit().size() > pageEnd) {
      return Gap.UNCOUNTED;
    }
    // An unsigned long is as long as the local_t that commit is.
    long count = layout.commit().size() == Long.BYTES
        ? memory.getLong(end) : Integer.toUnsignedLong(memory.getInt(end));
    return count > 0 ? count : Gap.UNCOUNTED;
  }

  /** Goes to the next event; false where there is none, or {@link #isMalformed}. */
  boolean next() {
    while (end - next >= HEADER) {
      int header = memory.getInt(next);
      int type = BIG_ENDIAN ? header >>> DELTA_BITS : header & 31;
      long delta = BIG_ENDIAN ? header & COMMIT_MASK : header >>> 5;
      int array = next + HEADER;
      if (type >= 1 && type < PADDING) {
        return event(delta, array, type * Integer.BYTES);
      }
      if (type == PADDING && delta == 0) {
        next = end;
        return false;
      }
      if (end - array < Integer.BYTES) {
        return malformed();
      }
      int first = memory.getInt(array);
      if (type == 0) {
        return event(delta, array + Integer.BYTES, first - Integer.BYTES);
      }
      if (type == PADDING) {
        if (first < Integer.BYTES || first > end - array) {
          return malformed();
        }
        time += delta == 1 ? 0 : delta;
        next = array + (first + 3 & ~3);
      } else {
        long stamp = (Integer.toUnsignedLong(first) << DELTA_BITS) + delta;
        time = type == TIME_EXTEND ? time + stamp : absolute(stamp);
        next = array + Integer.BYTES;
      }
    }
    malformed |= next != end;
    return false;
  }

  /** Leaves all of its events out. */
  void skip() {
    next = end;
  }

  private boolean event(long delta, int at, int bytes) {
    if (bytes < 0 || bytes > end - at) {
      return malformed();
    }
    time += delta;
    data = at;
    length = bytes;
    next = Math.min(end, at + (bytes + 3 & ~3));
    return true;
  }

  private boolean malformed() {
    malformed = true;
    next = end;
    return false;
  }

  private long absolute(long stamp) {
    long whole = stamp & ABSOLUTE_MASK | time & ~ABSOLUTE_MASK;
    return whole < time && (time & ~ABSOLUTE_MASK) != 0 ? whole + (1L << ABSOLUTE_BITS) : whole;
  }

  boolean isMalformed() {
    return malformed;
  }

  /** The event's time; of the page before its first event. */
  long time() {
    return time;
  }

  /** Where the event's data start in the memory. */
  int data() {
    return data;
  }

  /** How many bytes it has. */
  int length() {
    return length;
  }
}
