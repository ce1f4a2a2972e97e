package io.taskhistory.api.live;

import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A disk that stalls, is slow or fails on demand, for one program and what it keeps below one directory. It stands
 * between the program and libc ({@code disk.c}), so that nothing else on the machine notices. Closing heals it.
 */
final class FaultyDisk implements AutoCloseable {

  /** Of include/uapi/asm-generic/errno-base.h. */
  static final int EIO = 5;
  static final int ENOSPC = 28;

  // What disk.c draws.
  private static final int MODE = 0;
  private static final int VALUE = 8;
  private static final int HITS = 16;
  private static final int HURT = 24;
  private static final int WAITING = 32;
  private static final int SIZE = 40;

  private static final int NOTHING = 0;
  private static final int STALL = 1;
  private static final int SLOW = 2;
  private static final int FAIL = 3;

  private final Path control;
  private final Path below;
  private final MappedByteBuffer words;

  /** One below {@code below}, which is told what to do through a file in {@code directory}. */
  FaultyDisk(Path directory, Path below) {
    this.below = below.toAbsolutePath();
    try {
      control = Files.write(directory.resolve("disk-control"), new byte[SIZE]).toAbsolutePath();
      try (FileChannel file = FileChannel.open(control, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        words = file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
      }
      words.order(ByteOrder.nativeOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What runs a program that shall have this disk. */
  List<String> wrapper() {
    return List.of("env", "LD_PRELOAD=" + Programs.faultyDisk(), "FAULTY_CONTROL=" + control,
        "FAULTY_DIRECTORY=" + below);
  }

  /** From now on nothing gets on until this is over. */
  void stall() {
    set(STALL, 0);
  }

  /** Every call takes so many milliseconds more. */
  void slow(int milliseconds) {
    set(SLOW, milliseconds);
  }

  /** Every call fails with this errno. */
  void fail(int errno) {
    set(FAIL, errno);
  }

  void heal() {
    set(NOTHING, 0);
  }

  private void set(int mode, int value) {
    words.putLong(VALUE, value);
    words.putLong(MODE, mode); // last: it makes the value count
  }

  /** How many calls there were. */
  long hits() {
    return words.getLong(HITS);
  }

  /** How many of them had to wait or failed. */
  long hurt() {
    return words.getLong(HURT);
  }

  /** How many wait now. */
  long waiting() {
    return words.getLong(WAITING);
  }

  @Override
  public void close() {
    heal();
  }
}
