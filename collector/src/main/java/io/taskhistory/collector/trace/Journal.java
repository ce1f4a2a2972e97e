package io.taskhistory.collector.trace;

import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what was read from the ring, which the ring has forgotten by then, until what came of it is kept. A file that
 * is mapped shared: what stands in it survives this process, whenever that is killed.
 *
 * <pre>
 *   0        8        16                32        40       44      48       52       64
 *   +--------+--------+-----------------+---------+--------+-------+--------+--------+
 *   | magic  | since  | boot id         | inode   | sub-   | slots | proces-| untold |
 *   |        |        |                 |         | buffer |       | sors   | loss   |
 *   +--------+--------+-----------------+---------+--------+-------+--------+--------+
 *   64                72
 *   +-----------------+-----------------+   for each processor
 *   | kernel's count  | overruns told   |
 *   +-----------------+-----------------+
 *   then, for each slot
 *   +-----------------+-----------------+
 *   | processor + 1   | events read     |   0 in the first: free
 *   | and number      | before it       |
 *   +-----------------+-----------------+
 *   then, from a multiple of 4096 on, the slots: a page of the ring each, see {@link TracePage}
 * </pre>
 *
 * <p>A slot is taken in this order: its page's commit field is cleared; its header is written; the kernel is asked to
 * fill it. Whenever the process is killed, a slot with a header and with a commit field other than 0 was filled: the
 * kernel goes on with a read(2) that has begun to copy, since all of the slot's memory has been touched before.
 *
 * <p>Every processor's latest slot stays taken until the next one is filled, and so does the one with the last event
 * that is kept: they tell how many events have been read, and where a loss begins.
 */
final class Journal implements AutoCloseable {

  /** No slot is free. */
  static final int NONE = -1;

  private static final long MAGIC = 0x5448_4a52_4e4c_0001L;
  private static final int SINCE = 8;
  private static final int BOOT = 16;
  private static final int INODE = 32;
  private static final int SUB_BUFFER = 40;
  private static final int SLOTS = 44;
  private static final int CPUS = 48;
  private static final int UNTOLD = 52;
  private static final int COUNTERS = 64;
  private static final int COUNTERS_SIZE = 16;
  private static final int HEADER_SIZE = 16;
  private static final int ALIGNMENT = 4096;
  private static final int CPU_SHIFT = 48;
  private static final long NUMBER_MASK = (1L << CPU_SHIFT) - 1;
  /** Of each processor: what one needs to get on when the others have taken everything else. */
  private static final int RESERVED = 3;

  private final PageLayout layout;
  private final MappedByteBuffer memory;
  private final boolean isNew;
  private final int headers;
  private final int firstSlot;
  private final int slots;
  private final int[] free;
  private final int[] taken;
  private int freeCount;

  /** What it belongs to. */
  record Owner(long bootHigh, long bootLow, long inode) {}

  /** A slot that was filled before it was opened. */
  record Slot(int cpu, long number, long eventsBefore, int index) {}

  private Journal(PageLayout layout, MappedByteBuffer memory, boolean isNew, int slots, int cpus) {
    this.layout = layout;
    this.memory = memory;
    this.isNew = isNew;
    this.slots = slots;
    this.headers = COUNTERS + cpus * COUNTERS_SIZE;
    this.firstSlot = firstSlot(slots, cpus);
    this.free = new int[slots];
    this.taken = new int[cpus];
  }

  /**
   * Opens it; another owner's, or one of other dimensions, is thrown away.
   *
   * @param cpus how many processors there can be
   * @param bytes about how much it can hold
   */
  static Journal open(Path file, Owner owner, PageLayout layout, int cpus, long bytes) {
    int slots = (int) Math.max(bytes / layout.size(), 4L * RESERVED * cpus);
    int length = Math.addExact(firstSlot(slots, cpus), Math.multiplyExact(slots, layout.size()));
    try {
      Journal journal = map(file, length, layout, slots, cpus, owner);
      journal.recoverFree();
      return journal;
    } catch (IOException e) {
      throw new SourceException("the trace journal " + file + " cannot be used: " + e.getMessage()
          + "; it needs " + (length >> 20) + " MiB there", e);
    }
  }

