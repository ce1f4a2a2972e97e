package io.taskhistory.collector.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.SystemFacts;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.procconnector.ProcConnectorSource;
import io.taskhistory.collector.procfs.ProcFs;
import io.taskhistory.collector.procfs.TaskDetails;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.collector.trace.TestInstance;
import io.taskhistory.collector.trace.TraceSource;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real trace buffer, of whose events some are swallowed on the way, and the real /proc. */
class SelfCheckTest {

  private static final Duration LONG = Duration.ofSeconds(40);
  private static final long MILLI = 1_000_000;

  /** Twenty times as fast as usual. */
  private static final Patrol.Pace BRISK =
      new Patrol.Pace(50 * MILLI, 64, 512, 240, 300 * MILLI, TimeUnit.NANOSECONDS::sleep);

  /** Events that are not passed on: clones that the task called, and whatever else it did. */
  private record Swallowed(String what, int tid) {}

  private final TestInstance instance = new TestInstance();
  private final TraceSource source = new TraceSource(instance.settings(4 << 20));
  private final ProcConnectorSource connector = ProcConnectorSource.besideTrace(ProcConnectorSource.DEFAULT_BUFFER);
  private final RecordingWriter writer = new RecordingWriter();
  private final Tracking tracking = new Tracking(
      new Tracking.Setup(writer, new ProcFs(), new TaskDetails(Mask.DEFAULT), Clocks::monotonic,
          SystemFacts.clockTicksPerSecond(), 500, 2000), () -> { }, BRISK);
  private final Set<Swallowed> toSwallow = ConcurrentHashMap.newKeySet();

  private final AtomicInteger swallowed = new AtomicInteger();
  private final AtomicInteger clones = new AtomicInteger();
  private final Thread follower = new Thread(this::follow, "follower");
  private volatile boolean stopped;
  private volatile long drained;

  @BeforeEach
  void start() throws InterruptedException {
    long whole = source.open(Checkpoint.NONE);
    tracking.follow("trace", true);
    tracking.resume(whole);
    tracking.besideSince(connector.name(), connector.open(Checkpoint.NONE), connector.tellsEveryExit());
    follower.start();
    await().atMost(LONG).until(() -> tracking.checked().rounds() > 0);
  }

  @AfterEach
  void stop() throws InterruptedException {
    stopped = true;
    follower.join();
    long nanos = patrolNanos() / Math.max(1, tracking.checked().compared());
    tracking.close();
    source.close();
    connector.close();
    instance.close();
    System.out.printf("swallowed %s events, of %s clones and what followed; %d ns of processor time a comparison: %s%n",
        swallowed, clones, nanos, tracking.checked());
  }

