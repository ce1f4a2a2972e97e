package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.access.Authority;
import io.taskhistory.api.access.Authority.Issued;
import io.taskhistory.api.access.Tls;
import io.taskhistory.api.access.TlsFiles;
import io.taskhistory.api.access.Token;
import io.taskhistory.api.cli.Machinery;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that answers by TLS, asked by curl. */
class TlsTest {

  private static final String NAME = "host.example";

  @TempDir
  private Path directory;

  private final Scene scene = new Scene();
  private Authority authority;
  private Issued own;
  private @Nullable ApiServer server;
  private Tls tls;
  private int port;

  @BeforeEach
  void make() throws Exception {
    authority = new Authority(directory, "ca");
    own = authority.issue("own", "DNS:" + NAME);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    scene.store.close();
  }

  private void serve(@Nullable Path clientCa, boolean clientsMustShow) throws Exception {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
    tls = new Tls(new TlsFiles(own.certificate(), own.key(), clientCa, clientsMustShow, List.of()));
    server = new ApiServer(scene.reader(), scene.collector, Bounds.of(scene.store.upkeep()), "1.2.3",
        new Doors(listening, new Token("secret"), tls, null));
    server.start();
  }

  /** The status that curl gets, or {@code failed}. */
  private String get(Path ca, String name, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "-m", "60", "-o", "/dev/null", "-w", "%{http_code}",
        "--cacert", ca.toString(), "--resolve", "*:" + port + ":127.0.0.1"));
    command.addAll(List.of(options));
    if (!String.join("", options).contains("Authorization")) {
      command.addAll(List.of("-H", "Authorization: Bearer secret"));
    }
    command.add("https://" + name + ":" + port + "/api/v1/status");
    Machinery.Outcome outcome = Machinery.run(command);
    return outcome.code() == 0 ? outcome.out() : "failed";
  }

  private static String[] showing(Issued issued) {
    return new String[] {"--cert", issued.certificate().toString(), "--key", issued.key().toString()};
  }

  @Test
  void name_ofTheCertificate_isAnsweredToWhoeverTrustsIt() throws Exception {
    serve(null, false);
    assertThat(get(authority.root(), NAME)).isEqualTo("200");
    assertThat(get(authority.root(), NAME, "-H", "Authorization: none")).isEqualTo("401");
    assertThat(get(new Authority(directory, "elsewhere").root(), NAME)).isEqualTo("failed");
    assertThat(get(authority.root(), "other.example")).as("not in the certificate").isEqualTo("failed");
    assertThat(get(authority.root(), NAME, "-H", "Host: other.example:" + port)).isEqualTo("421");
    assertThat(get(authority.root(), NAME, "-H", "Host: localhost:" + port)).isEqualTo("200");
    assertThat(get(authority.root(), NAME, "-H", "Origin: https://" + NAME + ":" + port)).isEqualTo("200");
    assertThat(get(authority.root(), NAME, "-H", "Origin: http://" + NAME + ":" + port)).isEqualTo("403");
  }

  @Test
  void protocol_isTls12AtLeast() throws Exception {
    serve(null, false);
    assertThat(get(authority.root(), NAME, "--tls-max", "1.2")).isEqualTo("200");
    assertThat(get(authority.root(), NAME, "--tlsv1.3")).isEqualTo("200");
    assertThat(get(authority.root(), NAME, "--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"))
        .isEqualTo("failed");
    Machinery.Outcome plain = Machinery.run(
        List.of("curl", "-sS", "-m", "60", "http://127.0.0.1:" + port + "/healthz"));
    assertThat(plain.code()).as("in the clear there is no answer").isNotZero();
    assertThat(plain.out()).isEmpty();
  }

  @Test
  void client_withoutAGoodCertificate_isRefused() throws Exception {
    Authority clients = new Authority(directory, "clients");
    serve(clients.root(), true);
    assertThat(get(authority.root(), NAME)).as("none").isEqualTo("failed");
    assertThat(get(authority.root(), NAME, showing(own))).as("of another authority").isEqualTo("failed");
    assertThat(get(authority.root(), NAME, showing(clients.expired("old", "DNS:x")))).as("expired").isEqualTo("failed");
    Issued good = clients.issue("good", "DNS:x");
    assertThat(get(authority.root(), NAME, showing(good))).isEqualTo("200");
    List<String> tokenless = new ArrayList<>(List.of(showing(good)));
    tokenless.addAll(List.of("-H", "Authorization: Bearer other"));
    assertThat(get(authority.root(), NAME, tokenless.toArray(String[]::new))).as("needs the token, too")
        .isEqualTo("401");
  }

  @Test
  void client_thatIsOnlyAsked_needsNoCertificate() throws Exception {
    Authority clients = new Authority(directory, "clients");
    serve(clients.root(), false);
    assertThat(get(authority.root(), NAME)).isEqualTo("200");
    assertThat(get(authority.root(), NAME, showing(clients.issue("good", "DNS:x")))).isEqualTo("200");
    assertThat(get(authority.root(), NAME, showing(own))).as("a bad one").isEqualTo("failed");
  }

  @Test
  void command_believesInWhatItIsToldTo() throws Exception {
    own = authority.issue("local", "DNS:localhost");
    serve(null, false);
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.writeString(data.resolve("token"), "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
    List<String> ask = Machinery.command("--data-dir", data.toString(), "--server", "https://localhost:" + port,
        "status");
    Machinery.Outcome unknown = Machinery.run(ask);
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("cannot reach https://localhost").contains("certification path");
    ask.addAll(List.of("--ca", authority.root().toString()));
    assertThat(Machinery.run(ask).err()).contains("wants another token");
    ask.set(ask.size() - 1, directory.resolve("none").toString());
    assertThat(Machinery.run(ask).code()).isEqualTo(2);
  }

  @Test
  void certificate_renewed_isTakenWithoutARestart() throws Exception {
    serve(null, false);
    Authority next = new Authority(directory, "next");
    next.issue("renewed", "DNS:" + NAME + ",DNS:second.example").replace(own);
    await().atMost(Duration.ofSeconds(60)).until(() -> {
      tls.look();
      return get(next.root(), "second.example").equals("200");
    });
    assertThat(get(authority.root(), NAME)).isEqualTo("failed");
  }

  @Test
  void certificate_replacedByNone_staysAsItWas() throws Exception {
    serve(null, false);
    Files.writeString(own.certificate(), "spoiled");
    tls.look();
    assertThat(get(authority.root(), NAME)).isEqualTo("200");
    authority.expired("old", "DNS:" + NAME).replace(own);
    tls.look();
    assertThat(get(authority.root(), NAME)).isEqualTo("200");
  }
}
