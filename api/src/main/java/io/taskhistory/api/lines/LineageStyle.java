package io.taskhistory.api.lines;

import io.taskhistory.history.Escapes;
import io.taskhistory.history.RawText;
import java.util.Arrays;
import java.util.Locale;

/** How histories are written into lines. */
public enum LineageStyle {
  KERNEL, NAMES, DOMAIN;

  /** {@code TASK_COMM_LEN} of the kernel's {@code include/linux/sched.h}, without the byte that ends it. */
  private static final int MAX_COMM = 15;

  /** As the service and the command line write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a task with this history can be called {@code comm}, which a log may have from a path or not cut. */
  boolean fits(String history, byte[] comm) {
    return last(history).equals(Escapes.kernel(RawText.of(Arrays.copyOf(comm, Math.min(comm.length, MAX_COMM)))));
  }

  /** The name of the last item, escaped as in the kernel style; where that is a path, what it ends with. */
  String last(String history) {
    return switch (this) {
      case NAMES -> history.substring(after(history, "=>"));
      case KERNEL -> {
        String item = history.substring(after(history, "=>"));
        int end = item.indexOf(';');
        yield end < 0 || !item.startsWith("name=") ? item : item.substring("name=".length(), end);
      }
      case DOMAIN -> {
        String path = history.substring(Math.max(after(history, " "), after(history, "/")));
        yield path.substring(0, Math.min(path.length(), MAX_COMM));
      }
    };
  }

  private static int after(String text, String separator) {
    int at = text.lastIndexOf(separator);
    return at < 0 ? 0 : at + separator.length();
  }
}
