package io.taskhistory.collector.masking;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The parts of one text that are secret, found in any order; those that touch each other are one. */
final class Spans {

  private static final byte[] MARK = "***".getBytes(StandardCharsets.US_ASCII);

  private static final long[] NONE = {};

  /** From and to of each, as one number, so that they can be put in order. */
  private long[] spans = NONE;
  private int count;

  void add(int from, int to) {
    if (count == spans.length) {
      spans = Arrays.copyOf(spans, 2 * count + 2);
    }
    spans[count++] = (long) from << 32 | to;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** {@code text} with a mark in the place of each. */
  byte[] replacedIn(byte[] text) {
    Arrays.sort(spans, 0, count);
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length);
    int copied = 0;
    for (int i = 0; i < count;) {
      int from = (int) (spans[i] >>> 32);
      int to = (int) spans[i];
      for (i++; i < count && (int) (spans[i] >>> 32) <= to; i++) {
        to = Math.max(to, (int) spans[i]);
      }
      out.write(text, copied, from - copied);
      out.writeBytes(MARK);
      copied = to;
    }
    out.write(text, copied, text.length - copied);
    return out.toByteArray();
  }
}
