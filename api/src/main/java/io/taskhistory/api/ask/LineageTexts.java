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

  /** Longer histories are written anew each time. */
  private static final int MAX_ENTRIES = 64;
  private static final int MOST = 4096;
  /** So are those of which all but the last entry takes more: a path can be of 16 KiB, as it is written. */
  private static final int LONGEST = 4096;
  /** In characters, which are bytes: there are some batches and logs at once. */
  static final int MOST_TEXT = 1 << 20;

  private final HistoryStyle style;
  private final int limit;
  private final int longest;
  private final Map<Entry, Text> prefixes = new IdentityHashMap<>();
  private int remembered;

  private final UnaryOperator<String> form;

  /**
   * A part of a history.
   *
   * @param length of what {@code form} stands for
   */
  private record Text(String form, int length) {

    static final Text TOO_LONG = new Text("", Integer.MAX_VALUE);
  }

  private LineageTexts(HistoryStyle style, int limit, UnaryOperator<String> form) {
    this.style = style;
    this.limit = limit;
    this.longest = limit == 0 ? LONGEST : Math.min(LONGEST, limit - 3);
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
      Text text = upTo(history, history.entries().size() - 1, limit == 0 ? Integer.MAX_VALUE : limit - 3);
      if (text != null) {
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
    remembered = 0;
  }

  /** How many characters are remembered. */
  int remembered() {
    return remembered;
  }

  /** What stands for the entries up to {@code last}; null where that, or what is before that, is too long. */
  private @Nullable Text upTo(History history, int last, int room) {
    String item = style.item(history.boot(), history.entries().get(last));
    if (item.length() > room) {
      return null;
    }
    String text = form.apply(item);
    if (last == 0) {
      return new Text(text, item.length());
    }
    Text prefix = prefix(history, last - 1);
    int left = room - item.length() - style.separator().length();
    return prefix.length > left ? null
        : new Text(prefix.form + style.separator() + text, room - left + prefix.length);
  }

  private Text prefix(History history, int last) {
    Entry entry = history.entries().get(last);
    Text known = prefixes.get(entry);
    if (known != null) {
      return known;
    }
    Text made = upTo(history, last, longest);
    Text prefix = made == null ? Text.TOO_LONG : made;
    if (prefixes.size() >= MOST || remembered + prefix.form.length() > MOST_TEXT) {
      forget();
    }
    prefixes.put(entry, prefix);
    remembered += prefix.form.length();
    return prefix;
  }
}
