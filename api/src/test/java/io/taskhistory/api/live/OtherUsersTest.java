package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.cli.Machinery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another local user is told by the socket, of tasks of their own and of others'. */
class OtherUsersTest extends LiveTest {

  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups");
  /** No member of the group by which the service is asked, and a group that each Debian has. */
  private static final List<String> MEMBER =
      List.of("setpriv", "--reuid", "nobody", "--regid", "operator", "--clear-groups");

  /** As somebody who has logged in: the kernel lets it connect, and its connection says nothing of the group. */
  private static final List<String> BY_SUPPLEMENT =
      List.of("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--groups", "operator");

  @TempDir
  private Path home;

  private JsonNode get(List<String> as, String path) throws Exception {
    List<String> command = new ArrayList<>(as);
    command.addAll(List.of("curl", "-sS", "-m", "60", "--unix-socket", directory.resolve("socket").toString(),
        "http://localhost/api/v1" + path));
    return new ObjectMapper().readTree(Machinery.run(command).out());
  }

  private static JsonNode last(JsonNode task) {
    JsonNode entries = task.path("entries");
    return entries.path(entries.size() - 1);
  }

  @Test
  void user_seesNamesOfAllAndArgumentsOfOwnTasksAlone() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    try (LiveService service = new LiveService(home, "--socket", directory.resolve("socket").toString(),
        "--socket-group", "operator", "--socket-others", "names")) {
      Process others = new ProcessBuilder("sleep", "1001").start();
      List<String> command = new ArrayList<>(NOBODY);
      command.addAll(List.of("sleep", "1002"));
      Process own = new ProcessBuilder(command).start();
      try {
        for (Process process : new Process[] {others, own}) {
          await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode entry = last(service.task((int) process.pid()));
            assertThat(entry.path("name").asText()).isEqualTo("sleep");
            assertThat(entry.has("argv")).isTrue();
            assertThat(entry.has("cwd")).isTrue();
          });
        }
        JsonNode foreign = get(NOBODY, "/tasks/" + others.pid());
        assertThat(last(foreign).path("name").asText()).isEqualTo("sleep");
        assertThat(foreign.toString()).doesNotContain("1001").doesNotContain("\"argv\"").doesNotContain("\"cwd\"");
        assertThat(last(get(NOBODY, "/tasks/" + own.pid())).path("argv")).extracting(JsonNode::asText)
            .containsExactly("sleep", "1002");
        assertThat(last(get(MEMBER, "/tasks/" + others.pid())).path("argv")).extracting(JsonNode::asText)
            .containsExactly("sleep", "1001");
        String found = get(NOBODY, "/search?comm=sleep&size=1000").toString();
        assertThat(found).contains("1002").doesNotContain("\"1001\"");
        assertThat(get(NOBODY, "/status").path("type").asText()).isEqualTo("urn:taskhistory:problem:forbidden");
      } finally {
        others.destroyForcibly().waitFor();
        own.destroyForcibly().waitFor();
      }
      service.stop();
    }
  }

  /** In a mount namespace with an /etc/group of its own, so that the machine's stays as it is. */
  @Test
  void member_byASupplementaryGroup_seesEverything_asLongAsTheSystemSaysSo() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    String without = Files.readString(Path.of("/etc/group"));
    String with = without.replaceFirst("(?m)^(operator:[^:]*:[^:]*:).*$", "$1nobody");
    assertThat(with).as("the group is there").isNotEqualTo(without);
    Path groups = Files.writeString(directory.resolve("group"), with);
    List<String> wrapper = List.of("unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/group && exec \"$@\"",
        groups.toString());
    try (LiveService service = new LiveService(home, wrapper, "--socket", directory.resolve("socket").toString(),
        "--socket-group", "operator")) {
      assertThat(get(BY_SUPPLEMENT, "/status").path("watermark").isTextual()).isTrue();
      Files.writeString(groups, without);
      await().atMost(Duration.ofSeconds(20)).untilAsserted(() ->
          assertThat(get(BY_SUPPLEMENT, "/status").path("type").asText()).isEqualTo("urn:taskhistory:problem:forbidden"));
      service.stop();
    }
  }
}
