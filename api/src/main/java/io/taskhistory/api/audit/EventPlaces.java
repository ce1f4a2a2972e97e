package io.taskhistory.api.audit;

import java.util.Arrays;

/**
 * The places between lines of audit log text where no event is open, as far as has been read: an event that comes again
 * takes back all places since it was last seen. Events are told apart by a hash of node, stamp and serial; two that
 * share one are cut less often, and nothing worse.
 */
final class EventPlaces {

  private static final int FEW = 1 << 12;
  /** Where a stamp can begin: behind a node's name and a type. */
  private static final int HEAD = 512;
  private static final int STAMP = 64;
  private static final byte[] NODE = {'n', 'o', 'd', 'e', '='};
  private static final byte[] AUDIT = {'a', 'u', 'd', 'i', 't', '('};
  private static final long NONE = 0;

  /** Ascending. */
  private int[] places = new int[FEW];
  private int count;
  /** Open addressing: where the last line of each event ends. */
  private long[] events = new long[2 * FEW];
  private int[] ends = new int[2 * FEW];
  private int eventCount;
  private long last;

  /** Where the line that begins at {@code from} ends, its end of line included; −1 where it goes on. */
  static int lineEnd(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  /** Reads on over a line. */
  void line(byte[] text, int from, int to) {
    long event = event(text, from, to);
    if (event != NONE) {
      int slot = slot(event);
      if (event == last) {
        count--;
      } else if (events[slot] == event) {
        while (count > 0 && places[count - 1] >= ends[slot]) {
          count--;
        }
      } else {
        slot = added(event, slot);
      }
      ends[slot] = to;
    }
    last = event;
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    places[count++] = to;
  }

  /** The last place that is not after {@code offset}; 0 where there is none. */
  int lastUpTo(int offset) {
    int found = Arrays.binarySearch(places, 0, count, offset);
    if (found >= 0) {
      return offset;
    }
    int before = -found - 2;
    return before < 0 ? 0 : places[before];
  }

  /** Forgets all that was read. */
  void clear() {
    count = 0;
    last = NONE;
    eventCount = 0;
    Arrays.fill(events, NONE);
  }

  private int slot(long event) {
    int slot = (int) (event >>> 32) & events.length - 1;
    while (events[slot] != NONE && events[slot] != event) {
      slot = slot + 1 & events.length - 1;
    }
    return slot;
  }

  private int added(long event, int slot) {
    int free = slot;
    if (++eventCount > events.length / 2) {
      long[] oldEvents = events;
      int[] oldEnds = ends;
      events = new long[2 * oldEvents.length];
      ends = new int[2 * oldEvents.length];
      for (int i = 0; i < oldEvents.length; i++) {
        if (oldEvents[i] != NONE) {
          int moved = slot(oldEvents[i]);
          events[moved] = oldEvents[i];
          ends[moved] = oldEnds[i];
        }
      }
      free = slot(event);
    }
    events[free] = event;
    return free;
  }

  /** A hash of what names the event of a line; {@link #NONE} where it names none. */
  private static long event(byte[] text, int from, int to) {
    int head = Math.min(to, from + HEAD);
    for (int i = from + AUDIT.length - 1; i < head; i++) {
      if (text[i] == '(' && starts(text, i - AUDIT.length + 1, head, AUDIT)) {
        long hash = starts(text, from, head, NODE) ? hash(text, from, head, ' ', 1) : 1;
        return mixed(hash(text, i, Math.min(to, i + STAMP), ')', hash));
      }
    }
    return NONE;
  }

  private static boolean starts(byte[] text, int from, int to, byte[] with) {
    return to - from >= with.length && Arrays.equals(text, from, from + with.length, with, 0, with.length);
  }

  private static long hash(byte[] text, int from, int to, char until, long seed) {
    long hash = seed;
    for (int i = from; i < to && text[i] != until; i++) {
      hash = hash * 1099511628211L + text[i];
    }
    return hash;
  }

  private static long mixed(long hash) {
    long mixed = hash * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 29;
    return mixed == NONE ? 1 : mixed;
  }
}
