package io.taskhistory.collector.trace;

import io.taskhistory.history.RawText;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How far an instance's events were passed on, as bytes. Numbers are variable: seven bits a byte, the lowest first, the
 * eighth says that there are more.
 *
 * <pre>
 *   +---------+----------+------------+------------------+-----+   events: how many of a processor's were passed on,
 *   | version | identity | processors | 2 events + told  | ... |   for each; told: 1 where the loss that stands before
 *   | 1 byte  | 8 bytes  | number     | number           |     |   the next was told too
 *   +---------+----------+------------+------------------+-----+
 *   +-----------+------------------------+--------+-------+-----+   in flight: how many are, the latest of them; each
 *   | in flight | 4 tid + 2 fork + named | length | name  | ... |   with fork 1 where it awaits one, named 1 where it
 *   | number    | number                 | number | bytes |     |   has a name, which follows then
 *   +-----------+------------------------+--------+-------+-----+
 * </pre>
 *
 * <p>Events are counted as the kernel counts those that are read, from the instance's start; so the count alone says
 * which one is next, and a journal or a ring that is further on, or less far, is noticed.
 */
final class Position {

  private static final byte VERSION = 1;
  private static final int MOST_IN_FLIGHT = 128;
  private static final int LONGEST_NAME = 64;
  private static final int MOST_CPUS = 1 << 16;
  private static final int MOST_BYTES = 1 << 20;

  private final long identity;
  private final long[] passed;
  private final boolean[] lossTold;
  private final byte[] rest;

  private Position(long identity, long[] passed, boolean[] lossTold, byte[] rest) {
    this.identity = identity;
    this.passed = passed;
    this.lossTold = lossTold;
    this.rest = rest;
  }

  /** What those bytes say; null where they are of no position that we know. */
  static @Nullable Position decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.get() != VERSION) {
        return null;
      }
      long identity = in.getLong();
      int cpus = (int) Math.min(MOST_CPUS, number(in));
      long[] passed = new long[cpus];
      boolean[] lossTold = new boolean[cpus];
      for (int cpu = 0; cpu < cpus; cpu++) {
        long number = number(in);
        passed[cpu] = number >>> 1;
        lossTold[cpu] = (number & 1) != 0;
      }
      return new Position(identity, passed, lossTold, Arrays.copyOfRange(bytes, in.position(), bytes.length));
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  boolean isOf(long instance) {
    return identity == instance;
  }

  /** How many of a processor's events were passed on. */
  long passed(int cpu) {
    return cpu < passed.length ? passed[cpu] : 0;
  }

  /** Whether a loss right before its next event was told. */
  boolean isLossTold(int cpu) {
    return cpu < lossTold.length && lossTold[cpu];
  }

  /** Puts back what was in flight; its time is {@code time}. */
  void restore(InFlight inFlight, long time) {
    ByteBuffer in = ByteBuffer.wrap(rest);
    try {
      for (long left = Math.min(MOST_IN_FLIGHT, number(in)); left > 0; left--) {
        long tid = number(in);
        RawText name = null;
        if ((tid & 1) != 0) {
          byte[] bytes = new byte[(int) Math.min(LONGEST_NAME, number(in))];
          in.get(bytes);
          name = RawText.of(bytes);
        }
        if (tid >>> 2 != 0) {
          inFlight.restore((int) (tid >>> 2), time, (tid & 2) != 0, name);
        }
      }
    } catch (BufferUnderflowException e) {
      // What is cut off is not known then.
    }
  }

  private static long number(ByteBuffer in) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte b = in.get();
      number |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return number;
      }
    }
    throw new BufferUnderflowException();
  }

  /** Writes positions, one after the other into the same memory. For one thread. */
  static final class Encoder {

    private final long identity;
    private ByteBuffer out = ByteBuffer.allocate(512);
    private final int[] tids = new int[MOST_IN_FLIGHT];
    private final @Nullable RawText[] names = new RawText[MOST_IN_FLIGHT];
    private final boolean[] awaiting = new boolean[MOST_IN_FLIGHT];
    private final long[] times = new long[MOST_IN_FLIGHT];
    private int count;

    Encoder(long identity) {
      this.identity = identity;
    }

    /** Of these processors, and what is in flight. */
    byte[] encode(CpuReader[] readers, InFlight inFlight) {
      count = 0;
      inFlight.forEachLate(this::remember);
      while (true) {
        try {
          write(readers);
          return Arrays.copyOf(out.array(), out.position());
        } catch (BufferOverflowException e) {
          out = ByteBuffer.allocate(Math.min(MOST_BYTES, out.capacity() * 2));
        }
      }
    }

    /** Of too many the latest: the others are not an exec's or a clone's that is under way. */
    private void remember(int tid, long time, boolean awaitsFork, @Nullable RawText name) {
      int place = count;
      if (count < MOST_IN_FLIGHT) {
        count++;
      } else {
        place = 0;
        for (int i = 1; i < MOST_IN_FLIGHT; i++) {
          place = times[i] < times[place] ? i : place;
        }
        if (times[place] >= time) {
          return;
        }
      }
      tids[place] = tid;
      times[place] = time;
      awaiting[place] = awaitsFork;
      names[place] = name;
    }

    private void write(CpuReader[] readers) {
      out.clear();
      out.put(VERSION).putLong(identity);
      number(readers.length == 0 ? 0 : readers[readers.length - 1].cpu() + 1);
      int next = 0;
      for (CpuReader reader : readers) {
        for (; next < reader.cpu(); next++) {
          number(0);
        }
        number(reader.passed() << 1 | (reader.isLossTold() ? 1 : 0));
        next++;
      }
      number(count);
      for (int i = 0; i < count; i++) {
        RawText name = names[i];
        boolean isNamed = name != null && name.length() <= LONGEST_NAME;
        number((long) tids[i] << 2 | (awaiting[i] ? 2 : 0) | (isNamed ? 1 : 0));
        if (name != null && isNamed) {
          number(name.length());
          for (int j = 0; j < name.length(); j++) {
            out.put((byte) name.at(j));
          }
        }
      }
    }

    private void number(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.put((byte) (rest | 0x80));
        rest >>>= 7;
      }
      out.put((byte) rest);
    }
  }
}
