package io.taskhistory.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Details;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.EventCursor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
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

  private static EventFilter forksBelow(TaskId root) {
    return new EventFilter(Set.of("fork"), null, null, Details.UNKNOWN_NUMBER, null, root);
  }

  private static Set<Integer> tids(String told) {
    return Pattern.compile("event: fork\\ndata: .*?\"tid\":(\\d+)").matcher(told).results()
        .map(fork -> Integer.parseInt(fork.group(1))).filter(tid -> tid >= 10_000 && tid < 20_000).collect(Collectors.toSet());
  }

  /** Creators are processes and threads of them; of some nobody but the reaper is known. */
  private List<Task> family(Random random, Map<Task, Task> parents) {
    Task shell = scene.reader().task(3787).orElseThrow();
    List<Task> all = new ArrayList<>(List.of(shell));
    for (int i = 0; i < 600; i++) {
      Task parent = all.get(random.nextInt(3) == 0 ? random.nextInt(all.size()) : all.size() - 1);
      long start = 190 * Scene.SECOND + i * 10L;
      Task creator = parent;
      if (random.nextInt(4) == 0) {
        creator = Task.thread(parent, 20_000 + i, start - 5);
        scene.writer().save(creator);
      }
      boolean isKnown = random.nextInt(5) > 0;
      Task task = scene.process(10_000 + i, start, shell.entry(), isKnown ? creator : null);
      if (!isKnown) {
        task.reapedBy(parent.id());
        scene.writer().save(task);
      }
      parents.put(task, parent);
      all.add(task);
    }
    return all;
  }

  @Test
  void streamsBelowManyRoots_areToldOfWhoeverDescendsFromEach_andThoseOfOneRootShare() {
    Random random = new Random(3);
    Map<Task, Task> parents = new HashMap<>();
    List<Task> all = family(random, parents);
    scene.commit(200 * Scene.SECOND);
    Map<Task, List<EventStream>> opened = new HashMap<>();
    Map<EventStream, Kept> kept = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      Task root = all.get(i < 200 ? i : random.nextInt(all.size()));
      Kept outlet = new Kept();
      EventStream stream = new EventStream(outlet, forksBelow(root.id()), Viewer.EVERYTHING, () -> true,
          new EventCursor("aaaaaaaa2222", 0, 0));
      assertThat(streams.add(stream)).isTrue();
      kept.put(stream, outlet);
      opened.computeIfAbsent(root, r -> new ArrayList<>()).add(stream);
    }
    kept.values().forEach(outlet -> await().atMost(SOON).until(() -> outlet.text.indexOf("event: watermark") >= 0));
    opened.forEach((root, same) -> {
      Set<Integer> expected = new HashSet<>();
      for (Task task : parents.keySet()) {
        for (Task at = task; at != null; at = parents.get(at)) {
          if (at == root) {
            expected.add(task.tid());
          }
        }
      }
      assertThat(same).allSatisfy(stream -> assertThat(tids(kept.get(stream).text.toString())).isEqualTo(expected));
      assertThat(same).extracting(stream -> stream.sharing).containsOnly(same.get(0).sharing);
    });
    assertThat(opened.values().stream().map(same -> same.get(0).sharing)).doesNotHaveDuplicates();
  }

  @Test
  void ancestry_ofMoreThanAreRemembered_isRightAndBounded() {
    Task shell = scene.reader().task(3787).orElseThrow();
    Task daemon = scene.reader().task(3767).orElseThrow();
    List<Task> tasks = new ArrayList<>(List.of(shell));
    for (int i = 0; i < Ancestry.REMEMBERED + 2_000; i++) {
      // A chain of 1,500, and then many below each of it.
      Task creator = tasks.get(i < 1_500 ? i : i % 1_500);
      tasks.add(scene.process(10_000 + i, 190 * Scene.SECOND + i, shell.entry(), creator));
    }
    scene.commit(200 * Scene.SECOND);
    Ancestry ancestry = new Ancestry(scene.reader());
    Map<TaskId, Boolean> below = new HashMap<>();
    Map<TaskId, Boolean> besides = new HashMap<>();
    TaskId middle = tasks.get(700).id();
    for (int i = 0; i < tasks.size(); i++) {
      boolean isBelow = i >= 700 && (i <= 1_500 || (i - 1) % 1_500 >= 700);
      assertThat(ancestry.isBelow(middle, tasks.get(i), below)).isEqualTo(isBelow);
      assertThat(ancestry.isBelow(daemon.id(), tasks.get(i), new HashMap<>())).isTrue();
      assertThat(ancestry.isBelow(tasks.get(tasks.size() - 1).id(), tasks.get(i), besides))
          .isEqualTo(i == tasks.size() - 1);
      assertThat(ancestry.remembered()).isLessThanOrEqualTo(Ancestry.REMEMBERED);
    }
  }
}
