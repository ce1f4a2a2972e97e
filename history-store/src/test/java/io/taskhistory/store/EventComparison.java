package io.taskhistory.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares the event logs of two stores that were told the same: all of it, what stands behind places that were
 * remembered at any time before, and what somebody was told who has followed from the beginning.
 */
final class EventComparison {

  /** The same place in both. */
  private record Place(EventCursor one, EventCursor other) {}

  private final List<Place> places = new ArrayList<>();
  private final Set<String> told = new HashSet<>();
  private @Nullable EventCursor followed;
  private int dropped;

  void compare(HistoryReader one, HistoryReader other, Random random) {
    compare(one, other, null, null, random);
    for (int i = 0; i < 4 && !places.isEmpty(); i++) {
      Place place = places.get(random.nextInt(places.size()));
      compare(one, other, place.one, place.other, random);
    }
    follow(one);
    places.add(new Place(one.newestEvent(), other.newestEvent()));
    remember(one, other, random);
  }

  private void compare(HistoryReader one, HistoryReader other, @Nullable EventCursor after,
      @Nullable EventCursor otherAfter, Random random) {
    EventPage page = one.events(after, Integer.MAX_VALUE);
    EventPage otherPage = other.events(otherAfter, Integer.MAX_VALUE);
    assertThat(texts(page)).as("after %s", after).isEqualTo(texts(otherPage));
    assertThat(page.droppedUpTo()).as("after %s", after).isEqualTo(otherPage.droppedUpTo());
    assertThat(page.next()).isEqualTo(one.newestEvent());
    dropped += page.droppedUpTo().isPresent() ? 1 : 0;
    int most = 1 + random.nextInt(20);
    List<String> inPages = new ArrayList<>();
    @Nullable EventCursor next = after;
    do {
      EventPage part = one.events(next, most);
      inPages.addAll(texts(part));
      next = EventCursor.parse(part.next().toString()).orElseThrow();
    } while (!next.equals(one.newestEvent()));
    assertThat(inPages).as("after %s in pages of %d", after, most).isEqualTo(texts(page));
  }

  private static List<String> texts(EventPage page) {
    return page.events().stream()
        .map(event -> event.boot().index() + " " + EventLogContract.text(event) + " " + picture(event)).toList();
  }

  private static String picture(HistoryEvent event) {
    if (event instanceof HistoryEvent.Forked forked) {
      return Picture.of(forked.task());
    }
    if (event instanceof HistoryEvent.Execed execed) {
      return Picture.of(execed.entry()) + " of " + Picture.of(execed.task());
    }
    return event instanceof HistoryEvent.Exited exited ? Picture.of(exited.task()) : event.toString().split("gap=")[1];
  }

  /** Each event once, whatever happened in between. */
  private void follow(HistoryReader reader) {
    EventPage page = reader.events(followed, Integer.MAX_VALUE);
    for (HistoryEvent event : page.events()) {
      assertThat(told.add(event.boot().index() + " " + EventLogContract.text(event)))
          .as("%s for the first time", EventLogContract.text(event)).isTrue();
    }
    followed = page.next();
  }

  private void remember(HistoryReader one, HistoryReader other, Random random) {
    List<HistoryEvent> events = one.events(null, Integer.MAX_VALUE).events();
    if (!events.isEmpty()) {
      int at = random.nextInt(events.size());
      places.add(new Place(events.get(at).cursor(),
          other.events(null, Integer.MAX_VALUE).events().get(at).cursor()));
    }
  }

  int dropped() {
    return dropped;
  }
}
