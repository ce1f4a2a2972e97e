package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.RawReader;
import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All pages of a boot's ring, in a journal of their own until what came of them is kept: reading a ring empties it, and
 * a boot happens once.
 */
final class BootPages implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BootPages.class);

  /** An event is seldom longer; twice that is reckoned with, and the whole ring is more in any case. */
  private static final long LONG_EVENT = 128;
  private static final int SPARE_PAGES = 16;

  private final Path file;
  private final PageLayout layout;
  private final Journal journal;
  private final List<List<Integer>> pages = new ArrayList<>();
  private final boolean[] overwritten;
  private boolean full;

  private BootPages(Path file, PageLayout layout, Journal journal, int cpus) {
    this.file = file;
    this.layout = layout;
    this.journal = journal;
    this.overwritten = new boolean[cpus];
    for (int cpu = 0; cpu < cpus; cpu++) {
      pages.add(new ArrayList<>());
    }
    for (Journal.Slot slot : journal.filled()) {
      pages.get(slot.cpu()).add(journal.page(slot.index()));
    }
  }

  /**
   * What an earlier service has copied and did not get to keep; and what the ring has, if it is still there.
   *
   * @param owner of the boot; which instance is of no matter
   * @return null where there is neither
   */
  static @Nullable BootPages of(
      @Nullable BootRing ring, Path file, Journal.Owner owner, PageLayout layout, List<Integer> cpus,
      NativeFiles files) {
    int count = cpus.get(cpus.size() - 1) + 1;
    Journal.Owner boot = new Journal.Owner(owner.bootHigh(), owner.bootLow(), 0);
    Journal journal = Journal.reopen(file, boot, layout, count);
    if (journal == null && ring == null) {
      return null;
    }
    List<CpuStats> stats = new ArrayList<>();
    try {
      if (ring != null) {
        for (int cpu : cpus) {
          CpuStats one = new CpuStats(files, ring.file("per_cpu/cpu" + cpu + "/stats").toString());
          stats.add(one);
          one.refresh();
        }
      }
      if (journal == null) {
        journal = Journal.open(file, boot, layout, count, size(stats, layout));
      }
      BootPages all = new BootPages(file, layout, journal, count);
      for (int i = 0; i < stats.size(); i++) {
        all.copy(cpus.get(i), ring, stats.get(i));
      }
      return all;
    } finally {
      stats.forEach(CpuStats::close);
    }
  }

  private static long size(List<CpuStats> stats, PageLayout layout) {
    long events = stats.stream().mapToLong(CpuStats::entries).sum();
    return 2 * events * LONG_EVENT + (long) SPARE_PAGES * stats.size() * layout.size();
  }

  private void copy(int cpu, @Nullable BootRing ring, CpuStats stats) {
    if (ring == null) {
      return;
    }
    overwritten[cpu] = stats.overrun() > 0 || stats.refused() > 0;
    RawReader reader = new RawReader(journal.memory());
    int fd = -1;
    try {
      fd = RawReader.open(ring.file("per_cpu/cpu" + cpu + "/trace_pipe_raw").toString());
      List<Integer> own = pages.get(cpu);
      while (copyOne(cpu, reader, fd, own)) {
        // until there is none
      }
    } catch (LinuxException e) {
      throw new SourceException("what was recorded since the boot cannot be read: " + e.getMessage(), e);
    } finally {
      NativeFiles.close(fd);
    }
  }

  private boolean copyOne(int cpu, RawReader reader, int fd, List<Integer> own) {
    int slot = journal.take(cpu, own.size(), 0);
    if (slot == Journal.NONE) {
      full = true;
      LOG.warn("what was recorded since the boot is more than fits into {}", file);
      return false;
    }
    int page = journal.page(slot);
    int read = reader.read(fd, page, layout.size());
    if (read <= 0 || !TracePage.isFilled(layout, journal.memory(), page)) {
      journal.release(cpu, slot);
      return false;
    }
    own.add(page);
    return true;
  }

  int cpus() {
    return pages.size();
  }

  /** Where the pages of one processor start in the memory, in their order. */
  List<Integer> of(int cpu) {
    return pages.get(cpu);
  }

  /** Whether events of that processor are missing. */
  boolean isOverwritten(int cpu) {
    return overwritten[cpu];
  }

  /** Whether some could not be copied. */
  boolean isFull() {
    return full;
  }

  ByteBuffer memory() {
    return journal.memory();
  }

  TracePage page() {
    return new TracePage(layout, journal.memory());
  }

  /** What came of them is kept. */
  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("{} is of no use any more and cannot be removed: {}", file, e.getMessage());
    }
  }

  @Override
  public void close() {
    journal.close();
  }
}
