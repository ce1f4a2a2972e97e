package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.access.Token;
import io.taskhistory.api.cli.Machinery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with a local socket, asked by curl as one user of this machine and another. */
class LocalSocketTest {

  /** Groups that each Debian has; nothing of this machine is changed. */
  private static final String GROUP = "operator";
  private static final String OTHER_GROUP = "games";

  private final Scene scene = new Scene();
  private final List<ApiServer> servers = new ArrayList<>();
  private Path home;

  @BeforeEach
  void needsRoot() throws IOException {
    Machinery.assumeRoot();
    home = Files.createTempDirectory(Path.of("/tmp"), "socket");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @AfterEach
  void stop() throws IOException {
    servers.forEach(ApiServer::close);
    scene.store.close();
    Files.deleteIfExists(home.resolve("socket"));
    Files.delete(home);
  }

  private LocalSocket socket(boolean others) {
    return new LocalSocket(home.resolve("socket"), GROUP, others);
  }

  private void serve(LocalSocket socket) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.claim();
    ApiServer server = new ApiServer(scene.reader(), scene.collector, Bounds.of(scene.store.upkeep()), "1.2.3",
        new Doors(listening, new Token("nobody needs it"), null, socket));
    servers.add(server);
    server.start();
  }

  /** What curl gets as somebody: the body, and the status at its end; empty where it cannot connect. */
  private String get(List<String> as, String path) throws Exception {
    List<String> command = new ArrayList<>(as);
    command.addAll(List.of("curl", "-sS", "-m", "60", "-w", "%{http_code}", "--unix-socket",
        home.resolve("socket").toString(), "http://anything.example" + path));
    Machinery.Outcome outcome = Machinery.run(command);
    return outcome.code() == 0 ? outcome.out() : "";
  }

  private static List<String> user(String uid, String gid, String groups) {
    List<String> as = new ArrayList<>(List.of("setpriv", "--reuid", uid, "--regid", gid));
    as.addAll(groups.isEmpty() ? List.of("--clear-groups") : List.of("--groups", groups));
    return as;
  }

