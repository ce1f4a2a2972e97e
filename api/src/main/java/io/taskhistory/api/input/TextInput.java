package io.taskhistory.api.input;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One text out of several files, or of standard input, in pieces. A thread reads ahead, a little, so that whoever takes
 * the pieces can tell when there is nothing to be had. What is compressed by gzip is read as what it holds.
 */
public final class TextInput implements AutoCloseable {

  /** The name of standard input. */
  public static final Path STANDARD = Path.of("-");

  private static final int PIECE = 128 * 1024;
  private static final int AHEAD = 16;
  private static final byte[] END = new byte[0];

  private final ArrayBlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(AHEAD);
  private final List<Path> files;
  private final InputStream standard;
  private final boolean follow;
  private final Thread thread;
  private final long size;
  private final AtomicLong position = new AtomicLong();
  private volatile boolean stopped;
  private volatile @Nullable FollowedFile followed;
  private volatile @Nullable InputException failure;

  /**
   * Begins to read.
   *
   * @param files in this order, as one text
   * @param follow to wait at the end of the last for more
   * @throws InputException if one of them cannot be read
   */
  public TextInput(List<Path> files, InputStream standard, boolean follow) {
    this.files = files;
    this.standard = standard;
    this.follow = follow;
    this.size = size(files);
    thread = new Thread(this::read, "input");
    thread.setDaemon(true);
    thread.start();
  }

  private static long size(List<Path> files) {
    long size = 0;
    for (Path file : files) {
      if (file.equals(STANDARD)) {
        return 0;
      }
      try {
        if (Files.isDirectory(file)) {
          throw new InputException(file + " is a directory", new IOException(file.toString()));
        }
        size += Files.size(file);
        if (!Files.isReadable(file)) {
          throw new AccessDeniedException(file.toString());
        }
      } catch (IOException e) {
        throw failed(file, e);
      }
    }
    return size;
  }

  private static InputException failed(Path file, IOException e) {
    String why = e instanceof NoSuchFileException ? "it does not exist"
        : e instanceof AccessDeniedException ? "permission denied; run this with sudo" : String.valueOf(e.getMessage());
    return new InputException(
        "cannot read " + (file.equals(STANDARD) ? "standard input" : file.toString()) + ": " + why, e);
  }

  /**
   * The next piece, of some bytes; null where nothing came within {@code patience}.
   *
   * @see #hasEnded
   */
  public byte @Nullable [] next(Duration patience) throws InterruptedException {
    byte[] piece = pieces.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    return piece == null && stopped ? END : piece;
  }

  /** Whether {@code piece} is the last, and empty. */
  public static boolean isEnd(byte @Nullable [] piece) {
    return piece == END;
  }

  /** Why the end is not that of the text, or null. */
  public @Nullable InputException failure() {
    return failure;
  }

  /** How many bytes all files have, compressed as they are; 0 where that is not known. */
  public long size() {
    return size;
  }

  /** How many of those have been read. */
  public long position() {
    return position.get();
  }

  /** Makes what has been read so far all there is. */
  public void stop() {
    stopped = true;
    FollowedFile file = followed;
    if (file != null) {
      file.stop();
    }
  }

  private void read() {
    try {
      for (int i = 0; i < files.size() && !stopped; i++) {
        Path file = files.get(i);
        try (InputStream in = open(file, follow && i == files.size() - 1)) {
          read(in);
        } catch (IOException e) {
          if (!stopped) {
            failure = failed(file, e);
          }
          break;
        }
      }
      pieces.put(END);
    } catch (InterruptedException e) {
      // Nobody takes pieces any longer.
    }
  }

  private void read(InputStream in) throws IOException, InterruptedException {
    byte[] buffer = new byte[PIECE];
    for (int read = in.read(buffer); read >= 0 && !stopped; read = in.read(buffer)) {
      if (read > 0) {
        pieces.put(Arrays.copyOf(buffer, read));
      }
    }
  }

  private InputStream open(Path file, boolean toFollow) throws IOException {
    if (toFollow) {
      FollowedFile opened = new FollowedFile(file);
      followed = opened;
      return opened;
    }
    InputStream raw = file.equals(STANDARD) ? standard : Files.newInputStream(file);
    Peeking in = new Peeking(new Counting(raw));
    return in.isGzip() ? new GZIPInputStream(in, PIECE) : in;
  }

  @Override
  public void close() {
    stop();
    // A read of standard input goes on: nothing ends that but the end of the process.
    thread.interrupt();
  }

  private final class Counting extends FilterInputStream {

    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int read = super.read(into, from, length);
      position.addAndGet(Math.max(0, read));
      return read;
    }
  }

  /** Can look ahead. */
  private static final class Peeking extends BufferedInputStream {

    private static final int MAGIC = 0x1f8b;

    Peeking(InputStream in) {
      super(in, PIECE);
    }

    boolean isGzip() throws IOException {
      mark(2);
      int magic = read() << 8 | read();
      reset();
      return magic == MAGIC;
    }

    /** The decompressor takes 0 for the end of all, and drops the members that follow in a pipe. */
    @Override
    public synchronized int available() throws IOException {
      int known = super.available();
      if (known > 0) {
        return known;
      }
      mark(1);
      int next = read();
      reset();
      return next < 0 ? 0 : 1;
    }
  }
}