  /** What the thread that compares has used. */
  private static long patrolNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(info -> info != null && info.getThreadName().equals("self-check"))
        .mapToLong(info -> Math.max(0, threads.getThreadCpuTime(info.getThreadId()))).sum();
  }

  private void follow() {
    TaskEvents events = (TaskEvents) Proxy.newProxyInstance(
        getClass().getClassLoader(), new Class<?>[] {TaskEvents.class}, (proxy, method, args) -> {
          clones.addAndGet(method.getName().equals("cloned") ? 1 : 0);
          // cloned(time, caller, …), and all others (time, tid, …)
          if (args.length > 1 && args[1] instanceof Integer tid
              && toSwallow.contains(new Swallowed(method.getName(), tid))) {
            swallowed.incrementAndGet();
            return null;
          }
          try {
            return method.invoke(tracking.events(), args);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
    while (!stopped) {
      source.await(20 * MILLI);
      drain(events);
      if (tracking.wantsReconciling()) {
        tracking.reconcile(looked -> {
          while (drain(events) < looked) {
            source.await(MILLI);
          }
        });
      }
      writer.commit(0);
    }
  }

  private long drain(TaskEvents events) {
    long time = source.drain(events, 8192);
    source.kept(source.position());
    tracking.drained(time, connector.drain(tracking.beside(connector.name()), 8192));
    drained = time;
    return time;
  }

  private void awaitDrained() {
    long now = Clocks.monotonic();
    await().atMost(LONG).until(() -> drained > now);
  }

  private void swallow(String what, int tid) {
    awaitDrained();
    toSwallow.add(new Swallowed(what, tid));
  }

  private void awaitRepaired(String kind) {
    await().atMost(LONG).until(() -> tracking.checked().findings().getOrDefault(kind, 0L) > 0);
    await().atMost(LONG).until(() -> {
      CheckStats stats = tracking.checked();
      return stats.repaired() == stats.findings().values().stream().mapToLong(count -> count).sum();
    });
    awaitDrained();
  }

  private Task live(int tid) {
    Task task = writer.live().get(tid);
    assertThat(task).as("task %d", tid).isNotNull();
    assertThat(task.isLive()).as("task %d lives", tid).isTrue();
    return task;
  }

  private static List<Integer> pidsOf(Task task) {
    List<Integer> pids = new ArrayList<>();
    for (Entry entry = task.entry(); entry != null; entry = entry.parent()) {
      pids.add(entry.pid());
    }
    return pids;
  }

  private void assertGap() {
    assertThat(writer.gaps).isNotEmpty().allSatisfy(gap -> {
      assertThat(gap.cause()).isEqualTo(Gap.Cause.CONTRADICTION);
      assertThat(gap.source()).isEqualTo("trace");
    });
  }

  @Test
  void clone_thatIsSwallowed_isBroughtInFromProc() {
    try (Child parent = Child.act("wait", "fork", "{", "pause", "}", "pause")) {
      swallow("cloned", parent.pid());
      parent.go();
      int child = parent.said("fork")[0];
      awaitRepaired("unknown_process");
      Task task = live(child);
      assertThat(task.entry().provenance()).isEqualTo(Provenance.SNAPSHOT);
      assertThat(pidsOf(task)).startsWith(child, parent.pid());
      assertThat(task.doubts().creatorAssumed()).isTrue();
      assertGap();
    }
  }

  @Test
  void cloneOfAThread_thatIsSwallowed_isBroughtIn() {
    try (Child process = Child.act("wait", "thread", "{", "say", "thread", "pause", "}", "pause")) {
      swallow("cloned", process.pid());
      process.go();
      int thread = process.said("thread")[1];
      awaitRepaired("unknown_thread");
      assertThat(live(thread).tgid()).isEqualTo(process.pid());
      assertGap();
    }
  }

  @Test
  void exec_thatIsSwallowed_isAnEntryFromProc() {
    try (Child process = Child.act("wait", "exec", Programs.staticActor().toString(), "static", "pause")) {
      awaitDrained();
      await().atMost(LONG).until(() -> live(process.pid()).imprint() != 0);
      Entry before = live(process.pid()).entry();
      swallow("execed", process.pid());
      toSwallow.add(new Swallowed("renamed", process.pid()));
      process.go();
      awaitRepaired("image");
      Entry entry = live(process.pid()).entry();
      assertThat(entry.parent()).isSameAs(before);
      assertThat(entry.provenance()).isEqualTo(Provenance.SNAPSHOT);
      assertThat(live(process.pid()).doubts().gaps()).isNotEmpty();
      assertGap();
    }
  }

  @Test
  void exit_thatIsSwallowed_isTheEnd() {
    try (Child parent = Child.act("fork", "{", "wait", "}", "reap", "pause")) {
      int child = parent.said("fork")[0];
      awaitDrained();
      Task task = live(child);
      swallow("exited", child);
      parent.go();
      parent.said("reaped");
      awaitRepaired("ended");
      assertThat(task.isLive()).isFalse();
      assertGap();
    }
  }

  /** The connector tells the end that the trace does not. */
  @Test
  void exit_thatIsSwallowed_isAContradictionOfTheConnectors() {
    try (Child parent = Child.act(
        "fork", "{", "wait", "exit", "3", "}", "reap", "fork", "{", "exit", "4", "}", "reap", "pause")) {
      int child = parent.said("fork")[0];
      swallow("exited", child);
      parent.go();
      parent.said("reaped");
      awaitRepaired("ended");
      await().atMost(LONG).until(() -> tracking.checked().agreements().stream()
          .anyMatch(one -> one.source().equals("proc") && one.agreed() > 0 && one.contradicted() == 1));
    }
  }

  /** A name is in no history: nothing of those is in question for it. */
  @Test
  void rename_thatIsSwallowed_isPutRightWithoutAGap() {
    try (Child process = Child.act("wait", "name", "other", "pause")) {
      awaitDrained();
      await().atMost(LONG).until(() -> live(process.pid()).imprint() != 0);
      swallow("renamed", process.pid());
      process.go();
      awaitRepaired("name");
      assertThat(live(process.pid()).comm()).isEqualTo(RawText.of("other"));
      assertThat(writer.gaps).isEmpty();
    }
  }

  /** Thousands of processes that live for a moment, threads and execs among them. */
  @Test
  void nothingSwallowed_underLoad_findsNothing() {
    long rounds = tracking.checked().rounds();
    try (Child flood = Child.run(Programs.flood(), "6000", "2", Programs.tiny().toString());
        Child bustle = Child.run(Programs.bustle(), "7", "4000", "fovsdptwxylrn")) {
      flood.await();
      bustle.await();
    }
    long compared = tracking.checked().compared();
    await().atMost(LONG).until(() -> tracking.checked().rounds() > rounds + 2);
    assertThat(clones.get()).isGreaterThan(6000);
    assertThat(tracking.checked().findings()).as(tracking.checked().last()).allSatisfy(
        (kind, count) -> assertThat(count).isZero());
    assertThat(writer.gaps).isEmpty();
    assertThat(compared).isPositive();
  }
}
