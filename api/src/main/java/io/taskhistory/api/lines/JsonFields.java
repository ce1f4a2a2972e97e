package io.taskhistory.api.lines;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields of a line of JSON by their paths, and the end of the object that another shall be added to, in one walk
 * and without keeping the line. A path is keys with dots between them; since keys may hold dots themselves, it is
 * compared as text: {@code output_fields.proc.pid} is found under {@code {"output_fields":{"proc.pid":1}}}, too. A
 * {@code *} stands for any one key, a number for an item of an array. Not safe for use by several threads.
 */
final class JsonFields {

  private static final int GONE = -1;
  private static final int NOWHERE = -1;
  private static final int MOST_KEYS = 256;

  /** Lines are UTF-8: other encodings have no end of line that is one byte. */
  private final JsonFactory json =
      JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION).build();
  private final List<String> paths;
  private final String container;
  private final String added;
  /** The value of each path, as it is written. */
  private final @Nullable String[] values;
  private final Level top;
  private int start;
  private int insertAt;
  private boolean isAdded;

  /**
   * What to look for.
   *
   * @param container the path of the object to add to, empty for the outermost
   * @param added the key that will be added there
   */
  JsonFields(List<String> paths, String container, String added) {
    this.paths = List.copyOf(paths);
    this.container = container;
    this.added = added;
    this.values = new @Nullable String[paths.size()];
    int[] at = new int[paths.size() + 1];
    at[paths.size()] = container.isEmpty() ? GONE : 0;
    this.top = new Level(at, container.isEmpty());
  }

  /** Walks through a line; false where it is no JSON object. */
  boolean read(byte[] text, int from, int to) {
    Arrays.fill(values, null);
    start = from;
    insertAt = NOWHERE;
    isAdded = false;
    try (JsonParser in = json.createParser(text, from, to - from)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      object(in, top);
      if (in.nextToken() != null) {
        return false;
      }
    } catch (IOException e) {
      // Not JSON, or nested too deeply for it.
      return false;
    }
    return true;
  }

  /** The value at the path with this number; null where there is none, or no number and no text. */
  @Nullable String value(int path) {
    return values[path];
  }

  /** Where the object that is added to ends: the offset of its brace; −1 where there is no such object. */
  int insertAt() {
    return insertAt;
  }

  /** Whether the object is there, and lacks what shall be added. */
  boolean canAdd() {
    return insertAt != NOWHERE && !isAdded;
  }

  private void object(JsonParser in, Level level) throws IOException {
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      isAdded |= level.isContainer && name.equals(added);
      value(in, in.nextToken(), level.step(name));
    }
    if (level.isContainer) {
      insertAt = start + (int) in.currentLocation().getByteOffset() - 1;
    }
  }

  private void array(JsonParser in, Level level) throws IOException {
    int index = 0;
    for (JsonToken item = in.nextToken(); item != JsonToken.END_ARRAY; item = in.nextToken()) {
      value(in, item, level.step(Integer.toString(index++)));
    }
  }

  private void value(JsonParser in, JsonToken value, Step step) throws IOException {
    if (value.isStructStart()) {
      if (step.inner == null) {
        in.skipChildren();
      } else if (value == JsonToken.START_OBJECT) {
        object(in, step.inner);
      } else {
        array(in, step.inner);
      }
    } else if (step.ends.length > 0 && (value.isNumeric() || value == JsonToken.VALUE_STRING)) {
      String text = in.getText();
      for (int path : step.ends) {
        values[path] = text;
      }
    }
  }

  /**
   * What a key leads to.
   *
   * @param ends the numbers of the paths that end there
   * @param inner where the others go on, null where none does
   */
  private record Step(int[] ends, @Nullable Level inner) {

    static final Step NOWHERE = new Step(new int[0], null);
  }

  /** An object or array on the way of some path. Where a key leads is found out once: lines have the same few. */
  private final class Level {

    /** How much of each path leads here, or {@link #GONE}; that of the container is the last. */
    private final int[] at;
    private final boolean isContainer;
    private final Map<String, Step> steps = new HashMap<>();

    Level(int[] at, boolean isContainer) {
      this.at = at;
      this.isContainer = isContainer;
    }

    Step step(String name) {
      Step known = steps.get(name);
      if (known == null) {
        known = found(name);
        // A hostile log has any number of keys.
        if (steps.size() < MOST_KEYS) {
          steps.put(name, known);
        }
      }
      return known;
    }

    private Step found(String name) {
      int[] next = new int[at.length];
      int[] ends = new int[at.length];
      int count = 0;
      boolean goesOn = false;
      for (int path = 0; path < at.length; path++) {
        String text = path < paths.size() ? paths.get(path) : container;
        next[path] = at[path] == GONE ? GONE : after(text, at[path], name);
        if (next[path] > text.length()) {
          next[path] = GONE;
          ends[count++] = path;
        }
        goesOn |= next[path] != GONE;
      }
      boolean leadsToContainer = count > 0 && ends[count - 1] == paths.size();
      Level inner = goesOn || leadsToContainer ? new Level(next, leadsToContainer) : null;
      count -= leadsToContainer ? 1 : 0;
      return count == 0 && inner == null ? Step.NOWHERE : new Step(Arrays.copyOf(ends, count), inner);
    }
  }

  /** Where {@code path} goes on after {@code name}: beyond its length at its end. */
  private static int after(String path, int at, String name) {
    int end;
    if (path.startsWith("*", at)) {
      end = at + 1;
    } else if (path.startsWith(name, at)) {
      end = at + name.length();
    } else {
      return GONE;
    }
    return end == path.length() || path.charAt(end) == '.' ? end + 1 : GONE;
  }
}
