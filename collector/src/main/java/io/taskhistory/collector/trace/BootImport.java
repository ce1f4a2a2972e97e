package io.taskhistory.collector.trace;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a boot's ring tells, as the beginning of what ours does. Both record while ours is already on and the other not
 * yet off; each processor's events of that time stand in both, in the same order. So where the
 * one ends in the other is found by comparing, and neither a hole nor a doubled event is left:
 *
 * <pre>
 *   boot's ring   | a b c d e f g h |
 *   ours                      | e f g h i j k …      e to h are left out of ours
 * </pre>
 */
final class BootImport implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BootImport.class);
  private static final int INIT = 1;

  /** Some events of one processor, by where they are in a memory. */
  private static final class Events {
    final List<long[]> all = new ArrayList<>();

    void add(long time, int data, int length, long print) {
      all.add(new long[] {time, data, length, print});
    }

    int size() {
      return all.size();
    }

    long time(int i) {
      return all.get(i)[0];
    }

    int data(int i) {
      return (int) all.get(i)[1];
    }

    int length(int i) {
      return (int) all.get(i)[2];
    }

    /** What it tells, in a number. */
    long print(int i) {
      return all.get(i)[3];
    }
  }

  private final BootPages pages;
  private final TraceDecoder decoder;
  private final Events[] events;
  private final BootClock clock;
  private final long whole;
  private final long oldest;
  private final long lostTo;

  private BootImport(BootPages pages, TraceDecoder decoder, Events[] events, BootClock clock) {
    this.pages = pages;
    this.decoder = decoder;
    this.events = events;
    this.clock = clock;
    long first = Long.MAX_VALUE;
    long lost = -1;
    boolean fromInit = false;
    for (int cpu = 0; cpu < events.length; cpu++) {
      Events own = events[cpu];
      if (own.size() > 0) {
        first = Math.min(first, clock.monotonic(own.time(0)));
      }
      if (pages.isOverwritten(cpu)) {
        lost = Math.max(lost, own.size() > 0 ? clock.monotonic(own.time(0)) : 1);
      }
      for (int i = 0; i < own.size(); i++) {
        fromInit |= decoder.clonedTid(pages.memory(), own.data(i), own.length(i)) == INIT;
      }
    }
    this.oldest = first;
    this.lostTo = lost;
    this.whole = lost < 0 && fromInit && !pages.isFull() ? 0 : Math.max(lost, first);
  }

  /**
   * Fits a boot's pages to our own readers, which then leave out what stands in both.
   *
   * @return null where the two have nothing in common, so that there may be a hole in between
   */
  static @Nullable BootImport of(BootPages pages, TraceDecoder decoder, CpuReader[] readers, ProcTasks proc, long tick,
      long bootClockOffset) {
    Events[] events = new Events[pages.cpus()];
    for (int cpu = 0; cpu < events.length; cpu++) {
      events[cpu] = eventsOf(pages, cpu, decoder);
    }
    long reference = -1;
    long monotonic = 0;
    for (CpuReader reader : readers) {
      Events boot = events[reader.cpu()];
      Events own = new Events();
      int[] ordinals = look(reader, decoder, own);
      int shared = shared(boot, own);
      if (shared > 0) {
        reader.leaveOut(ordinals[shared - 1]);
        long time = boot.time(boot.size() - 1);
        if (time > reference) {
          reference = time;
          monotonic = own.time(shared - 1);
        }
      }
    }
    if (reference < 0) {
      LOG.warn("what was recorded since the boot cannot be fitted to what is recorded now, and is left out");
      return null;
    }
    BootClock clock =
        BootClock.fit(reference, monotonic, living(events, pages.memory(), decoder), proc, tick, bootClockOffset);
    return new BootImport(pages, decoder, events, clock);
  }

  private static Events eventsOf(BootPages pages, int cpu, TraceDecoder decoder) {
    Events events = new Events();
    TracePage page = pages.page();
    for (int at : pages.of(cpu)) {
      page.wrap(at);
      while (page.next()) {
        long print = decoder.fingerprint(pages.memory(), page.data(), page.length());
        if (print != 0) {
          events.add(page.time(), page.data(), page.length(), print);
        }
      }
    }
    return events;
  }

  /** How many of all the reader's events there are up to each that is added. */
  private static int[] look(CpuReader reader, TraceDecoder decoder, Events own) {
    List<Integer> ordinals = new ArrayList<>();
    int[] count = new int[1];
    reader.look((time, data, length) -> {
      count[0]++;
      long print = decoder.fingerprint(reader.memory(), data, length);
      if (print != 0) {
        own.add(time, data, length, print);
        ordinals.add(count[0]);
      }
    });
    return ordinals.stream().mapToInt(Integer::intValue).toArray();
  }

  /** How many of our first events are the boot's last. */
  private static int shared(Events boot, Events own) {
    for (int count = Math.min(boot.size(), own.size()); count > 0; count--) {
      int i = 0;
      while (i < count && boot.print(boot.size() - 1 - i) == own.print(count - 1 - i)) {
        i++;
      }
      if (i == count) {
        return count;
      }
    }
    return 0;
  }

  /** The tasks that live by what the ring says, with the times of their clones. */
  private static List<BootClock.Clone> living(Events[] events, ByteBuffer memory, TraceDecoder decoder) {
    Map<Integer, Long> living = new HashMap<>();
    Map<Integer, Long> ended = new HashMap<>();
    for (Events own : events) {
      for (int i = 0; i < own.size(); i++) {
        int cloned = decoder.clonedTid(memory, own.data(i), own.length(i));
        int exited = decoder.exitedTid(memory, own.data(i), own.length(i));
        if (cloned > 0) {
          living.merge(cloned, own.time(i), Math::max);
        } else if (exited > 0) {
          ended.merge(exited, own.time(i), Math::max);
        }
      }
    }
    List<BootClock.Clone> clones = new ArrayList<>();
    living.forEach((tid, time) -> {
      if (ended.getOrDefault(tid, -1L) < time) {
        clones.add(new BootClock.Clone(tid, time));
      }
    });
    return clones;
  }

  /** Since when nothing is missing; 0 where nothing is. */
  long since() {
    return whole;
  }

  /** Passes all of it on, in the order in which it happened. */
  void passOn(TaskEvents receiver, Losses losses) {
    if (lostTo >= 0) {
      losses.tell(receiver, Math.min(oldest, lostTo), lostTo, Gap.UNCOUNTED, Gap.Cause.OVERFLOW);
    }
    int[] next = new int[events.length];
    while (true) {
      int earliest = -1;
      for (int cpu = 0; cpu < events.length; cpu++) {
        if (next[cpu] < events[cpu].size()
            && (earliest < 0 || events[cpu].time(next[cpu]) < events[earliest].time(next[earliest]))) {
          earliest = cpu;
        }
      }
      if (earliest < 0) {
        return;
      }
      Events own = events[earliest];
      int i = next[earliest]++;
      decoder.passOn(pages.memory(), own.data(i), own.length(i), clock.monotonic(own.time(i)), receiver);
    }
  }

  /** What came of it is kept. */
  void kept() {
    pages.delete();
  }

  @Override
  public void close() {
    pages.close();
  }
}
