package io.taskhistory.api.cli;

import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.cli.SseReader.Event;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Events as they come, also from a service that goes away and comes back: then they go on where they had stopped. What
 * is wrong at the first try, or with the question, ends it.
 */
final class EventFollower {

  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final Supplier<Client> clients;
  private final Query query;
  private final Consumer<String> say;
  private @Nullable String last;
  private @Nullable String said;
  private boolean hasBegun;
  private long pause = FIRST_PAUSE_MILLIS;

  /**
   * A follower that has not begun.
   *
   * @param clients finds the service anew: after a restart it may listen elsewhere
   * @param after the cursor of the event before, null for what happens from now on
   * @param say tells a person that the service has gone, and that it is back
   */
  EventFollower(Supplier<Client> clients, Query query, @Nullable String after, Consumer<String> say) {
    this.clients = clients;
    this.query = query;
    this.last = after;
    this.say = say;
  }

  /** Passes on all events until {@code each} says false. */
  void follow(Predicate<Event> each) throws InterruptedException {
    while (true) {
      try {
        if (!once(each)) {
          return;
        }
        gone("the service has ended the stream");
      } catch (Failure e) {
        if (!hasBegun || e.exit() != Exit.FAILED) {
          throw e;
        }
        gone(String.valueOf(e.getMessage()));
      }
      Thread.sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  /** Whether there may be more, by another connection. */
  private boolean once(Predicate<Event> each) {
    Client client = clients.get();
    try (SseReader events = new SseReader(client.open(query, last))) {
      connected();
      for (Event event = events.next(); event != null; event = events.next()) {
        pause = FIRST_PAUSE_MILLIS;
        if (!event.id().isEmpty()) {
          last = event.id();
        }
        if (!each.test(event)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw client.unreachable(e);
    }
  }

  private void connected() {
    if (hasBegun) {
      said = null;
      say.accept(last == null ? "the service is back; what happened meanwhile is not shown"
          : "the service is back; going on after " + last);
    }
    hasBegun = true;
  }

  /** Says it once, however often it is tried. */
  private void gone(String why) {
    if (!why.equals(said)) {
      say.accept(why + "; waiting for it");
      said = why;
    }
  }
}
