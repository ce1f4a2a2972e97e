package io.taskhistory.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Details;
import io.taskhistory.store.EventCursor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamsTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final EventFilter ANY =
      new EventFilter(Set.of("fork", "exec", "exit", "gap"), null, null, Details.UNKNOWN_NUMBER, null, null);

  private final Scene scene = new Scene();
  private final EventStreams streams = new EventStreams(scene.reader(), scene.collector);

  @AfterEach
  void stop() {
    streams.close();
    scene.store.close();
  }

  /** Takes everything at once, and keeps it. */
  private static final class Kept implements Outlet {

    private final StringBuffer text = new StringBuffer();
    private volatile boolean isOver;

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void write(byte[] bytes) {
      text.append(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void end() {
      isOver = true;
    }
  }

  private Kept open(Viewer viewer, AtomicBoolean isAllowed) {
    Kept kept = new Kept();
    EventCursor beginning = new EventCursor("aaaaaaaa2222", 0, 0);
    assertThat(streams.add(new EventStream(kept, ANY, viewer, isAllowed::get, beginning))).isTrue();
    return kept;
  }

  private String told(Viewer viewer) {
    Kept kept = open(viewer, new AtomicBoolean(true));
    await().atMost(SOON).until(() -> kept.text.indexOf("event: watermark") >= 0);
    return kept.text.toString();
  }

  @Test
  void whoMayNotSeeInside_isToldNoArguments() {
    String mark = "\"argv\":[\"sshd:\"";
    assertThat(told(Viewer.EVERYTHING)).contains(mark).contains("\"cwd\":\"/\"").doesNotContain("hidden");
    assertThat(told(Viewer.user(1000))).doesNotContain("argv").doesNotContain("cwd").contains("\"hidden\":true")
        .contains("\"history\":\"swapper/0=>init=>sshd\"").contains("\"exe\":\"/usr/sbin/sshd\"");
    assertThat(told(Viewer.user(0))).contains(mark);
  }

  @Test
  void streams_beyondTheMost_areRefused() {
    List<Kept> all = new ArrayList<>();
    AtomicBoolean isAllowed = new AtomicBoolean(true);
    for (int i = 0; i < EventStreams.MOST; i++) {
      all.add(open(Viewer.EVERYTHING, isAllowed));
    }
    EventCursor now = scene.reader().newestEvent();
    assertThat(streams.add(new EventStream(new Kept(), ANY, Viewer.EVERYTHING, () -> true, now))).isFalse();
    assertThat(streams.counts().refused()).isEqualTo(1);
    isAllowed.set(false);
    await().atMost(SOON).until(() -> all.stream().allMatch(kept -> kept.isOver));
    assertThat(streams.counts().now()).isZero();
    open(Viewer.EVERYTHING, new AtomicBoolean(true));
  }
}
