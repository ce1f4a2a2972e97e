package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Finds names that events do not bring: reads them from /proc at once, and believes them once it is sure that they
 * belong to the exec in question.
 *
 * <p>Sure means: everything reported up to the end of the reading has been applied, and no exec, rename or exit of the
 * process was among it. That alone is not enough. The kernel sets the new comm in begin_new_exec() and reports the exec
 * only after the loader is done (fs/exec.c: exec_binprm() calls proc_exec_connector() last), so the reading that
 * follows one exec can show the comm of the next, whose event is still to come. When it comes, the name is read again
 * with the image's imprint: the same imprint means that the first reading was of the second image, and the first entry
 * loses its name. If by then there is nothing left to read, a name that was read off a task on a run queue shortly
 * before is withdrawn as well, since it cannot be told which image it was.
 */
final class NameResolver {

  /** How long a runnable task can be kept from finishing its exec by others, in nanoseconds. */
  private static final long LONGEST_WAIT = 20_000_000;

  private final HistoryWriter writer;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final LongSupplier clock;
  private final Deque<NameReading> pending = new ArrayDeque<>();
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
    boolean readable = proc.readSettled(task.tid(), stat) && starts.isSame(task, stat.starttime);
    if (readable) {
      process.reading = new NameReading(
          process, entry, stat.comm, stat.startstack, clock.getAsLong(), stat.state == 'R');
      pending.add(process.reading);
      task.imprint(stat.startstack);
    } else {
      process.reading = null;
      task.imprint(0);
    }
    if (previous != null && mayBeOfNextImage(previous, readable, entry.time())) {
      withdraw(previous);
    }
  }

  private boolean mayBeOfNextImage(NameReading previous, boolean readable, long nextExec) {
    return readable
        ? previous.imprint == stat.startstack
        : previous.runnable && nextExec - previous.readAt < LONGEST_WAIT;
  }

  /** An exec or the exit of the process came at {@code time}: a name read after that may not be the entry's. */
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

  private void withdraw(NameReading reading) {
    reading.withdrawn = true;
    if (reading.entry.provenance() == Provenance.RESOLVED) {
      reading.entry.know(RawText.UNKNOWN, Provenance.UNKNOWN);
      writer.save(reading.entry);
    }
  }

  /** Everything reported up to {@code time} has been applied: what was read before that can be believed. */
  void drained(long time) {
    for (NameReading r = pending.peek(); r != null && r.readAt < time; r = pending.peek()) {
      pending.remove();
      if (!r.withdrawn) {
        believe(r);
      }
    }
  }

  private void believe(NameReading reading) {
    reading.entry.know(reading.name, Provenance.RESOLVED);
    writer.save(reading.entry);
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
