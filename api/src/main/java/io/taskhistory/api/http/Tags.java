package io.taskhistory.api.http;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Entity tags (RFC 9110, 8.8.3): weak ones, as the same is given compressed or not, and with a later watermark. They tell
 * one state of an answer from the few others that the same answer has in its time. A cryptographic hash would take a
 * third of what a look-up costs.
 */
final class Tags {

  private Tags() {}

  /** What stands for the first {@code length} bytes of {@code content}. */
  static String weak(byte[] content, int length) {
    CRC32 crc = new CRC32();
    crc.update(content, 0, length);
    CRC32C other = new CRC32C();
    other.update(content, 0, length);
    return "W/\"" + Integer.toHexString(length) + "-" + Long.toHexString(crc.getValue() << 32 | other.getValue()) + "\"";
  }
}
