package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds names that events do not bring: reads them from /proc at once, and believes them once it is sure that they
 * belong to the exec in question.
 *
 * <p>Sure means: everything reported up to the end of the reading has been applied, and no exec, rename or exit of the
 * process was among it. That alone is not enough. The kernel sets the new comm in begin_new_exec() and reports the exec
 * only after the loader is done (fs/exec.c: exec_binprm() calls proc_exec_connector() last), so the reading that
 * follows one exec can show the comm of the next, whose event is still to come. When that comes, the name is read again
 * with the image's imprint. The same imprint means that the first reading was of the second image, and the first entry
 * loses its name. Another imprint clears the first reading, provided that the second was not of a third image: so
 * readings in quick succession stay linked, and fall together. Where there is nothing left to read, a name that was
 * read shortly before is withdrawn, since it cannot be told which image it was; unless the task slept as only a program
 * does.
 */
final class NameResolver {

  /** How long a task can be kept from finishing its exec by others, in nanoseconds: some slices of a busy scheduler. */
  static final long LONGEST_WAIT = 20_000_000;

  /** How many readings in quick succession can depend on each other. */
  private static final int MAX_LINKS = 64;

  /** How many names can still be withdrawn once a loss comes to light. */
  private static final int REMEMBERED = 4096;

  private final HistoryWriter writer;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final LongSupplier clock;
  private final Deque<NameReading> pending = new ArrayDeque<>();
  private final Deque<NameReading> believed = new ArrayDeque<>();
  private final TaskStat stat = new TaskStat();

  NameResolver(HistoryWriter writer, ProcTasks proc, StartTimes starts, LongSupplier clock) {
    this.writer = writer;
    this.proc = proc;
    this.starts = starts;
    this.clock = clock;
  }

  /** Reads the name for an exec that has just been drained. */
  void read(TrackedProcess process, Entry entry) {
    NameReading previous = process.reading;
    Task task = process.leader.task;
    boolean readable = proc.readSettled(task.tid(), stat) && starts.isSame(process.leader, stat.starttime);
    long readAt = clock.getAsLong();
    boolean ambiguous =
        previous != null && previous.runnable && entry.time() - previous.readAt < LONGEST_WAIT;
    boolean wrong = previous != null && (readable
        ? previous.imprint == stat.startstack || ambiguous && previous.links >= MAX_LINKS
        : ambiguous);
    if (previous != null && wrong) {
      withdraw(previous);
    }
    task.imprint(readable ? stat.startstack : 0);
    process.reading = readable
        ? new NameReading(process, entry, stat.comm, stat.startstack, readAt, stat.state != 'S',
            ambiguous && !wrong ? previous : null)
        : null;
    if (process.reading != null) {
      pending.add(process.reading);
    }
  }

  /** An exec or the exit came at {@code time} of what may be this process: a name read after that may be another's. */
  void changed(@Nullable Tracked task, long time) {
    if (task != null) {
      changed(task.process, time);
    }
  }

  void changed(TrackedProcess process, long time) {
    NameReading reading = process.reading;
    if (reading != null && reading.readAt >= time) {
      withdraw(reading);
    }
  }

  /** The leader was renamed; as with an exec, the name is set before it is reported. */
  void renamed(TrackedProcess process, long time, RawText name) {
    changed(process, time);
    NameReading reading = process.reading;
    if (reading != null && reading.runnable && reading.name.equals(name) && time - reading.readAt < LONGEST_WAIT) {
      withdraw(reading);
    }
  }

  /** Events since {@code from} are missing: what was read since may be what a lost exec or rename had just made. */
  void lost(long from) {
    withdrawSince(pending, from - LONGEST_WAIT);
    withdrawSince(believed, from - LONGEST_WAIT);
  }

  private void withdrawSince(Iterable<NameReading> readings, long time) {
    for (NameReading reading : readings) {
      if (reading.readAt >= time) {
        withdraw(reading);
      }
    }
  }

  /** Takes a name back, and those that were only believed because this was. */
  private void withdraw(NameReading reading) {
    for (NameReading r = reading; r != null && !r.withdrawn; r = r.previous) {
      withdrawOne(r);
    }
  }

  private void withdrawOne(NameReading reading) {
    reading.withdrawn = true;
    if (reading.entry.provenance() == Provenance.RESOLVED) {
      reading.entry.know(RawText.UNKNOWN, Provenance.UNKNOWN);
      reading.entry.detail(Details.UNKNOWN);
      writer.save(reading.entry);
    }
  }

  /** Everything reported up to {@code time} has been applied: what was read before that can be believed. */
  void drained(long time) {
    for (NameReading r = pending.peek(); r != null && r.readAt < time; r = pending.peek()) {
      pending.remove();
      if (r.process.overUnseen) {
        withdraw(r);
      } else if (!r.withdrawn) {
        believe(r);
      }
    }
  }

  /** Takes a name that was read later and is sure, for as long as no loss comes to light. */
  void learn(TrackedProcess process, Entry entry, RawText name, long imprint, long readAt) {
    believe(new NameReading(process, entry, name, imprint, readAt, false, null));
  }

  private void believe(NameReading reading) {
    believed.add(reading);
    if (believed.size() > REMEMBERED) {
      believed.remove();
    }
    if (reading.entry.provenance() != Provenance.OBSERVED) { // which another source may have brought meanwhile
      reading.entry.know(reading.name, Provenance.RESOLVED);
      writer.save(reading.entry);
    }
    Task task = reading.process.leader.task;
    if (task.entry() == reading.entry && !task.comm().isKnown()) {
      task.rename(reading.name);
      writer.save(task);
    }
  }

  /** The time of the earliest exec whose name is not yet sure; {@link Long#MAX_VALUE} where there is none. */
  long unsureSince() {
    NameReading first = pending.peek();
    return first == null ? Long.MAX_VALUE : first.entry.time();
  }
}
