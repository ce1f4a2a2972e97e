package io.taskhistory.api.service;

import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.collector.linux.Accounts;
import io.taskhistory.collector.linux.LinuxException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether local users can ask: the group that sees everything, and the socket. The service needs neither. */
final class SocketCheck {

  private SocketCheck() {}

  static List<Checkup.Check> of(Path socket, String group) {
    return List.of(group(group), socket(socket, group));
  }

  private static Checkup.Check group(String group) {
    try {
      boolean exists = Accounts.group(group).isPresent();
      return new Checkup.Check("group", exists, false,
          exists ? "members of " + group + " see everything by the local socket"
              : "there is no group " + group + "; by the local socket only root sees anything",
          exists ? "" : "groupadd --system " + group + ", and start the service again");
    } catch (LinuxException e) {
      return new Checkup.Check("group", false, false, String.valueOf(e.getMessage()), "");
    }
  }

  private static Checkup.Check socket(Path socket, String group) {
    if (!Files.exists(socket)) {
      return new Checkup.Check("local socket", false, false, socket + " is not there", "taskhistory run makes it");
    }
    try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return new Checkup.Check("local socket", peer.isConnected(), false, socket + " can be reached", "");
    } catch (IOException e) {
      return new Checkup.Check("local socket", false, false, socket + " cannot be reached: " + e.getMessage(),
          "start the service, or be root or a member of the group " + group);
    }
  }
}
