package io.taskhistory.api.ask;

import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes histories as text, or as what that is inside a JSON string, and remembers what stands for all but the last
 * entry: in a batch most questions are about a few families, and writing is most of the work. What is remembered is
 * bounded, and forgotten whenever the batch waits for its client, since a name can become known meanwhile; the watermark
 * of a batch is that of its beginning.
 */
public final class LineageTexts {

  /** Longer histories are written anew each time. Their prefixes together would take the square of their length. */
  private static final int MAX_ENTRIES = 64;
  private static final int MOST = 4096;

  private final HistoryStyle style;
  private final int limit;
  private final Map<Entry, Text> prefixes = new IdentityHashMap<>();

  private final UnaryOperator<String> form;

  /**
   * A part of a history.
   *
   * @param length of what {@code form} stands for
   */
  private record Text(String form, int length) {}

  private LineageTexts(HistoryStyle style, int limit, UnaryOperator<String> form) {
    this.style = style;
    this.limit = limit;
    this.form = form;
  }

  /** As {@link HistoryStyle#write} writes them. */
  public static LineageTexts plain(HistoryStyle style, int limit) {
    return new LineageTexts(style, limit, UnaryOperator.identity());
  }

  /** The same, where a backslash stands before what has to be escaped in JSON. */
  public static LineageTexts insideJson(HistoryStyle style, int limit) {
    return new LineageTexts(style, limit, LineageTexts::escaped);
  }

  public String write(History history) {
    if (history.entries().size() <= MAX_ENTRIES) {
      Text text = upTo(history, history.entries().size() - 1);
      if (limit == 0 || text.length <= limit - 3) {
        return text.form;
      }
    }
    return form.apply(style.write(history, limit));
  }

  /** Histories are ASCII that can be printed: two characters of that are special in JSON. */
  private static String escaped(String text) {
    return text.indexOf('\\') < 0 && text.indexOf('"') < 0 ? text : text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  public void forget() {
    prefixes.clear();
  }

  private Text upTo(History history, int last) {
    List<Entry> entries = history.entries();
    String item = style.item(history.boot(), entries.get(last));
    Text text = new Text(form.apply(item), item.length());
    if (last == 0) {
      return text;
    }
    Entry before = entries.get(last - 1);
    @Nullable Text prefix = prefixes.get(before);
    if (prefix == null) {
      prefix = upTo(history, last - 1);
      if (prefixes.size() >= MOST) {
        prefixes.clear();
      }
      prefixes.put(before, prefix);
    }
    return new Text(prefix.form + style.separator() + text.form,
        prefix.length + style.separator().length() + text.length);
  }
}
