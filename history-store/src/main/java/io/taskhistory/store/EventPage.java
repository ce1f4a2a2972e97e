package io.taskhistory.store;

import io.taskhistory.history.Moment;
import java.util.List;
import java.util.Optional;

/**
 * Some events, in the order in which they were kept.
 *
 * @param next where to go on; there may be more also where this page has few or none, which
 *     {@link HistoryReader#awaitEvents} tells
 * @param droppedUpTo where some of what stood behind the asked place is no longer kept: about up to when. The page then
 *     begins with the oldest event that is
 */
public record EventPage(List<HistoryEvent> events, EventCursor next, Optional<Moment> droppedUpTo) {

  public EventPage {
    events = List.copyOf(events);
  }
}
