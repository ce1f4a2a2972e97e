package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.ask.Refusal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PlacesTest {

  @Test
  void whoeverComesOnTop_isToldToComeBack_untilAPlaceIsLeft() {
    Places places = new Places(2, "are under way");
    places.enter();
    assertThat(places.<String>in(() -> {
      assertThatThrownBy(() -> places.in(() -> "third")).isInstanceOf(Refusal.class)
          .extracting(e -> ((Refusal) e).kind()).isEqualTo(Refusal.Kind.BUSY);
      return "second";
    })).isEqualTo("second");
    assertThat(places.<String>in(() -> "again")).isEqualTo("again");
  }

  @Test
  void place_isLeftByWorkThatFails() {
    Places places = new Places(1, "is under way");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> places.in(() -> {
        throw new IllegalStateException("no");
      })).hasMessage("no");
    }
  }

  @Test
  void whoeverHasPatience_getsThePlaceOnceItIsLeft() {
    Places places = new Places(1, Duration.ofMinutes(1), "is under way");
    CountDownLatch begun = new CountDownLatch(1);
    places.enter();
    CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> {
      begun.countDown();
      return places.in(() -> "done");
    });
    assertThat(begun).satisfies(CountDownLatch::await);
    assertThat(waiting).isNotDone();
    places.leave();
    assertThat(waiting.join()).isEqualTo("done");
  }
}
