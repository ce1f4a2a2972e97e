package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An instance that records by another clock stands for what the kernel has recorded since its start. */
class BootImportTest {

  private static final int NO_LIMIT = Integer.MAX_VALUE;
  private static final long BUFFER = 4 << 20;
  private static final long JOURNAL = 2 << 20;

  private final TestInstance instance = new TestInstance();
  private final TestInstance boot = new TestInstance();
  private final Path bootDirectory = boot.file("");
  private final List<TraceSource> sources = new ArrayList<>();
  private final RecordedEvents events = new RecordedEvents();

  @AfterEach
  void stop() {
    sources.forEach(TraceSource::close);
    instance.close();
    boot.close();
  }

  private void record(String bufferKib) {
    TraceInstance.take(TraceFs.find(), bootDirectory.getFileName().toString());
    TraceFs.write(bootDirectory.resolve("trace_clock"), "global");
    TraceFs.write(bootDirectory.resolve("buffer_size_kb"), bufferKib);
    for (Tracepoint tracepoint : Tracepoint.values()) {
      if (tracepoint.isRequired) {
        TraceFs.write(bootDirectory.resolve("events/" + tracepoint.path() + "/enable"), "1");
      }
    }
    TraceFs.write(bootDirectory.resolve("tracing_on"), "1");
  }

  private TraceSource source() {
    TraceSource source = new TraceSource(instance.settings(BUFFER), JOURNAL, new BootRing(bootDirectory));
    sources.add(source);
    return source;
  }

  private static Process spinning(int children) throws IOException {
    return new ProcessBuilder("/bin/sh", "-c",
        "i=0; while [ $i -lt " + children + " ]; do " + Programs.tiny() + "; i=$((i+1)); done").start();
  }

  private List<String> kindsOf(int tid) {
    return events.of(tid).stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  @Test
  void open_whileBothRecord_leavesNeitherAHoleNorADouble() throws Exception {
    record("4096");
    long before = Clocks.monotonic();
    Process spinning = spinning(600);
    int shell = (int) spinning.pid();
    Thread.sleep(100);
    TraceSource source = source();
    long since = source.open(Checkpoint.NONE);
    long opened = Clocks.monotonic();
    assertThat(spinning.waitFor()).isZero();
    source.drain(events, NO_LIMIT);

    List<Cloned> children = events.of(Cloned.class).stream().filter(e -> e.callerTid() == shell).toList();
    assertThat(children).hasSize(600);
    assertThat(children).extracting(Event::time).isSorted();
    assertThat(children.get(0).time()).as("when the first was made").isBetween(before - 1_000_000, opened);
    for (Cloned child : children) {
      assertThat(kindsOf(child.tid())).as("of %s", child)
          .containsExactly("Cloned", "Renamed", "Execed", "Exited");
      assertThat(events.of(Execed.class, child.tid())).allMatch(exec -> exec.name().isKnown());
    }
    assertThat(events.of(Lost.class)).isEmpty();
    assertThat(since).as("no init in it: nothing is known of before").isBetween(1L, opened);
    assertThat(TraceFs.read(bootDirectory.resolve("events/task/task_newtask/enable"))).isEqualTo("0");
  }

  @Test
  void open_afterOneThatWasGivenUpBeforeItsEventsWereKept_tellsThemAgain() throws Exception {
    record("4096");
    try (Child child = Child.act("fork", "{", "exec", Programs.tiny().toString(), "}", "reap", "pause")) {
      int tid = child.said("fork")[0];
      child.said("reaped");
      TraceSource first = source();
      first.open(Checkpoint.NONE);
      first.drain(new RecordedEvents(), NO_LIMIT);
      first.close();
      sources.clear();
      TraceSource second = source();
      second.open(Checkpoint.NONE);
      second.drain(events, NO_LIMIT);
      assertThat(kindsOf(tid)).containsExactly("Cloned", "Renamed", "Execed", "Exited");
      second.kept(second.position());
      second.close();
      sources.clear();
      RecordedEvents third = new RecordedEvents();
      TraceSource last = source();
      last.open(Checkpoint.NONE);
      last.drain(third, NO_LIMIT);
      assertThat(third.of(tid)).as("once it is kept it is gone").isEmpty();
    }
  }

  @Test
  void open_ofARingThatHasOverrun_saysSinceWhenItIsWhole() throws Exception {
    record("16");
    assertThat(spinning(2000).waitFor()).isZero();
    try (Child late = Child.act("pause")) {
      TraceSource source = source();
      long since = source.open(Checkpoint.NONE);
      source.drain(events, NO_LIMIT);
      assertThat(events.of(Lost.class)).hasSize(1);
      assertThat(since).isEqualTo(events.of(Lost.class).get(0).to());
      assertThat(events.all().stream().collect(Collectors.toList()).get(0)).isInstanceOf(Lost.class);
      assertThat(events.of(Cloned.class, late.pid())).hasSize(1);
      assertThat(events.of(Exited.class, late.pid())).isEmpty();
    }
  }
}
