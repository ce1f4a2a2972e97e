package io.taskhistory.api.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one HTTP/1.1 answer (RFC 9112) from its bytes as they come, and keeps the body. */
final class AnswerReader {

  private static final int MAX_HEAD = 64 * 1024;
  private static final int HEX_DIGITS = 8;

  private enum State { HEAD, FIXED, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, UNTIL_CLOSE, DONE }

  private final int most;
  private final StringBuilder line = new StringBuilder();
  private byte[] body = new byte[64 * 1024];
  private int length;
  private State state = State.HEAD;
  private int headLength;
  private int status;
  private long left;
  private boolean isChunked;
  private boolean hasLength;
  private boolean closes;

  /** Refuses an answer of more than {@code most} bytes. */
  AnswerReader(int most) {
    this.most = most;
  }

  /** Begins with the next answer. */
  void reset() {
    length = 0;
    state = State.HEAD;
    begin();
  }

  private void begin() {
    line.setLength(0);
    headLength = 0;
    status = 0;
    left = 0;
    isChunked = hasLength = closes = false;
  }

  /** Takes all of {@code in}. */
  void take(ByteBuffer in) throws IOException {
    while (in.hasRemaining() && state != State.DONE) {
      switch (state) {
        case FIXED, CHUNK, UNTIL_CLOSE -> data(in);
        default -> {
          String text = line(in);
          if (text != null) {
            line(text);
          }
        }
      }
    }
    if (in.hasRemaining()) {
      throw new IOException("more was answered than was asked for");
    }
  }

  /** The server has closed the connection. */
  void end() throws IOException {
    if (state == State.UNTIL_CLOSE) {
      state = State.DONE;
    } else if (state != State.DONE) {
      throw new IOException("the connection was closed in the middle of an answer");
    }
  }

  boolean hasBegun() {
    return state != State.HEAD || headLength > 0;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  boolean closes() {
    return closes;
  }

  int status() {
    return status;
  }

  byte[] body() {
    return body;
  }

  int length() {
    return length;
  }

  private @Nullable String line(ByteBuffer in) throws IOException {
    while (in.hasRemaining()) {
      char c = (char) (in.get() & 0xff);
      if (++headLength > MAX_HEAD) {
        throw new IOException("the head of the answer is longer than " + MAX_HEAD + " bytes");
      }
      if (c == '\n') {
        String text = line.toString();
        line.setLength(0);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.append(c);
    }
    return null;
  }

  private void line(String text) throws IOException {
    switch (state) {
      case HEAD -> {
        if (status == 0) {
          status = status(text);
        } else if (text.isEmpty()) {
          headEnds();
        } else {
          header(text);
        }
      }
      case CHUNK_SIZE -> chunk(text);
      case CHUNK_END -> {
        headLength = 0;
        state = State.CHUNK_SIZE;
      }
      default -> {
        if (text.isEmpty()) {
          state = State.DONE;
        }
      }
    }
  }

  private static int status(String text) throws IOException {
    if (!text.matches("HTTP/1\\.1 [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("it does not speak HTTP/1.1");
    }
    return Integer.parseInt(text.substring(9, 12));
  }

  private void header(String text) throws IOException {
    int colon = text.indexOf(':');
    String value = text.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
    switch (colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT)) {
      case "transfer-encoding" -> isChunked = value.equals("chunked");
      case "connection" -> closes = value.equals("close");
      case "content-length" -> {
        if (!value.matches("[0-9]{1,18}")) {
          throw new IOException("the answer has no sensible length");
        }
        hasLength = true;
        left = Long.parseLong(value);
      }
      default -> { }
    }
  }

  private void headEnds() {
    if (status < 200) {
      begin();
    } else if (isChunked) {
      state = State.CHUNK_SIZE;
    } else if (hasLength) {
      state = left == 0 ? State.DONE : State.FIXED;
    } else {
      closes = true;
      state = State.UNTIL_CLOSE;
    }
    headLength = Math.min(headLength, 1);
  }

  private void chunk(String text) throws IOException {
    int extension = text.indexOf(';');
    String size = (extension < 0 ? text : text.substring(0, extension)).strip();
    if (size.isEmpty() || size.length() > HEX_DIGITS || !size.matches("[0-9a-fA-F]+")) {
      throw new IOException("the answer has a chunk without a size");
    }
    left = Long.parseLong(size, 16);
    headLength = 0;
    state = left == 0 ? State.TRAILER : State.CHUNK;
  }

  private void data(ByteBuffer in) throws IOException {
    int taken = state == State.UNTIL_CLOSE ? in.remaining() : (int) Math.min(in.remaining(), left);
    if (taken > most - length) {
      throw new IOException("the answer is longer than " + most + " bytes");
    }
    if (taken > body.length - length) {
      body = Arrays.copyOf(body, (int) Math.min(most, Math.max(2L * body.length, length + taken)));
    }
    in.get(body, length, taken);
    length += taken;
    if (state != State.UNTIL_CLOSE) {
      left -= taken;
      if (left == 0) {
        state = state == State.FIXED ? State.DONE : State.CHUNK_END;
      }
    }
  }
}
