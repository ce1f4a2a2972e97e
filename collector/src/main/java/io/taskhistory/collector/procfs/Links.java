package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.NativeFiles.Identity;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/** What the links in /proc say that lead to files. */
final class Links {

  /** d_path() in fs/d_path.c appends this to the path of a file that is no longer there. */
  private static final byte[] DELETED = {' ', '(', 'd', 'e', 'l', 'e', 't', 'e', 'd', ')'};

  private Links() {}

  /**
   * The path that was just read into the buffer of {@code files}.
   *
   * @param length of it, or a negative error number
   * @param identity of the file, which tells a path that is gone from one that is called so
   */
  static RawText target(NativeFiles files, int length, @Nullable Identity identity) {
    if (length < 1 || length >= files.buffer().capacity()) {
      return RawText.UNKNOWN;
    }
    byte[] path = files.copy(length);
    return RawText.of(path, 0, identity != null && identity.links() == 0 ? withoutMark(path) : length);
  }

  private static int withoutMark(byte[] path) {
    int rest = path.length - DELETED.length;
    for (int i = 0; i < DELETED.length; i++) {
      if (rest < 1 || path[rest + i] != DELETED[i]) {
        return path.length;
      }
    }
    return rest;
  }
}
