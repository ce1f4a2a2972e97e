package io.taskhistory.api.ask;

import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes histories as text, and remembers what stands for all but the last entry: in a batch most questions are about
 * a few families, and writing is most of the work. What is remembered is bounded, and forgotten whenever the batch
 * waits for its client, since a name can become known meanwhile; the watermark of a batch is that of its beginning.
 */
public final class LineageTexts {

  /** Longer histories are written anew each time. Their prefixes together would take the square of their length. */
  private static final int MAX_ENTRIES = 64;
  private static final int MOST = 4096;

  private final HistoryStyle style;
  private final int limit;
  private final Map<Entry, String> prefixes = new IdentityHashMap<>();

  public LineageTexts(HistoryStyle style, int limit) {
    this.style = style;
    this.limit = limit;
  }

  /** The same as {@link HistoryStyle#write}. */
  public String write(History history) {
    if (history.entries().size() > MAX_ENTRIES) {
      return style.write(history, limit);
    }
    String text = upTo(history, history.entries().size() - 1);
    return limit == 0 || text.length() <= limit - 3 ? text : style.write(history, limit);
  }

  public void forget() {
    prefixes.clear();
  }

  private String upTo(History history, int last) {
    List<Entry> entries = history.entries();
    String item = style.item(history.boot(), entries.get(last));
    if (last == 0) {
      return item;
    }
    Entry before = entries.get(last - 1);
    @Nullable String prefix = prefixes.get(before);
    if (prefix == null) {
      prefix = upTo(history, last - 1);
      if (prefixes.size() >= MOST) {
        prefixes.clear();
      }
      prefixes.put(before, prefix);
    }
    return prefix + style.separator() + item;
  }
}
