package io.taskhistory.collector.masking;

import java.nio.charset.StandardCharsets;

/** Secrets that show by what they look like, wherever they stand: keys of well-known services, and private keys. */
final class SecretShapes {

  /** No secret that is found here is shorter. */
  static final int SHORTEST = 15;

  private record Shape(byte[] prefix, int least) {}

  private static final Shape[] SHAPES = {
      shape("AKIA", 16), shape("ASIA", 16), shape("ghp_", 30), shape("gho_", 30), shape("ghu_", 30), shape("ghs_", 30),
      shape("ghr_", 30), shape("github_pat_", 22), shape("glpat-", 16), shape("gldt-", 16), shape("glrt-", 16),
      shape("glptt-", 16), shape("glcbt-", 16), shape("xoxb-", 10), shape("xoxa-", 10), shape("xoxp-", 10),
      shape("xoxr-", 10), shape("xoxs-", 10), shape("xoxe-", 10), shape("xapp-", 10), shape("AIza", 35),
      shape("ya29.", 20), shape("sk_live_", 16), shape("sk_test_", 16), shape("rk_live_", 16), shape("sk-", 20),
      shape("npm_", 30), shape("pypi-", 30), shape("hf_", 30), shape("dop_v1_", 30), shape("hvs.", 20),
      shape("SG.", 30), shape("eyJ", 30)};

  private static final byte[] BEGIN = bytes("-----BEGIN ");
  private static final byte[] PRIVATE_KEY = bytes("PRIVATE KEY");
  private static final byte[] DASHES = bytes("-----");
  private static final byte[] END = bytes("-----END");

  private SecretShapes() {}

  private static Shape shape(String prefix, int least) {
    return new Shape(bytes(prefix), least);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static void find(byte[] text, int from, int to, Spans secrets) {
    boolean isInWord = false;
    for (int i = from; i < to; i++) {
      if (!isInWord && canBegin(text[i])) {
        int end = end(text, i, to);
        if (end > i) {
          secrets.add(i, end);
          i = end - 1;
        }
      }
      isInWord = Ascii.isWord(text[i]);
    }
    findKeys(text, from, to, secrets);
  }

  /** A quick look: the first letters of the shapes. */
  private static boolean canBegin(byte c) {
    return switch (c) {
      case 'A', 'S', 'd', 'e', 'g', 'h', 'n', 'p', 'r', 's', 'x', 'y' -> true;
      default -> false;
    };
  }

  private static int end(byte[] text, int from, int to) {
    for (Shape shape : SHAPES) {
      if (Ascii.stands(shape.prefix, text, from, to)) {
        int least = from + shape.prefix.length + shape.least;
        int i = from + shape.prefix.length;
        while (i < to && Ascii.isName(text[i])) {
          i++;
        }
        if (i >= least) {
          return i;
        }
      }
    }
    return from;
  }

  private static void findKeys(byte[] text, int from, int to, Spans secrets) {
    for (int i = Ascii.find(BEGIN, text, from, to); i >= 0; i = Ascii.find(BEGIN, text, i, to)) {
      int kind = i + BEGIN.length;
      int body = Ascii.find(DASHES, text, kind, to);
      if (body < 0) {
        return;
      }
      i = body;
      if (Ascii.find(PRIVATE_KEY, text, kind, body) >= 0) {
        int end = Ascii.find(END, text, body + DASHES.length, to);
        secrets.add(body + DASHES.length, end < 0 ? to : end);
        i = end < 0 ? to : end;
      }
    }
  }
}
