package io.taskhistory.api.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Entries as JSON, of which those that were written lately are remembered: tasks of one machine have most of their
 * ancestors in common. For those who see everything. Any thread may use it.
 */
public final class EntryTexts {

  /** A power of two. */
  private static final int PLACES = 4096;

  /** Longer ones, which are rare, are not remembered, so that all of them take a dozen MiB at most. */
  private static final int LONGEST = 2048;

  private final JsonFactory json = new JsonFactory();
  private final AtomicReferenceArray<@Nullable Text> places = new AtomicReferenceArray<>(PLACES);

  /** All that an entry's text is made of, and the text. */
  private record Text(
      int pid, long time, long wall, RawText name, Provenance provenance, Details details, SerializableString json) {

    boolean isOf(Entry entry, long wallNow) {
      return pid == entry.pid() && time == entry.time() && wall == wallNow && provenance == entry.provenance()
          && name.equals(entry.name()) && (details == entry.details() || details.equals(entry.details()));
    }
  }

  /** {@code entries} of {@code boot}, each with its text. */
  List<EntryView> of(Boot boot, List<Entry> entries) {
    return new Written(boot, entries);
  }

  private SerializableString text(Boot boot, Entry entry) {
    long wall = boot.wallAt(entry.time());
    int place = (Long.hashCode(entry.time()) * 31 + entry.pid()) & PLACES - 1;
    Text known = places.get(place);
    if (known != null && known.isOf(entry, wall)) {
      return known.json;
    }
    // What the text is made of can be replaced meanwhile: it is remembered for what there was before and after.
    RawText name = entry.name();
    Provenance provenance = entry.provenance();
    Details details = entry.details();
    SerializableString text = new SerializedString(write(EntryView.of(boot, entry, Viewer.EVERYTHING)));
    Text made = new Text(entry.pid(), entry.time(), wall, name, provenance, details, text);
    if (text.charLength() <= LONGEST && made.isOf(entry, wall)) {
      places.set(place, made);
    }
    return text;
  }

  private String write(EntryView view) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = json.createGenerator(text)) {
      TaskSerializers.write(view, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** As views for whoever looks at them, and as texts for whoever writes them. */
  final class Written extends AbstractList<EntryView> {

    private final Boot boot;
    private final List<Entry> entries;

    private Written(Boot boot, List<Entry> entries) {
      this.boot = boot;
      this.entries = entries;
    }

    @Override
    public EntryView get(int index) {
      return EntryView.of(boot, entries.get(index), Viewer.EVERYTHING);
    }

    @Override
    public int size() {
      return entries.size();
    }

    SerializableString text(int index) {
      return EntryTexts.this.text(boot, entries.get(index));
    }
  }
}
