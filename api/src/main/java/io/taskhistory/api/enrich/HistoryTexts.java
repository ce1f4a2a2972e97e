package io.taskhistory.api.enrich;

import io.taskhistory.api.ask.LineageTexts;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Histories in the kernel style as bytes. What was written is remembered until {@link #forget}, within bounds. */
final class HistoryTexts {

  /** Names are resolved a moment after they were needed: what is older than this is written anew. */
  private static final long FRESH = 100_000_000L;

  private static final int MOST_BYTES = 2 << 20;

  private final LineageTexts texts;
  private final Map<Entry, byte[]> written = new IdentityHashMap<>();
  private int bytes;
  private long since = System.nanoTime();

  HistoryTexts(int limit) {
    texts = LineageTexts.plain(HistoryStyle.KERNEL, limit);
  }

  /** What stands for the history that ends with {@code entry}; not to be changed. */
  byte[] write(Boot boot, Entry entry) {
    byte[] known = written.get(entry);
    if (known == null) {
      known = texts.write(history(boot, entry)).getBytes(StandardCharsets.ISO_8859_1);
      if (bytes + known.length > MOST_BYTES) {
        written.clear();
        bytes = 0;
      }
      written.put(entry, known);
      bytes += known.length;
    }
    return known;
  }

  /** Time may have passed. */
  void moreCame() {
    long now = System.nanoTime();
    if (now - since > FRESH) {
      since = now;
      written.clear();
      texts.forget();
      bytes = 0;
    }
  }

  private static History history(Boot boot, Entry last) {
    List<Entry> entries = new ArrayList<>();
    for (@Nullable Entry e = last; e != null; e = e.parent()) {
      entries.add(e);
    }
    Collections.reverse(entries);
    return new History(boot, entries, Doubts.NONE);
  }
}
