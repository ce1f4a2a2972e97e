package io.taskhistory.api.service;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a service keeps what it knows, and where the other commands find it:
 *
 * <pre>
 *   DIR/            0700
 *     endpoint      0600   the URL of the running service; absent while none runs
 *     token         0600   what callers show; made at first start
 *     …                    the store's
 * </pre>
 */
public final class DataDirectory {

  /** Where no other is named. */
  public static final Path DEFAULT = Path.of("/var/lib/taskhistory");

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final int TOKEN_BYTES = 32;
  private static final int MOST_BYTES = 4096;

  private final Path path;

  public DataDirectory(Path path) {
    this.path = path.toAbsolutePath();
  }

  public Path path() {
    return path;
  }

  /** Makes the directory where there is none. */
  void create() {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path, OWNER_ONLY);
      }
    } catch (AccessDeniedException e) {
      throw new ServiceException("no right to make " + path + "; run this with sudo, or name another --data-dir", e);
    } catch (IOException e) {
      throw new ServiceException("cannot make " + path + ": " + e.getMessage() + "; name another --data-dir", e);
    }
  }

  /** The token of earlier starts, or a new one. */
  String tokenOrNew() {
    return token().orElseGet(this::renewToken);
  }

  /** Makes another one in place of what there is. A service that runs takes it within a few seconds. */
  public String renewToken() {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    write("token", token);
    return token;
  }

  /** The token; empty where the service has not run yet. */
  public Optional<String> token() {
    Optional<String> token = read("token");
    if (token.isPresent() && !TOKEN.matcher(token.get()).matches()) {
      throw new ServiceException(
          path.resolve("token") + " holds no token; taskhistory token --rotate makes a new one");
    }
    return token;
  }

  void announce(String url) {
    write("endpoint", url);
  }

  void withdraw() {
    try {
      Files.deleteIfExists(path.resolve("endpoint"));
    } catch (IOException e) {
      throw new ServiceException("cannot delete " + path.resolve("endpoint") + ": " + e.getMessage(), e);
    }
  }

  /** The URL of the service that runs, or ran last and was not stopped but killed. */
  public Optional<String> endpoint() {
    return read("endpoint");
  }

  /** Whether there is one, be it readable or not. */
  public boolean hasToken() {
    return Files.exists(tokenFile());
  }

  Path tokenFile() {
    return path.resolve("token");
  }

  private Optional<String> read(String name) {
    Path file = path.resolve(name);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new ServiceException(file + " is none of ours: it is too large");
      }
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (AccessDeniedException e) {
      throw new ServiceException("no right to read " + file + "; run this with sudo", e);
    } catch (IOException e) {
      throw new ServiceException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Writes as a whole or not at all: whoever reads meanwhile finds the old text or the new one. */
  private void write(String name, String text) {
    try {
      Path next = Files.createTempFile(path, "." + name, "", OWNER_ONLY_FILE);
      try {
        Files.writeString(next, text + "\n", StandardCharsets.US_ASCII);
        try (FileChannel written = FileChannel.open(next, StandardOpenOption.READ)) {
          written.force(true); // else a loss of power may leave the name with nothing in it
        }
        Files.move(next, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(next);
      }
    } catch (IOException e) {
      throw new ServiceException("cannot write " + path.resolve(name) + ": " + e.getMessage(), e);
    }
  }
}
