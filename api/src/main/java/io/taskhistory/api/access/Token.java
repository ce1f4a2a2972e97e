package io.taskhistory.api.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The secret that callers show. It can be replaced at any time, and from then on the one before is worth nothing. Kept
 * and compared as a hash: so a comparison takes equally long whatever is shown, its length included, and a heap dump
 * holds no token. Safe for use by several threads.
 */
public final class Token {

  /** Of the token; null where none is accepted. The array's identity tells one token from the next. */
  private volatile byte @Nullable [] digest;

  public Token(@Nullable String text) {
    replace(text);
  }

  /**
   * Takes another one from now on.
   *
   * @param text null for none at all: nobody is let in
   */
  public void replace(@Nullable String text) {
    byte[] before = digest;
    byte[] next = text == null ? null : hash(text);
    if (before == null || next == null || !MessageDigest.isEqual(before, next)) {
      digest = next;
    }
  }

  /** Whether any is accepted. */
  public boolean isAny() {
    return digest != null;
  }

  /** Says for how long {@code shown} opens the door: true until the token is replaced. Null where it is another. */
  public @Nullable BooleanSupplier admit(String shown) {
    byte[] wanted = digest;
    return wanted != null && MessageDigest.isEqual(hash(shown), wanted) ? () -> digest == wanted : null;
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has it", e);
    }
  }
}
