package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A second copy of the rows of {@code meta}, in a file of its own. They are few and stand in one block of one table,
 * and without them nothing else can be read: which boots there were, and how their clocks stood. Most of them never
 * change, so that a copy made whenever the store is opened or closed is worth having. Only a repair reads it.
 *
 * <pre>
 *   | title, 20 bytes | key length varint | key | value length varint | value | … | CRC-32C of all before, u32 |
 * </pre>
 *
 * <p>A source's position is left out: that of an earlier time would have it told again what it told already.
 */
final class MetaCopy {

  static final String NAME = "META";

  private static final String NEW_NAME = "META.new";
  private static final byte[] TITLE = "taskhistory meta 1 \n".getBytes(StandardCharsets.US_ASCII);
  private static final long LARGEST = 64 << 20;

  /** Takes rows. */
  interface Rows {
    void row(byte[] key, byte[] value);
  }

  private MetaCopy() {}

  static void write(Database database, Path files) throws IOException {
    Bytes out = new Bytes(1 << 12).bytes(TITLE, 0, TITLE.length);
    try (Scan scan = database.scan(Family.META)) {
      for (boolean more = scan.first(); more; more = scan.next()) {
        byte[] key = scan.key();
        byte[] value = scan.value();
        if (key[0] != MetaRows.POSITION) {
          out.varint(key.length).bytes(key, 0, key.length).varint(value.length).bytes(value, 0, value.length);
        }
      }
    }
    CRC32C crc = new CRC32C();
    crc.update(out.array, 0, out.length);
    out.u32((int) crc.getValue());
    Path next = files.resolve(NEW_NAME);
    try (FileChannel channel = FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(out.array, 0, out.length);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, files.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Passes on what the copy has; false where there is none, or a damaged one. */
  static boolean read(Path files, Rows rows) throws IOException {
    byte[] all;
    try {
      Path file = files.resolve(NAME);
      all = Files.size(file) > LARGEST ? new byte[0] : Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return false;
    }
    int end = all.length - Integer.BYTES;
    if (end < TITLE.length || !Arrays.equals(all, 0, TITLE.length, TITLE, 0, TITLE.length)) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(all, 0, end);
    if ((int) crc.getValue() != Keys.u32(all, end)) {
      return false;
    }
    BytesReader in = new BytesReader(Arrays.copyOfRange(all, TITLE.length, end));
    try {
      while (in.left() > 0) {
        byte[] key = in.text(in.count(in.left())).toByteArray();
        rows.row(key, in.text(in.count(in.left())).toByteArray());
      }
      return true;
    } catch (StoreException e) {
      return false;
    }
  }
}
