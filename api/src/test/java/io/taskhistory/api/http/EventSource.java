package io.taskhistory.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads server-sent events from a stream on a thread of its own, as they come. */
public final class EventSource implements AutoCloseable {

  /** One event; its id is empty where it had none. */
  public record Event(String id, String kind, JsonNode data) {}

  private final InputStream in;
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::read, "event-source");
  private volatile boolean isOver;

  public EventSource(InputStream in) {
    this.in = in;
    thread.setDaemon(true);
    thread.start();
  }

  /** All that have come by now. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /** Those that are of something that happened. */
  public List<Event> happened() {
    return events.stream().filter(event -> !event.kind.equals("watermark")).toList();
  }

  /** Whether the other side has ended it. */
  public boolean isOver() {
    return isOver;
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String id = "";
      String kind = "";
      String data = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          kind = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.isEmpty() && !data.isEmpty()) {
          events.add(new Event(id, kind, Running.parse(data)));
          data = "";
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // Closed here, or broken off there; either way it is over.
    }
    isOver = true;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
