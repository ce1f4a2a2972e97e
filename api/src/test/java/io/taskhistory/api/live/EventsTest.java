package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.http.EventSource;
import io.taskhistory.api.http.EventSource.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a reader is told of real children, through disconnects and restarts, against what their parents wrote down. */
class EventsTest extends TracedTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String QUERY = "/events?kind=exec,exit&comm=drop-at-a-pace";

  private final List<Event> told = new ArrayList<>();

  /** Reads on where it was until there are so many more, and breaks off. */
  private void read(LiveService service, int more) {
    String[] place = told.isEmpty() ? new String[0] : new String[] {"Last-Event-ID", told.get(told.size() - 1).id()};
    try (EventSource source = new EventSource(service.stream(QUERY, place))) {
      Awaitility.await().atMost(PATIENCE).until(() -> source.happened().size() >= more || source.isOver());
      told.addAll(source.happened());
    }
  }

  @Test
  void events_throughDisconnectsAndRestarts_tellEachChildOnce() throws Exception {
    Paced paced;
    try (LiveService service = new LiveService(home(), options("trace"))) {
      // Before the first child there is nothing to be told: the place is that of the first watermark.
      try (EventSource source = new EventSource(service.stream(QUERY))) {
        Awaitility.await().atMost(PATIENCE).until(() -> !source.events().isEmpty());
        told.add(source.events().get(0));
      }
      paced = Paced.begin(this, service);
      for (int i = 0; i < 5; i++) {
        read(service, 500);
      }
      service.stop();
    }
    try (LiveService service = new LiveService(home(), options("trace"))) {
      read(service, 1000);
      read(service, 1);
      service.stop();
    }
    try (LiveService service = new LiveService(home(), options("trace"))) {
      paced.end(service);
      int most = 2 * paced.starts().size() + 1;
      read(service, most - told.size());
      service.stop();
    }
    told.remove(0);
    assertThat(told.stream().map(Event::id)).doesNotHaveDuplicates();
    Map<String, Integer> expected = new HashMap<>();
    paced.starts().forEach(start -> {
      expected.merge("exec " + start.pid(), 1, Integer::sum);
      expected.merge("exit " + start.pid(), 1, Integer::sum);
    });
    Map<String, Integer> counted = new HashMap<>();
    told.forEach(event -> counted.merge(event.kind() + " " + event.data().path("tid").asInt(), 1, Integer::sum));
    assertThat(counted).as("%d children", paced.starts().size()).isEqualTo(expected);
  }
}
