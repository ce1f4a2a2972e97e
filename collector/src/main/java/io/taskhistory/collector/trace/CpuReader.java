package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.RawReader;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import java.nio.ByteBuffer;

/**
 * One processor's events, and what is missing among them, one item after the other. It reads a page of the ring only
 * when an item of it is asked for: what is not needed yet stays where it is safe.
 *
 * <p>A loss is an item too. Its time is that of the last event before it, since nobody may rely on anything after that;
 * so it comes before whatever other processors have told since.
 */
final class CpuReader implements AutoCloseable {

  /** How far a page's times may be from where they belong before it makes no sense. */
  private static final long TOLERANCE = 1_000_000_000L;

  private static final int NO_ITEM = 0;
  private static final int EVENT = 1;
  private static final int LOSS = 2;

  private final int cpu;
  private final int fd;
  private final Journal journal;
  private final PageLayout layout;
  private final ByteBuffer memory;
  private final RawReader ring;
  private final CpuStats stats;
  private final TracePage page;
  private final TracePage checker;

  private final SlotQueue slots = new SlotQueue();
  private final Overruns overruns;
  private long number;
  private int pages;

  private int item;
  private long time;
  private long passed;
  private long skipTo;
  private long ignoredUntil = Long.MIN_VALUE;
  private boolean skipsLoss;
  private boolean lossTold;

  private int checked = Journal.NONE;
  private int checkedEvents;
  private long checkedTime;

  private long lastTime;
  private long wholeTo;
  private long unknownBefore;
  private long lossTo;
  private long lossCount;
  private Gap.Cause lossCause = Gap.Cause.OVERFLOW;
  private boolean blocked;
  private boolean full;
  private boolean recount;

  /** Reads from {@code fd}; both that and {@code stats} are closed with it. */
  CpuReader(int cpu, int fd, Journal journal, PageLayout layout, RawReader ring, CpuStats stats) {
    this.cpu = cpu;
    this.fd = fd;
    this.journal = journal;
    this.layout = layout;
    this.memory = journal.memory();
    this.ring = ring;
    this.stats = stats;
    this.page = new TracePage(layout, memory);
    this.checker = new TracePage(layout, memory);
    this.overruns = new Overruns(cpu, journal, stats);
  }

  static CpuReader open(
      int cpu, TraceInstance instance, Journal journal, PageLayout layout, RawReader ring, NativeFiles files) {
    String directory = instance.file("per_cpu/cpu" + cpu).toString();
    CpuStats stats = new CpuStats(files, directory + "/stats");
    try {
      return new CpuReader(
          cpu, RawReader.open(directory + "/trace_pipe_raw"), journal, layout, ring, stats);
    } catch (LinuxException e) {
      stats.close();
      throw new SourceException("the trace buffer cannot be read: " + e.getMessage()
          + (e.is("EPERM") ? "; where /sys/kernel/security/lockdown says [confidentiality] the kernel's lockdown"
          + " forbids it: boot without it, or use --source proc" : ""), e);
    }
  }

  int cpu() {
    return cpu;
  }

  CpuStats stats() {
    return stats;
  }

  /** A slot that was filled by an earlier reader; in their order. */
  void recover(Journal.Slot slot) {
    if (slots.isUnused()) {
      passed = slot.eventsBefore();
    }
    number = slot.number() + 1;
    int events = Math.max(0, check(slot.index()));
    slots.add(slot.index(), Math.max(slot.eventsBefore(), loaded()) + events, checkedTime);
  }

  /** Nothing was recovered: {@code events} have been read before. */
  void startAt(long events) {
    passed = events;
  }

  /**
   * Goes on behind what was passed on by an earlier reader.
   *
   * @param wholeSince nothing that this processor had told by then is missing
   */
  void skip(long events, boolean isLossTold, long wholeSince) {
    skipTo = events;
    skipsLoss = isLossTold;
    lossTold = isLossTold && passed == skipTo;
    wholeTo = wholeSince;
  }

  /** Passes on all that there is; nobody has to be told that something is missing before {@code since}. */
  void startWith(long since) {
    wholeTo = since;
    unknownBefore = since;
  }

  /** Told of an event: its time, and where its bytes are in {@link #memory}. */
  interface Visitor {
    void event(long time, int data, int length);
  }

  /** Goes over all events that there are now and that nobody has been told of, without passing them on. */
  void look(Visitor visitor) {
    while (readPage()) {
      // until there is none
    }
    for (int i = 0; i < slots.size(); i++) {
      checker.wrap(journal.page(slots.slot(i)));
      while (checker.next()) {
        visitor.event(checker.time(), checker.data(), checker.length());
      }
    }
    checked = Journal.NONE;
  }

  ByteBuffer memory() {
    return memory;
  }

  /** Does not pass on the next {@code events}: they are known from elsewhere. Before anything was passed on. */
  void leaveOut(int events) {
    skipTo = passed + events;
  }

  /** Does not pass on what happened by {@code time}. */
  void leaveOutUntil(long time) {
    ignoredUntil = time;
    wholeTo = time;
    unknownBefore = time;
  }

  /** How many events have been read from the ring, by us and before us. */
  long loaded() {
    return slots.lastEnd(passed);
  }