  @Test
  void root_seesEverythingWithoutAToken() throws Exception {
    serve(socket(false));
    assertThat(get(List.of(), "/api/v1/tasks/1")).contains("\"entries\"").endsWith("200");
    assertThat(get(List.of(), "/api/v1/status")).endsWith("200");
    assertThat(get(List.of(), "/metrics")).endsWith("200");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("socket"))))
        .isEqualTo("rw-rw----");
  }

  @Test
  void nobody_cannotConnectWhereOthersMayNot() throws Exception {
    serve(socket(false));
    assertThat(get(user("nobody", "nogroup", ""), "/healthz")).isEmpty();
    // The mode is a help; who asks is seen from the connection.
    Files.setPosixFilePermissions(home.resolve("socket"), PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(get(user("nobody", "nogroup", ""), "/api/v1/tasks/1"))
        .contains("urn:taskhistory:problem:forbidden").endsWith("403");
    assertThat(get(user("nobody", OTHER_GROUP, OTHER_GROUP), "/api/v1/tree")).endsWith("403");
    assertThat(get(user("4294967294", "4294967294", ""), "/api/v1/tree")).endsWith("403");
    assertThat(get(user("123456", "123456", ""), "/api/v1/tree")).endsWith("403");
  }

  @Test
  void member_byTheGroupOfTheProcess_seesEverything() throws Exception {
    serve(socket(false));
    assertThat(get(user("nobody", GROUP, ""), "/api/v1/status")).endsWith("200");
  }

  @Test
  void member_byTheSystemsLookUp_seesEverythingWhateverGroupsTheProcessHas() throws Exception {
    // games is in the group games, as everybody is in their primary one.
    serve(new LocalSocket(home.resolve("socket"), OTHER_GROUP, true));
    assertThat(get(user(OTHER_GROUP, "nogroup", ""), "/api/v1/status")).endsWith("200");
    assertThat(get(user("man", "nogroup", ""), "/api/v1/status")).endsWith("403");
  }

  @Test
  void supplementaryGroup_thatTheSystemDoesNotGiveTheUser_grantsNothing() throws Exception {
    serve(socket(false));
    // The kernel lets it connect; whether nobody is a member is the system's look-up's to say.
    assertThat(get(user("nobody", "nogroup", GROUP), "/api/v1/status")).endsWith("403");
  }

  @Test
  void other_whereAllowed_seesTasksAndNothingOfTheService() throws Exception {
    serve(socket(true));
    List<String> nobody = user("nobody", "nogroup", "");
    for (String path : List.of("/api/v1/tasks/1", "/api/v1/tasks/1/history", "/api/v1/tree", "/api/v1/search")) {
      assertThat(get(nobody, path)).as(path).endsWith("200");
    }
    for (String path : List.of("/api/v1/status", "/metrics")) {
      assertThat(get(nobody, path)).as(path).contains("urn:taskhistory:problem:forbidden").endsWith("403");
    }
    assertThat(get(user("123456", "123456", ""), "/api/v1/tree")).as("a uid without a name").endsWith("200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no such group", "", "0"})
  void group_thatDoesNotExist_grantsNothing(String group) throws Exception {
    serve(new LocalSocket(home.resolve("socket"), group, false));
    Files.setPosixFilePermissions(home.resolve("socket"), PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(get(user("nobody", GROUP, GROUP), "/api/v1/tree")).endsWith("403");
    assertThat(get(List.of(), "/api/v1/tree")).endsWith("200");
  }

  @Test
  void token_isOfNoUseThere() throws Exception {
    serve(socket(true));
    List<String> command = user("nobody", "nogroup", "");
    command.addAll(List.of("curl", "-sS", "-H", "Authorization: Bearer nobody needs it", "-w", "%{http_code}",
        "--unix-socket", home.resolve("socket").toString(), "http://x/metrics"));
    assertThat(Machinery.run(command).out()).endsWith("403");
  }

  private Machinery.Outcome command(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("--server", "unix:" + home.resolve("socket")));
    all.addAll(List.of(args));
    return Machinery.run(Machinery.command(all.toArray(String[]::new)));
  }

  @Test
  void commands_askThroughIt() throws Exception {
    serve(socket(false));
    assertThat(command("show", "1", "--style", "names")).isEqualTo(
        new Machinery.Outcome(0, "swapper/0=>init\n", ""));
    assertThat(command("status").out()).contains("watermark");
    Machinery.Outcome missing = command("show", "999999");
    assertThat(missing.code()).isEqualTo(3);
    Path log = Files.writeString(home.resolve("log"), "type=SYSCALL msg=audit(1691750738.271:108): pid=1\n");
    assertThat(command("enrich", log.toString()).out()).startsWith("type=SYSCALL msg=audit(1691750738.271:108): pid=1");
    Files.delete(log);
  }

  @Test
  void command_whereNobodyAnswers_exits1() throws Exception {
    assertThat(command("status").code()).isEqualTo(1);
  }

  @Test
  void socket_ofAServiceThatWasKilled_isReplaced() throws Exception {
    ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    killed.bind(UnixDomainSocketAddress.of(home.resolve("socket")));
    killed.close();
    assertThat(home.resolve("socket")).exists();
    serve(socket(false));
    assertThat(get(List.of(), "/api/v1/tree")).endsWith("200");
  }

  @Test
  void socket_inUse_isRefusedAndLeftAlone() throws Exception {
    serve(socket(false));
    assertThatThrownBy(() -> socket(false).claim()).isInstanceOf(IOException.class)
        .hasMessageContaining("in use by another service");
    assertThat(get(List.of(), "/api/v1/tree")).endsWith("200");
  }

  @Test
  void path_ofAnotherFile_isRefusedAndLeftAlone() throws Exception {
    Path file = Files.writeString(home.resolve("socket"), "precious");
    assertThatThrownBy(() -> socket(false).claim()).isInstanceOf(IOException.class).hasMessageContaining("no socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void path_thatIsTooLong_isNone() {
    assertThatThrownBy(() -> new LocalSocket(Path.of("/" + "x".repeat(107)), GROUP, false))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("107");
  }

  @Test
  void server_stopped_takesItsSocketAway() throws Exception {
    serve(socket(false));
    servers.remove(0).close();
    assertThat(home.resolve("socket")).doesNotExist();
  }

  @Test
  void problem_isAJsonDocumentThere() throws Exception {
    serve(socket(false));
    String answer = get(List.of(), "/api/v1/tasks/999999");
    JsonNode problem = Running.parse(answer.substring(0, answer.length() - 3));
    assertThat(problem.path("status").asInt()).isEqualTo(404);
  }
}
