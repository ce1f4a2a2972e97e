package io.taskhistory.collector.procfs;

import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * Names that were seen lately. A machine runs the same few programs over and over, so that most names are found here
 * and nothing is allocated. Each hash has one place, and the latest name keeps it. For one thread.
 */
public final class CommCache {

  private static final int SIZE = 1024;

  private final @Nullable RawText[] names = new RawText[SIZE];

  /** The text of those bytes. */
  public RawText get(byte[] source, int offset, int length) {
    int hash = 0;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + source[i];
    }
    int slot = (hash ^ hash >>> 10) & SIZE - 1;
    RawText name = names[slot];
    if (name == null || !name.equalsBytes(source, offset, length)) {
      name = RawText.of(source, offset, length);
      names[slot] = name;
    }
    return name;
  }
}
