package io.taskhistory.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketCheckTest {

  @TempDir
  private Path directory;

  @Test
  void group_andSocket_areFoundWhereTheyAre() throws Exception {
    Path socket = directory.resolve("socket");
    assertThat(SocketCheck.of(socket, "no such group")).noneMatch(Checkup.Check::ok)
        .noneMatch(Checkup.Check::required).allSatisfy(check -> assertThat(check.remedy()).isNotEmpty());
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(socket));
      assertThat(SocketCheck.of(socket, "root")).allMatch(Checkup.Check::ok);
    }
    assertThat(SocketCheck.of(socket, "root").get(1).finding()).contains("cannot be reached");
  }
}
