package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What id(1) and getent(1) say of this machine's own users and groups. */
class AccountsTest {

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out.strip();
  }

  @Test
  void users_areThoseOfTheSystem() throws Exception {
    for (String line : output("getent", "passwd").split("\n")) {
      String[] fields = line.split(":", -1);
      Accounts.User user = Accounts.user(fields[0]).orElseThrow();
      assertThat(user.uid()).as(line).isEqualTo(Long.parseLong(output("id", "-u", fields[0])));
      assertThat(user.gid()).as(line).isEqualTo(Long.parseLong(output("id", "-g", fields[0])));
      List<Long> groups = Arrays.stream(output("id", "-G", fields[0]).split(" ")).map(Long::valueOf).toList();
      assertThat(Accounts.groups(user)).as(line).containsExactlyInAnyOrderElementsOf(groups);
    }
  }

  @Test
  void groups_areThoseOfTheSystem() throws Exception {
    for (String line : output("getent", "group").split("\n")) {
      String[] fields = line.split(":", -1);
      assertThat(Accounts.group(fields[0])).as(line).contains(Long.parseLong(fields[2]));
    }
  }

  @Test
  void name_ofNobody_isEmpty() {
    for (String name : new String[] {"", "no such name", "0", "root\0x", "x".repeat(10_000), "roo\u001b"}) {
      assertThat(Accounts.user(name)).as(name).isEmpty();
      assertThat(Accounts.group(name)).as(name).isEmpty();
    }
  }
}
