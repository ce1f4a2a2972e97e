package io.taskhistory.collector;

import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.tracking.Tracking;
import io.taskhistory.history.Ending;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Drains the sources beside the spine, and says when one comes or goes. For the collector's thread. */
final class BesideSpine {

  private final Sources sources;
  private final Tracking tracking;
  private final List<One> all = new ArrayList<>();

  private static final class One {

    final EventSource source;
    long drained;

    One(EventSource source, long since) {
      this.source = source;
      this.drained = since;
    }

    boolean reportsExits() {
      return source.name().equals(Ending.REPORTING_SOURCE);
    }
  }

  BesideSpine(Sources sources, Tracking tracking) {
    this.sources = sources;
    this.tracking = tracking;
  }

  /** They are open. */
  void begin() {
    for (EventSource source : sources.beside()) {
      One one = new One(source, sources.since(source));
      all.add(one);
      tracking.besideSince(source.name(), one.drained, source.tellsEveryExit());
    }
  }

  /** Passes on what they have: up to when the one that reports exits has told all; -1 where there is none. */
  long drain(int most) {
    long reported = -1;
    for (Iterator<One> i = all.iterator(); i.hasNext();) {
      One one = i.next();
      long drained = sources.drain(one.source, tracking.beside(one.source.name()), most);
      if (drained < 0) {
        i.remove();
        tracking.besideGone(one.source.name(), one.drained);
        continue;
      }
      one.drained = drained;
      if (one.reportsExits()) {
        reported = drained;
      }
    }
    return reported;
  }

  /** Another spine has taken over, and some may be gone with the one before. */
  void review() {
    for (Iterator<One> i = all.iterator(); i.hasNext();) {
      One one = i.next();
      if (!sources.beside().contains(one.source)) {
        i.remove();
        tracking.besideGone(one.source.name(), one.drained);
      }
    }
  }
}
