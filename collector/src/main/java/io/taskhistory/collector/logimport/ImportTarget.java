package io.taskhistory.collector.logimport;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryWriter;
import java.util.Optional;

/** Where the boots of a log go, one after another. */
public interface ImportTarget {

  /** The boot that an earlier import ended in; empty where there was none. */
  Optional<HistoryWriter> last();

  /** Begins a boot; what lived in the one before is closed. */
  HistoryWriter begin(BootFacts facts);
}
