package io.taskhistory.api.input;

import java.util.Arrays;

/** Cuts a text that comes in pieces into its lines. One longer than {@link #MOST} is passed on without its end. */
public final class LineCutter {

  /** More than any audit record has. */
  public static final int MOST = 1 << 17;

  /** What takes a line, without its newline. */
  public interface Lines {
    void line(byte[] bytes, int from, int to);
  }

  private final Lines lines;
  private byte[] kept = new byte[1 << 12];
  private int length;

  public LineCutter(Lines lines) {
    this.lines = lines;
  }

  /** Takes in the next piece. */
  public void add(byte[] piece) {
    int from = 0;
    for (int at = 0; at < piece.length; at++) {
      if (piece[at] == '\n') {
        if (length == 0) {
          lines.line(piece, from, at);
        } else {
          keep(piece, from, at);
          end();
        }
        from = at + 1;
      }
    }
    keep(piece, from, piece.length);
  }

  private void keep(byte[] piece, int from, int to) {
    int more = Math.min(to - from, MOST - length);
    if (length + more > kept.length) {
      kept = Arrays.copyOf(kept, Math.min(MOST, Math.max(2 * kept.length, length + more)));
    }
    System.arraycopy(piece, from, kept, length, more);
    length += more;
  }

  /** There is no more: what has come of the last line is all there is. */
  public void end() {
    if (length > 0) {
      int all = length;
      length = 0;
      lines.line(kept, 0, all);
    }
  }
}
