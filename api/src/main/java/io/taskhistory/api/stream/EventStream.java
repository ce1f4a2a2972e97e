package io.taskhistory.api.stream;

import io.taskhistory.api.ask.Viewer;
import io.taskhistory.store.EventCursor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One reader, and how far it has been told. Everything in it belongs to the thread that serves all. */
public final class EventStream {

  final Outlet outlet;
  final EventFilter filter;
  final Viewer viewer;
  final BooleanSupplier isStillAllowed;

  /** The same for all who are told the same. */
  Object sharing = this;
  /** The place up to which it has been told all that it wants. */
  EventCursor told;
  /** The time of the last event that was passed on, for people; null for none. */
  @Nullable String toldTime;
  /** Whether it has got what the shared reading has; else it reads from {@link #told} on for itself. */
  boolean isAtEnd;
  boolean isReady;
  /** Since when it has not been ready. */
  long waitingSince;
  /** How many bytes it has not taken yet, about. */
  long onTheWay;
  /** When something was written to it last. */
  long writtenAt;
  /** When it was last told a watermark. */
  long watermarkAt;
  /** It was too slow, and hears of that as soon as it takes something. */
  boolean isTooSlow;
  boolean isOver;

  public EventStream(
      Outlet outlet, EventFilter filter, Viewer viewer, BooleanSupplier isStillAllowed, EventCursor after) {
    this.outlet = outlet;
    this.filter = filter;
    this.viewer = viewer;
    this.isStillAllowed = isStillAllowed;
    this.told = after;
  }
}
