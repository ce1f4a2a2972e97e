package io.taskhistory.api.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The files of a host.
 *
 * @param root where its {@code /} is
 */
record HostFiles(Path root) {

  private static final int MOST_BYTES = 4 << 20;

  /** @param path absolute */
  boolean has(String path) {
    return Files.exists(at(path));
  }

  /** The text of a file, a character a byte, at most {@link #MOST_BYTES}; empty where it cannot be read. */
  Optional<String> read(String path) {
    try (InputStream in = Files.newInputStream(at(path))) {
      return Optional.of(text(in));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  Optional<String> readCompressed(String path) {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(at(path)))) {
      return Optional.of(text(in));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
  }

  private Path at(String path) {
    return root.resolve(path.substring(1));
  }
}
