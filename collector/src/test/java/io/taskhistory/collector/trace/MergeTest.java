package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.RawReader;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import io.taskhistory.history.Gap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals full of made-up pages, of several processors, with losses here and there. */
class MergeTest {

  private static final long[] SEEDS = {3, 20261120, 77};
  private static final int ROUNDS = 40;
  private static final long JOURNAL = 1 << 20;
  private static final long END = 1_000_000;
  private static final Journal.Owner OWNER = new Journal.Owner(1, 2, 3);
  private static final long IDENTITY = 99;
  private static final String STATS = "overrun: 0\ncommit overrun: 0\ndropped events: 0\nread events: 0\n";

  private final List<Event> expected = new ArrayList<>();

  @TempDir
  private Path directory;
  private Path file;
  private Path stats;

  @BeforeEach
  void prepare() throws IOException {
    file = directory.resolve("journal");
    stats = Files.writeString(directory.resolve("stats"), STATS);
  }

  private Journal journal(int cpus) {
    return Journal.open(file, OWNER, Pages.LAYOUT, cpus, JOURNAL);
  }

  /** Each processor's pages, one event a microsecond or less; every page may come after a loss. */
  private void fill(Random random, int cpus) {
    expected.clear();
    try (Journal journal = journal(cpus)) {
      for (int cpu = 0; cpu < cpus; cpu++) {
        long time = random.nextInt(1000);
        long read = 0;
        long last = 0;
        int count = random.nextInt(12);
        for (int number = 0; number < count; number++) {
          Pages page = new Pages(time);
          long lost = random.nextInt(4) == 0 ? 1 + random.nextInt(100) : 0;
          int slot = journal.take(cpu, number, read);
          int events = 1 + random.nextInt(40);
          for (int i = 0; i < events; i++) {
            int delta = random.nextInt(1000);
            time += delta;
            if (i == 0 && lost > 0) {
              expected.add(new Lost(last, time, lost, Gap.Cause.OVERFLOW));
            }
            ByteBuffer exit = Pages.data(32, 105, 0).putInt(24, 1 + cpu * 100_000 + (int) read);
            page.event(delta, exit.array());
            expected.add(new RecordedEvents.Exited(time, 1 + cpu * 100_000 + (int) read++, -1, -1, -1));
            last = time;
          }
          if (lost > 0) {
            page.missed(lost);
          }
          journal.memory().put(journal.page(slot), page.memory.array());
        }
      }
    }
  }

  /** Reads from its position on, at most {@code most} at a time, and stops after {@code rounds} of these. */
  private byte[] read(int cpus, byte[] position, int most, int rounds, RecordedEvents events) {
    try (Journal journal = journal(cpus)) {
      RawReader ring = new RawReader(journal.memory());
      NativeFiles files = new NativeFiles(4096);
      CpuReader[] readers = new CpuReader[cpus];
      for (int cpu = 0; cpu < cpus; cpu++) {
        readers[cpu] = new CpuReader(cpu, RawReader.open("/dev/null"), journal, Pages.LAYOUT, ring,
            new CpuStats(files, stats.toString()));
      }
      journal.filled().forEach(slot -> readers[slot.cpu()].recover(slot));
      TraceDecoder decoder = new TraceDecoder(Pages.oldFormats());
      Position kept = Position.decode(position);
      for (CpuReader reader : readers) {
        if (kept != null) {
          reader.skip(kept.passed(reader.cpu()), kept.isLossTold(reader.cpu()), 0);
        }
      }
      Merge merge = new Merge(readers, decoder, new Losses(decoder.inFlight()));
      boolean all = false;
      for (int round = 0; round < rounds && !all; round++) {
        all = merge.pass(END, most, events);
      }
      byte[] reached = new Position.Encoder(IDENTITY).encode(readers, decoder.inFlight());
      Position decoded = Objects.requireNonNull(Position.decode(reached));
      for (CpuReader reader : readers) {
        reader.kept(decoded.passed(reader.cpu()));
        reader.close();
      }
      return reached;
    }
  }

  @Test
  void pass_ofRandomPages_isInOrderWithEveryLossBeforeWhatCannotBeTrusted() throws IOException {
    for (long seed : SEEDS) {
      Random random = new Random(seed);
      for (int round = 0; round < ROUNDS; round++) {
        int cpus = 1 + random.nextInt(9);
        Files.deleteIfExists(file);
        fill(random, cpus);
        RecordedEvents events = new RecordedEvents();
        // Interrupted anywhere, and gone on with from the position.
        byte[] position = new byte[0];
        for (int part = 0; part < 4; part++) {
          position = read(cpus, position, 1 + random.nextInt(50), random.nextInt(6), events);
        }
        read(cpus, position, Integer.MAX_VALUE, 1, events);
        assertThat(events.all()).as("seed %d, round %d", seed, round).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(events.all()).isSortedAccordingTo(Comparator.comparingLong(Event::time));
      }
    }
  }

  @Test
  void pass_ofAPageThatMakesNoSense_isALossAndGoesOnBehindIt() {
    int cpus = 1;
    try (Journal journal = journal(cpus)) {
      for (int number = 0; number < 3; number++) {
        int slot = journal.take(0, number, number);
        Pages page = new Pages(100 + number).event(0, Pages.data(32, 105, 0).putInt(24, 7 + number).array());
        journal.memory().put(journal.page(slot), page.memory.array());
        if (number == 1) {
          journal.memory().putInt(journal.page(slot) + 16, 30);
          journal.memory().putInt(journal.page(slot) + 8, 4);
        }
      }
    }
    RecordedEvents events = new RecordedEvents();
    read(cpus, new byte[0], 100, 1, events);
    assertThat(events.all()).extracting(Event::tid).containsExactly(7, -1, 9);
    assertThat(events.of(Lost.class)).singleElement().satisfies(lost -> {
      assertThat(lost.cause()).isEqualTo(Gap.Cause.CONTRADICTION);
      assertThat(lost.time()).isEqualTo(100);
    });
  }
}
