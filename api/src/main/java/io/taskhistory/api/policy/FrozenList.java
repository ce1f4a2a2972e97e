package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The file that says what we have frozen, for whoever comes after us. It is as large as it ever gets before the disk is
 * full, and then written in place:
 *
 * <pre>
 *   BOOT-ID\n
 *   …/cgroup.freeze\n      a switch each, or …/freezer.state
 *   \n\n\n…                up to {@link #SIZE} bytes
 * </pre>
 *
 * Of another boot it says nothing: nothing is frozen after a boot.
 */
final class FrozenList {

  static final String NAME = "frozen";

  /** Room for all paths that can be configured. */
  private static final int SIZE = 32 << 10;

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path file;

  FrozenList(Path directory) {
    this.file = directory.resolve(NAME);
  }

  Path file() {
    return file;
  }

  /** The switches in it; empty where it is not there, or of another boot. */
  List<Path> read() throws IOException {
    try {
      if (Files.size(file) > SIZE) {
        throw new IOException(file + " is none of ours: it is too large");
      }
      List<String> lines = Files.readString(file, StandardCharsets.UTF_8).lines().toList();
      return lines.isEmpty() || !lines.get(0).equals(bootId()) ? List.of()
          : lines.subList(1, lines.size()).stream().filter(line -> !line.isEmpty()).map(Path::of).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Puts these in place of what it says, on the disk. */
  void write(List<Path> switches) throws IOException {
    StringBuilder text = new StringBuilder(bootId()).append('\n');
    switches.forEach(path -> text.append(path).append('\n'));
    byte[] written = text.toString().getBytes(StandardCharsets.UTF_8);
    if (written.length > SIZE) {
      throw new IOException("the paths of the cgroups are too long for " + file);
    }
    byte[] all = Arrays.copyOf(written, SIZE);
    Arrays.fill(all, written.length, SIZE, (byte) '\n');
    try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(all);
      while (bytes.hasRemaining()) {
        channel.write(bytes, bytes.position());
      }
      channel.force(true);
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  private static String bootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }
}
