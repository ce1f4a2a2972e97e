package io.taskhistory.store.rocksdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Space that is set aside, so that a full disk can be recovered from: deleting takes space, since RocksDB first writes
 * down what it deletes, and to go on after a failed write it has to be opened again, which writes its memtables out.
 *
 * <p>It is a file of bytes that no file system stores in less. It goes when the store cannot write and history is given
 * up, or cannot even be opened; and it is made again, a piece at a time so that no commit waits for long, once twice its size is free.
 */
final class Reserve {

  static final String FILE = "reserve";

  private static final int PIECE = 1 << 20;
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

  private final Path file;
  private final long bytes;
  private final Random random = new Random();
  private boolean complete;
  private long pausedAt = System.nanoTime() - PAUSE;

  Reserve(DataDirectory directory, long bytes) {
    this.file = directory.path().resolve(FILE);
    this.bytes = bytes;
  }

  /**
   * Gives the space up, for the store to write what it has to.
   *
   * @return whether there was any
   */
  boolean release() {
    complete = false;
    pausedAt = System.nanoTime();
    try {
      boolean was = Files.deleteIfExists(file);
      if (was) {
        LOG.warn("the disk is full: the reserve {} is used up", file);
      }
      return was;
    } catch (IOException e) {
      LOG.warn("the reserve cannot be given up: {}", e.toString());
      return false;
    }
  }

  /** Sees to it that there is one, or a piece more of one. Not while the store cannot write. */
  void keepUp() {
    if (complete || System.nanoTime() - pausedAt < PAUSE) {
      return;
    }
    try {
      if (bytes == 0) {
        Files.deleteIfExists(file);
      }
      complete = bytes == 0 || grow();
    } catch (IOException e) {
      LOG.warn("no reserve of {} bytes can be made: {}", bytes, e.toString());
      pausedAt = System.nanoTime();
    }
  }

  /** True once it is as large as it should be. */
  private boolean grow() throws IOException {
    try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      long size = channel.size();
      if (size >= bytes) {
        channel.truncate(bytes);
        return true;
      }
      if (file.toFile().getUsableSpace() < 2 * bytes - size) {
        pausedAt = System.nanoTime();
        return false;
      }
      byte[] piece = new byte[(int) Math.min(PIECE, bytes - size)];
      random.nextBytes(piece);
      for (ByteBuffer rest = ByteBuffer.wrap(piece); rest.hasRemaining(); ) {
        size += channel.write(rest, size);
      }
      return size == bytes;
    }
  }
}
