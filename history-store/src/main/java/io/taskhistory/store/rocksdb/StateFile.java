package io.taskhistory.store.rocksdb;

import io.taskhistory.store.Flush;
import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Whether a store was left in good order, in a file of its own beside RocksDB's. What a kill or a loss of power may
 * leave behind differs from what closing leaves, so without it either would have to pass for the other.
 *
 * <pre>
 *   taskhistory store, open             taskhistory store, closed
 *   boot 5f0c1d2e-…                     boot 5f0c1d2e-…
 *   flush none                          flush none
 *   logs 9                              logs 9
 *   first 12                            first 12
 *   families 8                          families 8
 *   sum 1a2b3c4d                        file CURRENT 16 99aabbcc
 *                                       file 000012.log 4096 00112233
 *                                       sum 1a2b3c4d
 *
 *   boot    the kernel's boot_id: another one now means that the page cache of then is gone
 *   flush   how the log was synced
 *   logs    the first log that was needed once the store was open
 *   first   the log that was begun by opening
 *   families   how many there were; the first format, which does not tell, had six
 *   file    size and CRC-32C of each file but the tables, whose checksums are in the manifest
 *   sum     CRC-32C of the lines before
 * </pre>
 */
record StateFile(
    boolean isClosed, String boot, Flush flush, long logs, long first, int families, Map<String, Sum> files) {

  static final String NAME = "STATE";

  private static final String NEW_NAME = "STATE.new";
  private static final String TITLE = "taskhistory store, ";
  private static final String OPEN = "open";
  private static final String CLOSED = "closed";
  private static final String FAMILIES = "families ";
  private static final int FAMILIES_AT_FIRST = 6;
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final long LONGEST = 1 << 16;
  private static final int READ = 1 << 18;

  /** What a file was when the store was closed. */
  record Sum(long size, int crc) {

    static Sum of(Path file) throws IOException {
      CRC32C crc = new CRC32C();
      long size = 0;
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        ByteBuffer piece = ByteBuffer.allocateDirect(READ);
        while (channel.read(piece) >= 0) {
          piece.flip();
          size += piece.limit();
          crc.update(piece);
          piece.clear();
        }
      }
      return new Sum(size, (int) crc.getValue());
    }
  }

  static StateFile open(String boot, Flush flush, long logs, long first, int families) {
    return new StateFile(false, boot, flush, logs, first, families, Map.of());
  }

  /** The same store in use, in that boot of the machine. */
  StateFile opened(String boot, Flush flush) {
    return open(boot, flush, logs, first, families);
  }

  StateFile closed(Map<String, Sum> files) {
    return new StateFile(true, boot, flush, logs, first, families, files);
  }

  /** The boot of this moment; empty where the kernel does not tell. */
  static String bootNow() {
    try {
      return Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Null where there is none, as in a store that is being made.
   *
   * @throws StoreException where what is there was not written by {@link #write}
   */
  static @Nullable StateFile read(Path database) throws IOException {
    Path file = database.resolve(NAME);
    try {
      String text = Files.size(file) > LONGEST ? "" : Files.readString(file, StandardCharsets.ISO_8859_1);
      int end = text.lastIndexOf("sum ");
      if (end < 0 || !text.substring(end).equals(sum(text.substring(0, end)))) {
        throw new StoreException("its checksum does not fit");
      }
      return parse(text.substring(0, end));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static StateFile parse(String text) {
    String[] lines = text.split("\n");
    Map<String, Sum> files = new TreeMap<>();
    int families = FAMILIES_AT_FIRST;
    try {
      for (int i = 5; i < lines.length; i++) {
        if (lines[i].startsWith(FAMILIES)) {
          families = Integer.parseInt(after(lines[i]));
          continue;
        }
        String[] words = lines[i].split(" ");
        files.put(words[1], new Sum(Long.parseLong(words[2]), Integer.parseUnsignedInt(words[3], 16)));
      }
      return new StateFile(lines[0].equals(TITLE + CLOSED), after(lines[1]), Flush.valueOf(after(lines[2])),
          Long.parseLong(after(lines[3])), Long.parseLong(after(lines[4])), families, files);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new StoreException("it does not say what it should", e);
    }
  }

  private static String after(String line) {
    return line.substring(line.indexOf(' ') + 1);
  }

  private static String sum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return "sum %08x%n".formatted(crc.getValue());
  }

  /** As a whole or not at all, and so that it survives a loss of power. */
  void write(Path database) throws IOException {
    StringBuilder text = new StringBuilder(TITLE).append(isClosed ? CLOSED : OPEN)
        .append("\nboot ").append(boot)
        .append("\nflush ").append(flush)
        .append("\nlogs ").append(logs)
        .append("\nfirst ").append(first)
        .append('\n').append(FAMILIES).append(families).append('\n');
    files.forEach((name, sum) -> text.append("file %s %d %08x%n".formatted(name, sum.size(), sum.crc())));
    text.append(sum(text.toString()));
    Path next = database.resolve(NEW_NAME);
    try (FileChannel channel = FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(text.toString());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, database.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    sync(database);
  }

  /** Makes a file, or the names in a directory, survive a loss of power, as fsync(2) of it does. */
  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
