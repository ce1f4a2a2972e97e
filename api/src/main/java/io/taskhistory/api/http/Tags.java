package io.taskhistory.api.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Entity tags (RFC 9110, 8.8.3): weak ones, as the same is given compressed or not, and with a later watermark. */
final class Tags {

  /** Of a SHA-256: 132 bits are enough not to be met twice. */
  private static final int LENGTH = 22;

  private Tags() {}

  /** What stands for the first {@code length} bytes of {@code content}. */
  static String weak(byte[] content, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(content, 0, length);
      return "W/\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest()).substring(0, LENGTH)
          + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
