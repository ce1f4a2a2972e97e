package io.taskhistory.api.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Compresses answers for those who ask for it. */
final class Gzip {

  /** What is smaller costs more time than it spares: it goes in a few packets anyway. */
  private static final int LEAST = 4096;

  private Gzip() {}

  static boolean isWorthwhile(int length) {
    return length >= LEAST;
  }

  /** Whether {@code Accept-Encoding} names it, other than with q=0. */
  static boolean isAccepted(RequestHead head) {
    String accepted = head.header("Accept-Encoding");
    if (accepted == null) {
      return false;
    }
    for (String part : accepted.toLowerCase(Locale.ROOT).split(",")) {
      String coding = part.replace(" ", "");
      if (coding.equals("gzip") || coding.startsWith("gzip;") && !coding.matches("gzip;q=0(\\.0*)?")) {
        return true;
      }
    }
    return false;
  }

  static byte[] compress(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out, 8192) {
      {
        def.setLevel(Deflater.BEST_SPEED);
      }
    }) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
