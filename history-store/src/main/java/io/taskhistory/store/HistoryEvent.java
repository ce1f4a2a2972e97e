package io.taskhistory.store;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;

/**
 * Something that happened and was kept. Task, entry and gap are as they are known when the event is read, so what came
 * later (a name that was read from /proc, details, who ended it) is in them and is no event of its own.
 */
public sealed interface HistoryEvent {

  /** The place right behind this event. */
  EventCursor cursor();

  Boot boot();

  /** When it happened, on the clock that everything is ordered by; of a gap, when it was over. */
  long time();

  /** A task was created, or found by a scan of /proc: then its time may be long before. */
  record Forked(EventCursor cursor, Task task) implements HistoryEvent {

    @Override
    public Boot boot() {
      return task.boot();
    }

    @Override
    public long time() {
      return task.start();
    }
  }

  /** A process's exec succeeded, or an entry of its history was found by a scan of /proc. */
  record Execed(EventCursor cursor, Task task, Entry entry) implements HistoryEvent {

    @Override
    public Boot boot() {
      return task.boot();
    }

    @Override
    public long time() {
      return entry.time();
    }
  }

  /** A task ended. */
  record Exited(EventCursor cursor, Task task) implements HistoryEvent {

    @Override
    public Boot boot() {
      return task.boot();
    }

    @Override
    public long time() {
      return task.ending().map(Ending::time).orElse(task.start());
    }
  }

  /** A gap was found. */
  record GapKept(EventCursor cursor, Gap gap) implements HistoryEvent {

    @Override
    public Boot boot() {
      return gap.boot();
    }

    @Override
    public long time() {
      return gap.to();
    }
  }
}
