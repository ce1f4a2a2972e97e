package io.taskhistory.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.taskhistory.api.ask.Refusal;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One line of a batch, {@code {"pid":3787,"at":"1691750738.271"}}; {@code at}, {@code boot} and {@code until} may be
 * absent or null.
 * Read again and again into the same object: there are hundreds of thousands of lines.
 */
final class LineageQuestion {

  private static final int MAX_TEXT = 128;

  private final JsonFactory json;

  /** 0 where the line did not say. */
  int pid;
  @Nullable String at;
  @Nullable String boot;
  @Nullable String until;

  LineageQuestion(JsonFactory json) {
    this.json = json;
  }

  /** Forgets the last line. */
  void clear() {
    pid = 0;
    at = null;
    boot = null;
    until = null;
  }

  /** Reads a line; what of it could be read before a refusal stays, to be said again in the answer. */
  void read(byte[] buffer, int start, int length) {
    clear();
    try (JsonParser in = json.createParser(buffer, start, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw bad("the line is no JSON object; write {\"pid\":…,\"at\":…}");
      }
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        field(name, in);
      }
      if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
        throw bad("something follows the object; write one to a line");
      }
    } catch (IOException e) {
      // Also bytes of no encoding that JSON can have, and what is longer than the parser takes: these name no place.
      JsonLocation place = e instanceof JsonProcessingException wrong ? wrong.getLocation() : null;
      throw bad("the line is not JSON" + (place == null ? "" : ": column " + place.getColumnNr() + " is wrong"));
    }
    if (pid == 0) {
      throw bad("pid is missing");
    }
  }

  private void field(String name, JsonParser in) throws IOException {
    JsonToken value = in.nextToken();
    switch (name) {
      case "pid" -> pid = pid(in, value);
      case "at" -> at = text(name, in, value);
      case "boot" -> boot = text(name, in, value);
      case "until" -> until = text(name, in, value);
      default -> throw bad("there are the fields pid, at, boot and until, and no other");
    }
  }

  private static int pid(JsonParser in, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NUMBER_INT && in.getTextLength() <= 10) {
      long pid = in.getLongValue();
      if (pid >= 1 && pid <= Integer.MAX_VALUE) {
        return (int) pid;
      }
    }
    throw bad("pid is no whole number from 1");
  }

  private static @Nullable String text(String name, JsonParser in, JsonToken value) throws IOException {
    return switch (value) {
      case VALUE_NULL -> null;
      // A number is taken as it is written: seconds to the nanosecond do not fit into a double.
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        if (in.getTextLength() > MAX_TEXT) {
          throw bad(name + " is longer than " + MAX_TEXT + " characters");
        }
        yield in.getText();
      }
      default -> throw bad(name + " is neither a text nor a number");
    };
  }

  private static Refusal bad(String detail) {
    return new Refusal(Refusal.Kind.BAD_LINE, detail);
  }
}
