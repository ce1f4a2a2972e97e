package io.taskhistory.api.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being written, as {@code tail -F} reads it, from its beginning: its end is waited at, and when its
 * path names another file (a log that was rotated) or it has become shorter, reading goes on at the beginning of that.
 */
final class FollowedFile extends InputStream {

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Path path;
  private FileChannel file;
  private @Nullable Object identity;
  private volatile boolean stopped;

  FollowedFile(Path path) throws IOException {
    this.path = path;
    this.file = open();
  }

  /** Opens what is named now, and not what was renamed while it was opened: that would be followed for ever. */
  private FileChannel open() throws IOException {
    while (true) {
      Object before = identity(path);
      FileChannel opened = FileChannel.open(path, StandardOpenOption.READ);
      if (Objects.equals(before, identity(path))) {
        identity = before;
        return opened;
      }
      opened.close();
    }
  }

  private static @Nullable Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Makes the end of what is there the end. */
  void stop() {
    stopped = true;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    while (true) {
      int read = file.read(ByteBuffer.wrap(into, from, length));
      if (read > 0) {
        return read;
      }
      if (stopped) {
        return -1;
      }
      if (!moveOn()) {
        pause();
      }
    }
  }

  /** Goes to where there is more, if anywhere. */
  private boolean moveOn() throws IOException {
    BasicFileAttributes named;
    try {
      named = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!Objects.equals(named.fileKey(), identity)) {
      // What was written after the last look and before the rotation.
      if (file.size() > file.position()) {
        return true;
      }
      FileChannel next;
      try {
        next = open();
      } catch (NoSuchFileException e) {
        return false;
      }
      file.close();
      file = next;
      return true;
    }
    if (named.size() < file.position()) {
      file.position(0);
      return true;
    }
    return false;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
