package io.taskhistory.api.access;

import io.taskhistory.collector.linux.Accounts;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file by which local users reach the service.
 *
 * <p>Its mode keeps away whom {@link Peers} would refuse, so that they cannot even take up connections: 0660 with the
 * group that sees everything, 0666 where others may ask. It is no more than that; who asks is seen from the connection.
 *
 * @param group whose members see everything
 * @param others whether other local users may ask
 */
public record LocalSocket(Path path, String group, boolean others) {

  /** Where the service of the default data directory has it: others cannot reach what is in a data directory. */
  public static final Path DEFAULT = Path.of("/run/taskhistory/socket");

  public static final String DEFAULT_GROUP = "taskhistory";

  private static final Logger LOG = LoggerFactory.getLogger(LocalSocket.class);
  /** UNIX_PATH_MAX of include/uapi/linux/un.h, the NUL left out. */
  private static final int LONGEST_PATH = 107;
  private static final String TRAVERSABLE = "rwx--x--x";

  /**
   * Checks the path.
   *
   * @throws IllegalArgumentException where it cannot be one; the message is for a person
   */
  public LocalSocket {
    path = path.toAbsolutePath().normalize();
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new IllegalArgumentException("the path of a socket has " + LONGEST_PATH + " bytes at most");
    }
  }

  /**
   * Takes what a service that was killed has left out of the way, and makes the directory where there is none.
   *
   * @throws IOException where the path is in use, or cannot be had; the message says why
   */
  public void claim() throws IOException {
    Path directory = path.getParent();
    if (directory == null) {
      throw new IOException(path + " is no path of a file");
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      // Whatever the umask left of it.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(TRAVERSABLE));
    } else if (path.equals(DEFAULT)) {
      makeTraversable(directory);
    }
    if (!Files.isWritable(directory)) {
      throw new IOException("no right to make " + path);
    }
    try {
      if (!Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
        throw new IOException(path + " is there and no socket");
      }
    } catch (NoSuchFileException e) {
      return;
    }
    if (answers()) {
      throw new IOException(path + " is in use by another service");
    }
    Files.delete(path);
  }

  /** The trace journal may have made it, for itself alone. What is in there has modes of its own. */
  private static void makeTraversable(Path directory) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(directory);
    if (mode.containsAll(PosixFilePermissions.fromString("--x--x--x"))) {
      return;
    }
    Set<PosixFilePermission> wider = EnumSet.copyOf(mode);
    wider.addAll(PosixFilePermissions.fromString("--x--x--x"));
    Files.setPosixFilePermissions(directory, wider);
  }

  private boolean answers() throws IOException {
    try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return peer.isConnected();
    } catch (SocketException e) {
      return false; // connection refused: nobody has it any more
    }
  }

  /** Lets in whom it is for, once it is bound. */
  public void open() throws IOException {
    if (others) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
      return;
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    if (Accounts.group(group).isEmpty()) {
      LOG.info("there is no group {}; {} is root's alone", group, path);
      return;
    }
    try {
      Files.setAttribute(path, "unix:gid", Accounts.group(group).get().intValue(), LinkOption.NOFOLLOW_LINKS);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    } catch (IOException e) {
      LOG.warn("{} cannot be given to the group {}, so it is root's alone: {}; let the service be in the group"
          + " (SupplementaryGroups= of the unit), or have CAP_CHOWN", path, group, e.getMessage());
    }
  }
}
