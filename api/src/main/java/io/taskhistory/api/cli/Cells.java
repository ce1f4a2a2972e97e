package io.taskhistory.api.cli;

/**
 * How many columns of a terminal a text takes that has no control characters, and how to make it fit. Of wide
 * characters it knows the blocks of East Asian scripts and of pictures, as wcwidth(3) has them.
 */
final class Cells {

  private static final int[][] WIDE = {
      {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
      {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

  private Cells() {}

  static int width(String text) {
    return text.codePoints().map(Cells::width).sum();
  }

  private static int width(int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    for (int[] block : WIDE) {
      if (codePoint >= block[0] && codePoint <= block[1]) {
        return 2;
      }
    }
    return 1;
  }

  /** {@code text} with spaces after it up to {@code width}. */
  static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - width(text)));
  }

  /** The start of {@code text}, as much as fits into {@code columns}, with {@code mark} where the rest is missing. */
  static String start(String text, int columns, String mark) {
    if (width(text) <= columns) {
      return text;
    }
    int left = columns - width(mark);
    int end = 0;
    for (int c; end < text.length() && left >= width(c = text.codePointAt(end)); end += Character.charCount(c)) {
      left -= width(c);
    }
    return left < 0 ? "" : text.substring(0, end) + mark;
  }

  /** The end of {@code text}, as much as fits into {@code columns}, with {@code mark} where the rest is missing. */
  static String end(String text, int columns, String mark) {
    if (width(text) <= columns) {
      return text;
    }
    int left = columns - width(mark);
    int start = text.length();
    for (int c; start > 0 && left >= width(c = text.codePointBefore(start)); start -= Character.charCount(c)) {
      left -= width(c);
    }
    return left < 0 ? "" : mark + text.substring(start);
  }
}
