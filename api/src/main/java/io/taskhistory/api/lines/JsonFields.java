package io.taskhistory.api.lines;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields of a line of JSON by their paths, and the end of the object that another shall be added to, in one walk
 * and without keeping the line. A path is keys with dots between them; since keys may hold dots themselves, it is
 * compared as text: {@code output_fields.proc.pid} is found under {@code {"output_fields":{"proc.pid":1}}}, too. A
 * {@code *} stands for any one key, a number for an item of an array. Not safe for use by several threads.
 */
final class JsonFields {

  private static final int GONE = -1;

  private final JsonFactory json = new JsonFactory();
  private final List<String> paths;
  private final String container;
  private final String added;
  /** The value of each path, as it is written. */
  private final @Nullable String[] values;
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
  }

  /** Walks through a line; false where it is no JSON object. */
  boolean read(byte[] text, int from, int to) {
    Arrays.fill(values, null);
    insertAt = 0;
    isAdded = false;
    try (JsonParser in = json.createParser(text, from, to - from)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      object(in, new int[paths.size()], container.isEmpty() ? -1 : 0);
      if (in.nextToken() != null) {
        return false;
      }
    } catch (IOException e) {
      // Not JSON, or nested too deeply for it.
      return false;
    }
    insertAt += from;
    return insertAt == from || text[insertAt] == '}';
  }

  /** The value at the path with this number; null where there is none, or no number and no text. */
  @Nullable String value(int path) {
    return values[path];
  }

  /** Where the object that is added to ends: the offset of its brace; what follows that is kept. */
  int insertAt() {
    return insertAt;
  }

  /** Whether the object is there, and lacks what shall be added. */
  boolean canAdd() {
    return insertAt > 0 && !isAdded;
  }

  /**
   * Walks through an object.
   *
   * @param at how much of each path leads to it, or {@link #GONE}
   * @param inContainer how much of the container's path leads to it, −1 where this is the container, −2 elsewhere
   */
  private void object(JsonParser in, int[] at, int inContainer) throws IOException {
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      isAdded |= inContainer == -1 && name.equals(added);
      JsonToken value = in.nextToken();
      int inner = inContainer < 0 ? -2 : container(name, inContainer);
      value(in, value, name, at, inner);
    }
    if (inContainer == -1) {
      insertAt = (int) in.currentLocation().getByteOffset() - 1;
    }
  }

  private void array(JsonParser in, int[] at) throws IOException {
    int index = 0;
    for (JsonToken item = in.nextToken(); item != JsonToken.END_ARRAY; item = in.nextToken()) {
      value(in, item, Integer.toString(index++), at, -2);
    }
  }

  private void value(JsonParser in, JsonToken value, String name, int[] at, int inContainer) throws IOException {
    int[] inner = null;
    for (int path = 0; path < at.length; path++) {
      int next = at[path] == GONE ? GONE : after(paths.get(path), at[path], name);
      if (next == GONE) {
        continue;
      }
      if (next > paths.get(path).length()) {
        if (value.isNumeric() || value == JsonToken.VALUE_STRING) {
          values[path] = in.getText();
        }
      } else if (value.isStructStart()) {
        if (inner == null) {
          inner = new int[at.length];
          Arrays.fill(inner, GONE);
        }
        inner[path] = next;
      }
    }
    if (value == JsonToken.START_OBJECT && (inner != null || inContainer >= -1)) {
      object(in, inner == null ? nowhere(at.length) : inner, inContainer);
    } else if (value == JsonToken.START_ARRAY && inner != null) {
      array(in, inner);
    } else if (value.isStructStart()) {
      in.skipChildren();
    }
  }

  private static int[] nowhere(int length) {
    int[] at = new int[length];
    Arrays.fill(at, GONE);
    return at;
  }

  private int container(String name, int at) {
    int next = after(container, at, name);
    return next == GONE ? -2 : next > container.length() ? -1 : next;
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