  /** Opens one that an earlier service left, of whatever dimensions it is; null where there is none of that owner. */
  static @Nullable Journal reopen(Path file, Owner owner, PageLayout layout, int cpus) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try (FileChannel channel = open(file)) {
      ByteBuffer count = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
      int slots = channel.read(count, SLOTS) == Integer.BYTES ? count.getInt(0) : 0;
      if (slots <= 0 || firstSlot(slots, cpus) + (long) slots * layout.size() != channel.size()) {
        return null;
      }
      Journal journal = new Journal(layout, map(channel, (int) channel.size()), false, slots, cpus);
      if (!journal.isOf(owner)) {
        return null;
      }
      journal.recoverFree();
      return journal;
    } catch (IOException e) {
      throw new SourceException("the trace journal " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static int firstSlot(int slots, int cpus) {
    int end = COUNTERS + cpus * COUNTERS_SIZE + slots * HEADER_SIZE;
    return (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static Journal map(Path file, int length, PageLayout layout, int slots, int cpus, Owner owner)
      throws IOException {
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == length) {
      try (FileChannel channel = open(file)) {
        Journal journal = new Journal(layout, map(channel, length), false, slots, cpus);
        if (journal.isOf(owner)) {
          return journal;
        }
      }
    }
    Files.deleteIfExists(file);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = open(file)) {
      // Written, not only made longer: in a file with holes a full file system would end us with SIGBUS.
      ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
      for (int at = 0; at < length; at += zeros.limit()) {
        zeros.clear().limit(Math.min(zeros.capacity(), length - at));
        channel.write(zeros, at);
      }
      Journal journal = new Journal(layout, map(channel, length), true, slots, cpus);
      journal.start(owner);
      return journal;
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file,
        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  private static MappedByteBuffer map(FileChannel channel, int length) throws IOException {
    MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
    memory.order(ByteOrder.nativeOrder());
    return memory;
  }

  private boolean isOf(Owner owner) {
    return memory.getLong(0) == MAGIC && memory.getLong(BOOT) == owner.bootHigh
        && memory.getLong(BOOT + Long.BYTES) == owner.bootLow && memory.getLong(INODE) == owner.inode
        && memory.getInt(SUB_BUFFER) == layout.size() && memory.getInt(SLOTS) == slots
        && memory.getInt(CPUS) == taken.length;
  }

  /** The magic comes last: what is killed before that has left no journal. */
  private void start(Owner owner) {
    memory.putLong(BOOT, owner.bootHigh).putLong(BOOT + Long.BYTES, owner.bootLow).putLong(INODE, owner.inode);
    memory.putInt(SUB_BUFFER, layout.size()).putInt(SLOTS, slots).putInt(CPUS, taken.length);
    VarHandle.releaseFence();
    memory.putLong(0, MAGIC);
  }

  private void recoverFree() {
    for (int slot = slots - 1; slot >= 0; slot--) {
      int cpu = cpuOf(slot);
      if (cpu >= 0 && cpu < taken.length && TracePage.isFilled(layout, memory, page(slot))) {
        taken[cpu]++;
      } else {
        memory.putLong(header(slot), 0);
        free[freeCount++] = slot;
      }
    }
  }

  private int cpuOf(int slot) {
    return (int) (memory.getLong(header(slot)) >>> CPU_SHIFT) - 1;
  }

  private int header(int slot) {
    return headers + slot * HEADER_SIZE;
  }

  /** Whether nothing was there. */
  boolean isNew() {
    return isNew;
  }

  /** All of it, to read pages from and into. */
  ByteBuffer memory() {
    return memory;
  }

  /** Where a slot's page starts in the memory. */
  int page(int slot) {
    return firstSlot + slot * layout.size();
  }

  /** The slots that were filled and not given back, each processor's in the order in which they were. */
  List<Slot> filled() {
    List<Slot> filled = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      if (cpuOf(slot) >= 0) {
        filled.add(new Slot(cpuOf(slot), memory.getLong(header(slot)) & NUMBER_MASK,
            memory.getLong(header(slot) + Long.BYTES), slot));
      }
    }
    filled.sort(Comparator.comparingInt(Slot::cpu).thenComparingLong(Slot::number));
    return filled;
  }

  /**
   * Takes a slot to be filled, or {@link #NONE}.
   *
   * @param number counts the processor's slots, so that their order is known
   * @param eventsBefore how many of the processor's events were read before
   */
  int take(int cpu, long number, long eventsBefore) {
    if (freeCount == 0 || freeCount <= RESERVED * taken.length && taken[cpu] >= RESERVED) {
      return NONE;
    }
    int slot = free[--freeCount];
    taken[cpu]++;
    for (int at = page(slot); at < page(slot) + layout.size(); at += ALIGNMENT) {
      memory.put(at, (byte) 0); // is there to be written now, whatever happened to it since
    }
    TracePage.clear(layout, memory, page(slot));
    VarHandle.releaseFence();
    memory.putLong(header(slot) + Long.BYTES, eventsBefore);
    memory.putLong(header(slot), (long) cpu + 1 << CPU_SHIFT | number & NUMBER_MASK);
    VarHandle.fullFence();
    return slot;
  }

  /** Gives a slot back. */
  void release(int cpu, int slot) {
    memory.putLong(header(slot), 0);
    VarHandle.releaseFence();
    taken[cpu]--;
    free[freeCount++] = slot;
  }

  /** The time since when the ring records, as far as this journal goes back; 0 where nobody has said. */
  long since() {
    return memory.getLong(SINCE);
  }

  void since(long time) {
    memory.putLong(SINCE, Math.max(since(), time));
  }

  /** Whether a loss was found, and its traces were removed, of which nobody may have kept anything yet. */
  boolean hasUntoldLoss() {
    return memory.getInt(UNTOLD) != 0;
  }

  void hasUntoldLoss(boolean has) {
    memory.putInt(UNTOLD, has ? 1 : 0);
    VarHandle.releaseFence();
  }

  /** By how much the kernel's count of events read from a processor's ring is ahead of ours. */
  long kernelAhead(int cpu) {
    return memory.getLong(COUNTERS + cpu * COUNTERS_SIZE);
  }

  void kernelAhead(int cpu, long by) {
    memory.putLong(COUNTERS + cpu * COUNTERS_SIZE, by);
  }

  /** How many of a processor's overwritten events have been told, or {@link Overruns#UNKNOWN}. */
  long overrunsTold(int cpu) {
    return memory.getLong(COUNTERS + cpu * COUNTERS_SIZE + Long.BYTES);
  }

  void overrunsTold(int cpu, long count) {
    memory.putLong(COUNTERS + cpu * COUNTERS_SIZE + Long.BYTES, count);
  }

  /** The mapping itself goes with the garbage; nothing is written any more. */
  @Override
  public void close() {
    freeCount = 0;
  }
}
