package io.taskhistory.api.witness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who lived when, told by the events of a recording, in their order. Tasks from before it are not known, nor are their
 * threads; what does not fit together of others is refused.
 */
public final class Lives {

  private final List<Life> all = new ArrayList<>();
  private final Map<Integer, Life> holders = new HashMap<>();
  /**
   * Threads in the middle of an exec whose tids others have already: de_thread() of fs/exec.c gives the leader's pid to
   * the thread, and its tid back, some time before the exec is reported.
   */
  private final Map<Integer, Life> displaced = new HashMap<>();

  void take(TraceEvent event) {
    if (event instanceof TraceEvent.Cloned cloned) {
      cloned(cloned);
    } else if (event instanceof TraceEvent.Forked forked) {
      forked(forked);
    } else if (event instanceof TraceEvent.Renamed renamed) {
      renamed(renamed);
    } else if (event instanceof TraceEvent.Execed execed) {
      execed(execed);
    } else if (event instanceof TraceEvent.Exited exited) {
      exited(exited);
    }
  }

  void end() {
    check(displaced.isEmpty(), "no exec of these was reported", displaced.values());
  }

  private void cloned(TraceEvent.Cloned event) {
    if (event.tid() == 0) {
      return; // an idle task of a processor
    }
    Life caller = holders.get(event.by());
    Life before = holders.remove(event.tid());
    if (before != null) {
      check(before.isThread(), "its tid was given to another", before);
      displaced.put(event.tid(), before);
    }
    if (caller != null) {
      caller.did(event.time());
    }
    if (!event.isThread()) {
      add(Life.process(event.tid(), event.time(), caller));
    } else if (caller != null) {
      add(Life.thread(event.tid(), event.time(), caller));
    }
  }

  private void add(Life life) {
    all.add(life);
    holders.put(life.tid(), life);
  }

  private void forked(TraceEvent.Forked event) {
    Life child = holders.get(event.child());
    if (child != null) {
      int creator = child.creator().map(Life::tid).orElse(event.by());
      check(creator == event.by(), "two have created it", child);
    }
  }

  private void renamed(TraceEvent.Renamed event) {
    Life life = holders.get(event.tid());
    if (life != null && event.by() == event.tid()) {
      life.renamed(event.name());
      life.did(event.time());
    }
  }

  private void execed(TraceEvent.Execed event) {
    Life process = holders.get(event.tid());
    if (process == null) {
      return;
    }
    check(!process.isThread(), "it called exec and is no leader", process);
    if (event.oldTid() != event.tid()) {
      Life thread = displaced.remove(event.oldTid());
      thread = thread == null ? holders.remove(event.oldTid()) : thread;
      check(thread != null && thread.process() == process, "no thread of it called exec", process);
      thread.ended(event.time());
    }
    check(process.tids.size() == 1 && process.tids.contains(event.oldTid()), "other threads survive an exec", process);
    process.execed(event.time());
  }

  /** A process ends with the last of its threads. Until then its leader's pid is its own. */
  private void exited(TraceEvent.Exited event) {
    Life life = holders.get(event.tid());
    if (life == null) {
      return;
    }
    Life process = life.process();
    check(process.tids.remove(event.tid()), "it ends twice", life);
    if (life.isThread()) {
      life.ended(event.time());
      holders.remove(event.tid());
    }
    if (process.tids.isEmpty()) {
      process.ended(event.time());
      holders.remove(process.tid());
    }
  }

  private static void check(boolean holds, String refusal, Object about) {
    if (!holds) {
      throw new IllegalStateException(refusal + ": " + about);
    }
  }

  /** The first process that had the pid {@code root}, and all that comes from it, in the order of their starts. */
  public List<Life> from(int root) {
    Life first = all.stream().filter(life -> life.tid() == root && !life.isThread()).findFirst()
        .orElseThrow(() -> new IllegalStateException("nobody was born as " + root));
    return all.stream().filter(life -> life.isBelow(first)).toList();
  }
}
