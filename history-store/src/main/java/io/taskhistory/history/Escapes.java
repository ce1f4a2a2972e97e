package io.taskhistory.history;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.function.IntPredicate;

/** How raw bytes are written so that nothing in them is taken for structure, markup or a terminal's command. */
public final class Escapes {

  private static final String UNKNOWN = "?";

  private static final boolean[] PLAIN = table(Escapes::isPlain);
  private static final boolean[] PRINTABLE_ASCII = table(b -> b < 128 && isPrintable(b));

  private Escapes() {}

  /**
   * The kernel style: every byte but {@code A-Z a-z 0-9 . _ - /} is a backslash and three octal digits. The patch that
   * the format comes from let bytes above 127 through; here they are escaped too, so that the text is always ASCII.
   */
  public static String kernel(RawText text) {
    if (!text.isKnown()) {
      return UNKNOWN;
    }
    if (text.isMadeOf(PLAIN)) {
      return text.latin1();
    }
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      int b = text.at(i);
      if (PLAIN[b]) {
        out.append((char) b);
      } else {
        octal(out, b);
      }
    }
    return out.toString();
  }

  /**
   * As TOMOYO writes a path (tomoyo_encode2() in security/tomoyo/realpath.c): a backslash is doubled, bytes up to the
   * space and from 127 on are a backslash and three octal digits, all others stand for themselves.
   */
  public static String tomoyo(RawText text) {
    if (!text.isKnown()) {
      return UNKNOWN;
    }
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      int b = text.at(i);
      if (b == '\\') {
        out.append("\\\\");
      } else if (b > ' ' && b < 127) {
        out.append((char) b);
      } else {
        octal(out, b);
      }
    }
    return out.toString();
  }

  /**
   * For people: printable UTF-8 as it is; a backslash, control and formatting characters (bidirectional overrides among
   * them), line separators and bytes that are not UTF-8 as octal escapes, so that different bytes never look the same
   * and nothing reaches a terminal raw.
   */
  public static String readable(RawText text) {
    if (!text.isKnown()) {
      return UNKNOWN;
    }
    // Nearly every text: a decoder costs a hundred times as much for each byte.
    if (text.isMadeOf(PRINTABLE_ASCII)) {
      return text.latin1();
    }
    byte[] bytes = text.toByteArray();
    StringBuilder out = new StringBuilder(bytes.length + 8);
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer chars = CharBuffer.allocate(2);
    for (int i = 0; i < bytes.length; ) {
      if (bytes[i] >= 0 && PRINTABLE_ASCII[bytes[i]]) {
        out.append((char) bytes[i++]);
        continue;
      }
      int length = sequenceLength(bytes[i]);
      if (length > 0 && i + length <= bytes.length) {
        utf8.reset();
        chars.clear();
        if (!utf8.decode(ByteBuffer.wrap(bytes, i, length), chars, true).isError()) {
          chars.flip();
          int codePoint = Character.codePointAt(chars, 0);
          if (isPrintable(codePoint)) {
            out.appendCodePoint(codePoint);
          } else {
            for (int j = i; j < i + length; j++) {
              octal(out, bytes[j] & 0xff);
            }
          }
          i += length;
          continue;
        }
      }
      octal(out, bytes[i++] & 0xff);
    }
    return out.toString();
  }

  /**
   * The bytes that {@link #kernel} or {@link #readable} wrote, for names that a person or a program gives back to us.
   * A bare {@code ?} is {@link RawText#UNKNOWN}.
   *
   * @throws ParseException where a backslash is not followed by three octal digits of one byte
   */
  public static RawText parse(String escaped) throws ParseException {
    if (escaped.equals(UNKNOWN)) {
      return RawText.UNKNOWN;
    }
    byte[] in = escaped.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] != '\\') {
        out[length++] = in[i];
        continue;
      }
      int value = i + 3 < in.length ? digit(in[i + 1]) << 6 | digit(in[i + 2]) << 3 | digit(in[i + 3]) : -1;
      if (value < 0 || value > 0xff) {
        throw new ParseException("a backslash needs three octal digits (\\000 to \\377) after it", i);
      }
      out[length++] = (byte) value;
      i += 3;
    }
    return RawText.of(out, 0, length);
  }

  private static int digit(byte b) {
    return b >= '0' && b <= '7' ? b - '0' : -1;
  }

  private static boolean isPlain(int b) {
    return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
        || b == '.' || b == '_' || b == '-' || b == '/';
  }

  /** For each byte, whether it is one of {@code kind}. */
  private static boolean[] table(IntPredicate kind) {
    boolean[] table = new boolean[256];
    for (int b = 0; b < table.length; b++) {
      table[b] = kind.test(b);
    }
    return table;
  }

  private static boolean isPrintable(int codePoint) {
    return codePoint != '\\' && switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
          Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      case Character.SPACE_SEPARATOR -> codePoint == ' ';
      default -> true;
    };
  }

  private static int sequenceLength(byte first) {
    int b = first & 0xff;
    return b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
  }

  private static void octal(StringBuilder out, int b) {
    out.append('\\').append((char) ('0' + (b >> 6))).append((char) ('0' + (b >> 3 & 7))).append((char) ('0' + (b & 7)));
  }
}
