package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The value of a task, live or ended; tid and start are in the key. Filled and used again, so that a commit encodes
 * thousands of tasks without garbage.
 *
 * <pre>
 *   0         1       3
 *   | version | flags | leader | entry | end | status | origin | creator | reaper | gaps | imprint | comm … |
 *
 *   leader    of a thread: zigzag tid − tgid, zigzag start − leader's start
 *   entry     unless the root: zigzag its time − start, zigzag its pid − tid. Of a thread, its leader's by then
 *   end       of an ended task: zigzag end − start
 *   status    of an ended task, unless 0, unknown or unreported: varint
 *   origin    of a task ended by a signal, where known whom it came from: {@link OriginRecord}
 *   creator   where known: zigzag tid − creator's tid, zigzag start − creator's start
 *   reaper    where known and not the creator: the same
 *   gaps      where there are any: varint how many, then for each a varint, id − the id before
 *   imprint   where known: 8 bytes
 *   comm      where it is not the entry's known name: the rest of the value
 * </pre>
 *
 * <p>Two things are left out on purpose, since of the 100 bytes that a lifecycle may cost each would take ten. The
 * imprint of an ended task: it tells whether a process found in /proc still has the image it had, and nobody finds an
 * ended one. The comm that is the entry's name: should the name be unlearned later, the comm goes with it, and rightly
 * so, as both were read at once.
 */
final class TaskRecord {

  static final int VERSION = 1;
  static final long NOBODY = -1;

  private static final int THREAD = 1;
  private static final int ENTRY_IS_ROOT = 1 << 1;
  private static final int ENDED = 1 << 2;
  private static final int STATUS_FOLLOWS = 1 << 3;
  private static final int STATUS_UNKNOWN = 1 << 4;
  /** Both together, with no status following. */
  private static final int STATUS_UNREPORTED = STATUS_FOLLOWS | STATUS_UNKNOWN;
  private static final int CREATOR = 1 << 5;
  private static final int REAPER = 1 << 6;
  private static final int REAPER_IS_CREATOR = 1 << 7;
  private static final int CREATOR_ASSUMED = 1 << 8;
  private static final int GAPS = 1 << 9;
  private static final int IMPRINT = 1 << 10;
  private static final int COMM_FOLLOWS = 1 << 11;
  private static final int COMM_UNKNOWN = 1 << 12;
  private static final int ORIGIN = 1 << 13;
  private static final int OOM_VICTIM = 1 << 14;

  private static final int[] NO_GAPS = {};

  int tid;
  long start;
  int tgid;
  long leaderStart;
  long entryTime;
  int entryPid;
  /** Of a record that was read, without the origin: {@link #ending(Boot)} has that too. */
  @Nullable Ending ending;
  private @Nullable OriginRecord origin;
  int creatorTid;
  long creatorStart;
  int reaperTid;
  long reaperStart;
  boolean creatorAssumed;
  int[] gaps = NO_GAPS;
  long imprint;
  /** Null where it is the entry's name. */
  @Nullable RawText comm;

  boolean isThread() {
    return tgid != tid;
  }

  TaskRecord of(Task task) {
    tid = task.tid();
    start = task.start();
    tgid = task.tgid();
    leaderStart = task.leader().start();
    Entry entry = task.entry();
    entryTime = entry.time();
    entryPid = EntryRef.pidOf(entry);
    ending = task.ending().orElse(null);
    creatorTid = task.creatorTid();
    creatorStart = task.creatorStart();
    TaskId reaper = task.reaper().orElse(null);
    reaperTid = reaper == null ? 0 : reaper.tid();
    reaperStart = reaper == null ? NOBODY : reaper.start();
    Doubts doubts = task.doubts();
    creatorAssumed = doubts.creatorAssumed();
    gaps = doubts.gaps().isEmpty() ? NO_GAPS : ids(doubts.gaps());
    imprint = task.imprint();
    comm = task.comm().isKnown() && task.comm().equals(entry.name()) ? null : task.comm();
    return this;
  }

  private static int[] ids(List<Gap> gaps) {
    return gaps.stream().mapToInt(Gap::id).toArray();
  }

  void encode(Bytes out) {
    Ending end = ending;
    boolean reaperIsCreator = reaperStart != NOBODY && reaperTid == creatorTid && reaperStart == creatorStart;
    int flags = flags(end, reaperIsCreator);
    out.clear().u8(VERSION).u16(flags);
    if (isThread()) {
      out.zigzag(tid - tgid).zigzag(start - leaderStart);
    }
    if (entryPid != Keys.ROOT_PID) {
      out.zigzag(entryTime - start).zigzag(entryPid - tid);
    }
    if (end != null) {
      out.zigzag(end.time() - start);
      if ((flags & STATUS_UNREPORTED) == STATUS_FOLLOWS) {
        out.varint(end.waitStatus() & 0xffff_ffffL);
      }
      SignalOrigin by = end.by();
      if (by != null) {
        OriginRecord.encode(by, this, end.time(), out);
      }
    }
    if (creatorStart != NOBODY) {
      out.zigzag(tid - creatorTid).zigzag(start - creatorStart);
    }
    if (reaperStart != NOBODY && !reaperIsCreator) {
      out.zigzag(tid - reaperTid).zigzag(start - reaperStart);
    }
    if (gaps.length > 0) {
      out.varint(gaps.length);
      int before = 0;
      for (int id : gaps) {
        out.varint(id - before);
        before = id;
      }
    }
    if ((flags & IMPRINT) != 0) {
      out.u64(imprint);
    }
    RawText own = comm;
    if (own != null) {
      out.text(own);
    }
  }

