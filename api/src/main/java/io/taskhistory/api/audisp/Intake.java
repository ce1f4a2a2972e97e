package io.taskhistory.api.audisp;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads what the dispatcher writes, and does nothing else: while nobody reads, auditd's own queue fills, then the
 * kernel's, and then every audited task of the machine waits. It is done when the dispatcher has closed its end.
 */
final class Intake implements Runnable {

  /** The kernel's records end at 8,970 bytes (MAX_AUDIT_MESSAGE_LENGTH, libaudit.h), enriched ones at twice that. */
  static final int LONGEST_LINE = 64 << 10;
  private static final int HEAD = 512;

  private final InputStream in;
  private final LineQueue queue;
  private final byte[] buffer = new byte[2 * LONGEST_LINE];
  /** A line that lacks its end is in the buffer up to here. */
  private int end;
  /** How much has been read of a line that is too long, and how it begins; 0 where there is none. */
  private long skipped;
  private byte[] head = {};

  Intake(InputStream in, LineQueue queue) {
    this.in = in;
    this.queue = queue;
  }

  @Override
  public void run() {
    try {
      for (int read = read(); read >= 0; read = read()) {
        split(end + read);
      }
    } catch (IOException e) {
      // As if it had been closed: nothing will come from there any more.
    } finally {
      if (end > 0 || skipped > 0) {
        buffer[end] = '\n';
        split(end + 1);
      }
      queue.end();
    }
  }

  private int read() throws IOException {
    return in.read(buffer, end, buffer.length - 1 - end);
  }

  /** Hands on the lines that are whole by now. */
  private void split(int to) {
    int start = 0;
    for (int i = end; i < to; i++) {
      if (buffer[i] == '\n') {
        line(start, i + 1);
        start = i + 1;
      }
    }
    end = to - start;
    if (skipped > 0) {
      skipped += end;
      end = 0;
    } else if (end > LONGEST_LINE) {
      head = Arrays.copyOfRange(buffer, start, start + HEAD);
      skipped = end;
      end = 0;
    } else {
      System.arraycopy(buffer, start, buffer, 0, end);
    }
  }

  private void line(int from, int to) {
    if (skipped > 0) {
      queue.dropTooLong(head, 0, head.length, skipped + to - from);
      skipped = 0;
    } else {
      queue.put(buffer, from, to);
    }
  }
}