  /** How many events have been passed on, by us and before us. */
  long passed() {
    return Math.max(passed, skipTo);
  }

  /** Whether a loss that stands right before the next event was passed on. */
  boolean isLossTold() {
    return passed < skipTo ? skipsLoss : lossTold;
  }

  /** Whether the journal or the memory is full, so that the ring may have more. */
  boolean isBlocked() {
    return blocked;
  }

  /** The present item's time. */
  long time() {
    return time;
  }

  /** Whether the journal had no place for what the ring may have. */
  boolean isFull() {
    return full;
  }

  /** Sees to it that there is an item; false where nothing is there now, or {@link #isBlocked}. */
  boolean ready(long now) {
    blocked = false;
    while (item == NO_ITEM) {
      if (slots.isStarted() && page.next()) {
        if (passed >= skipTo && page.time() > ignoredUntil) {
          item = EVENT;
          time = page.time();
        } else {
          passed++;
          lastTime = page.time();
          lossTold = skipsLoss && passed == skipTo;
        }
      } else if (!turnPage(now)) {
        return false;
      }
    }
    return true;
  }

  /** Passes the item on; whether it was an event. */
  boolean passOn(TraceDecoder decoder, TaskEvents events, Losses losses) {
    boolean isEvent = item == EVENT;
    if (isEvent) {
      if (!decoder.passOn(memory, page.data(), page.length(), time, events)) {
        losses.tell(events, time, time, 1, Gap.Cause.CONTRADICTION);
      }
      passed++;
      lastTime = time;
      lossTold = false;
    } else {
      losses.tell(events, time, lossTo, lossCount, lossCause);
      lossTold = true;
    }
    item = NO_ITEM;
    return isEvent;
  }

  /** All that was told before {@code now} has been passed on. */
  void whole(long now) {
    wholeTo = now;
  }

  private boolean turnPage(long now) {
    if (!slots.hasNext() && !readPage()) {
      return false;
    }
    int slot = slots.next();
    int events = check(slot);
    long from = Math.max(lastTime, wholeTo);
    boolean sound = events >= 0 && (events == 0
        || checkedTime <= now + TOLERANCE && checkedTime >= lastTime - TOLERANCE);
    page.wrap(journal.page(slot));
    if (!sound) {
      recount = true;
      // Nothing of it is passed on; where it is followed by others they go on behind it.
      passed = Math.max(passed, slots.end());
      slots.endTime(lastTime);
      page.skip();
      lose(from, now, Gap.UNCOUNTED, Gap.Cause.CONTRADICTION);
    } else if (page.isAfterLoss() && passed >= skipTo && !lossTold) {
      checker.wrap(journal.page(slot));
      checker.next();
      long count = overruns.before(page.missed());
      if (checker.time() > unknownBefore) {
        lose(from, checker.time(), count, Gap.Cause.OVERFLOW);
      }
    }
    return true;
  }

  private void lose(long from, long to, long count, Gap.Cause cause) {
    item = LOSS;
    time = from;
    lossTo = to;
    lossCount = count;
    lossCause = cause;
  }

  /** Goes over a slot's page: how many events it has, -1 where it makes no sense. */
  private int check(int slot) {
    if (checked == slot) {
      return checkedEvents;
    }
    checker.wrap(journal.page(slot));
    int events = 0;
    while (checker.next()) {
      events++;
    }
    checked = slot;
    checkedEvents = checker.isMalformed() ? -1 : events;
    checkedTime = checker.time();
    return checkedEvents;
  }

  /** Reads the next page of the ring straight into a slot; false where there is none now. */
  private boolean readPage() {
    int slot = journal.take(cpu, number, loaded());
    full = slot == Journal.NONE;
    if (full) {
      blocked = true;
      return false;
    }
    int read = ring.read(fd, journal.page(slot), layout.size());
    if (read <= 0 || !TracePage.isFilled(layout, memory, journal.page(slot))) {
      journal.release(cpu, slot);
      blocked = read < 0 && LinuxException.is(-read, "ENOMEM"); // the kernel needs a page to give one away
      boolean isAbsent = read < 0 && LinuxException.is(-read, "ENODEV"); // the ring comes with the processor
      if (read < 0 && !blocked && !isAbsent) {
        throw new SourceException("the trace buffer of processor " + cpu + " cannot be read: "
            + LinuxException.name(-read));
      }
      return false;
    }
    number++;
    pages++;
    checked = Journal.NONE;
    int events = check(slot);
    slots.add(slot, loaded() + Math.max(0, events), checkedTime);
    return true;
  }

  /** What was passed on up to {@code events} is kept. */
  void kept(long events) {
    slots.release(journal, cpu, events);
  }

  /** Whether pages were thrown away, so that the count of events no longer is what the kernel counts; asked once. */
  boolean wantsRecount() {
    boolean wanted = recount;
    recount = false;
    return wanted;
  }

  /** How many pages were read since this was asked last. */
  int takePages() {
    int taken = pages;
    pages = 0;
    return taken;
  }

  @Override
  public void close() {
    NativeFiles.close(fd);
    stats.close();
  }
}