  private int flags(@Nullable Ending end, boolean reaperIsCreator) {
    int flags = 0;
    flags |= isThread() ? THREAD : 0;
    flags |= entryPid == Keys.ROOT_PID ? ENTRY_IS_ROOT : 0;
    if (end != null) {
      flags |= ENDED | status(end.waitStatus());
      flags |= end.by() != null ? ORIGIN : 0;
      flags |= end.oomVictim() ? OOM_VICTIM : 0;
    }
    flags |= creatorStart != NOBODY ? CREATOR : 0;
    flags |= reaperStart == NOBODY ? 0 : reaperIsCreator ? REAPER_IS_CREATOR : REAPER;
    flags |= creatorAssumed ? CREATOR_ASSUMED : 0;
    flags |= gaps.length > 0 ? GAPS : 0;
    flags |= imprint != 0 && end == null ? IMPRINT : 0;
    flags |= comm == null ? 0 : comm.isKnown() ? COMM_FOLLOWS : COMM_UNKNOWN;
    return flags;
  }

  private static int status(int waitStatus) {
    return switch (waitStatus) {
      case 0 -> 0;
      case Ending.UNKNOWN_STATUS -> STATUS_UNKNOWN;
      case Ending.UNREPORTED -> STATUS_UNREPORTED;
      default -> STATUS_FOLLOWS;
    };
  }

  TaskRecord decode(int tid, long start, byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "task");
    int flags = in.u16();
    this.tid = tid;
    this.start = start;
    boolean thread = (flags & THREAD) != 0;
    tgid = thread ? (int) (tid - in.zigzag()) : tid;
    leaderStart = thread ? start - in.zigzag() : start;
    boolean root = (flags & ENTRY_IS_ROOT) != 0;
    entryTime = root ? 0 : start + in.zigzag();
    entryPid = root ? Keys.ROOT_PID : (int) (tid + in.zigzag());
    origin = null;
    ending = (flags & ENDED) == 0 ? null : ending(in, flags);
    boolean created = (flags & CREATOR) != 0;
    creatorTid = created ? (int) (tid - in.zigzag()) : 0;
    creatorStart = created ? start - in.zigzag() : NOBODY;
    if ((flags & REAPER_IS_CREATOR) != 0) {
      reaperTid = creatorTid;
      reaperStart = creatorStart;
    } else {
      boolean reaped = (flags & REAPER) != 0;
      reaperTid = reaped ? (int) (tid - in.zigzag()) : 0;
      reaperStart = reaped ? start - in.zigzag() : NOBODY;
    }
    creatorAssumed = (flags & CREATOR_ASSUMED) != 0;
    gaps = (flags & GAPS) == 0 ? NO_GAPS : gaps(in);
    imprint = (flags & IMPRINT) == 0 ? 0 : in.u64();
    comm = (flags & COMM_UNKNOWN) != 0 ? RawText.UNKNOWN : (flags & COMM_FOLLOWS) != 0 ? in.rest() : null;
    return this;
  }

  private Ending ending(BytesReader in, int flags) {
    long end = start + in.zigzag();
    int status = switch (flags & STATUS_UNREPORTED) {
      case 0 -> 0;
      case STATUS_UNKNOWN -> Ending.UNKNOWN_STATUS;
      case STATUS_UNREPORTED -> Ending.UNREPORTED;
      default -> (int) in.varint();
    };
    Ending read = new Ending(end, status, null, (flags & OOM_VICTIM) != 0);
    if ((flags & ORIGIN) != 0) {
      if (read.signal() < 1 || read.signal() > SignalOrigin.HIGHEST) {
        throw new StoreException("Damaged task: who sent its signal is told, and the signal is " + read.signal());
      }
      origin = OriginRecord.decode(in, this, end);
    }
    return read;
  }

  /** How the task ended, who ended it included; null while it lives. */
  @Nullable Ending ending(Boot boot) {
    Ending read = ending;
    OriginRecord by = origin;
    return read == null || by == null ? read
        : new Ending(read.time(), read.waitStatus(), by.of(boot, read.signal()), read.oomVictim());
  }

  private static int[] gaps(BytesReader in) {
    int[] gaps = new int[in.count(in.left())];
    int before = 0;
    for (int i = 0; i < gaps.length; i++) {
      before += (int) in.varint();
      gaps[i] = before;
    }
    return gaps;
  }
}
