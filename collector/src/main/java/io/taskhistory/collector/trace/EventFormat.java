package io.taskhistory.collector.trace;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the fields of one kind of event lie, as its {@code format} file says (Documentation/trace/events.rst):
 *
 * <pre>
 *   name: sched_process_exec
 *   ID: 365
 *   format:
 *           field:unsigned short common_type;       offset:0;       size:2; signed:0;
 *           field:__data_loc char[] filename;       offset:8;       size:4; signed:0;
 * </pre>
 */
final class EventFormat {

  private static final Pattern ID = Pattern.compile("(?m)^ID:\\s*(\\d{1,9})\\s*$");
  private static final Pattern FIELD = Pattern.compile("(?m)^\\s*field:\\s*([^;]{1,200}?)(\\[[^];]*])?;"
      + "\\s*offset:(\\d{1,9});\\s*size:(\\d{1,9});(?:\\s*signed:([01]);)?");
  private static final int MOST = 1 << 16;

  private final String name;
  private final int id;
  private final Map<String, Field> fields = new HashMap<>();

  /** One field of an event: its place from where the event's data start. */
  record Field(int offset, int size, boolean isSigned, Kind kind) {

    /** How a field is to be read. */
    enum Kind {
      /** It holds what it says. */
      PLAIN,
      /** 16 bits of length, 16 bits of offset from the event's start: where the text is. */
      DATA_LOC,
      /** The same, from the field's own end. */
      REL_LOC
    }

    int end() {
      return offset + size;
    }

    /** The number at {@code event}. */
    long number(ByteBuffer memory, int event) {
      return switch (size) {
        case 1 -> isSigned ? memory.get(event + offset) : Byte.toUnsignedInt(memory.get(event + offset));
        case 2 -> isSigned ? memory.getShort(event + offset) : Short.toUnsignedInt(memory.getShort(event + offset));
        case 4 -> isSigned ? memory.getInt(event + offset) : Integer.toUnsignedLong(memory.getInt(event + offset));
        default -> memory.getLong(event + offset);
      };
    }

    int integer(ByteBuffer memory, int event) {
      return (int) number(memory, event);
    }
  }

  private EventFormat(String name, int id) {
    this.name = name;
    this.id = id;
  }

  /**
   * Reads a {@code format} file.
   *
   * @throws IllegalArgumentException where it is none
   */
  static EventFormat parse(String name, String text) {
    Matcher id = ID.matcher(text);
    if (!id.find() || Integer.parseInt(id.group(1)) >= MOST) {
      throw new IllegalArgumentException("the format of " + name + " has no usable ID");
    }
    EventFormat format = new EventFormat(name, Integer.parseInt(id.group(1)));
    Matcher field = FIELD.matcher(text);
    while (field.find()) {
      format.add(field.group(1).strip(), Integer.parseInt(field.group(3)), Integer.parseInt(field.group(4)),
          "1".equals(field.group(5)));
    }
    return format;
  }

  /** {@code declaration} ends with the field's name; what stands behind it in brackets is cut off already. */
  private void add(String declaration, int offset, int size, boolean isSigned) {
    if (offset >= MOST || size >= MOST) {
      throw new IllegalArgumentException("the format of " + name + " has a field beyond any event: " + declaration);
    }
    Field.Kind kind = declaration.startsWith("__data_loc ") ? Field.Kind.DATA_LOC
        : declaration.startsWith("__rel_loc ") ? Field.Kind.REL_LOC : Field.Kind.PLAIN;
    String called = declaration.substring(declaration.lastIndexOf(' ') + 1);
    fields.put(called, new Field(offset, size, isSigned, kind));
  }

  int id() {
    return id;
  }

  /** A number of 1, 2, 4 or 8 bytes. */
  Field number(String field) {
    Field found = optional(field);
    if (found == null) {
      throw new IllegalArgumentException("this kernel's " + name + " has no field " + field);
    }
    return found;
  }

  /** The same, where a kernel may lack it. */
  @Nullable Field optional(String field) {
    Field found = fields.get(field);
    if (found != null && (found.kind != Field.Kind.PLAIN || Integer.bitCount(found.size) != 1 || found.size > 8)) {
      throw new IllegalArgumentException("this kernel's " + name + " has a " + field + " that is no number");
    }
    return found;
  }

  /** A text: a fixed array that a NUL ends, or one that lies elsewhere. */
  Field text(String field) {
    Field found = fields.get(field);
    if (found == null || found.kind != Field.Kind.PLAIN && found.size != Integer.BYTES) {
      throw new IllegalArgumentException("this kernel's " + name + " has no text " + field);
    }
    return found;
  }
}
