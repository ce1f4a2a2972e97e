package io.taskhistory.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskhistory.api.view.EventView;
import io.taskhistory.store.EventCursor;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Events as text/event-stream has them (HTML, 9.2): JSON has no line ends, so the data are one line. */
final class EventText {

  /** What a browser waits before it comes again, in milliseconds. */
  static final byte[] BEGINNING = "retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private EventText() {}

  static byte[] write(@Nullable EventCursor cursor, EventView view) {
    try {
      String id = cursor == null ? "" : "id: " + cursor + "\n";
      return (id + "event: " + view.event() + "\ndata: " + JSON.writeValueAsString(view) + "\n\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a view that is no JSON: " + view.getClass(), e);
    }
  }

  /** Says nothing but where the reader is. */
  static byte[] place(EventCursor cursor) {
    return ("id: " + cursor + "\n: going on\n\n").getBytes(StandardCharsets.US_ASCII);
  }
}
