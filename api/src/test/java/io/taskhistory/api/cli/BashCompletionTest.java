package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In a real bash, words as readline would cut them. */
class BashCompletionTest {

  @TempDir
  private Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("completion"), new BashCompletion(CommandLines.of(new TaskhistoryCommand(
        new Terminal(System.out, false, true), Map.of())).getCommandSpec()).script());
    Files.createFile(directory.resolve("audit.log"));
    Files.createFile(directory.resolve("audit log.1"));
  }

  /** What is offered for the last of {@code words}. */
  private List<String> offered(String... words) throws Exception {
    StringBuilder line = new StringBuilder("cd '" + directory + "'; . ./completion; COMP_WORDS=(taskhistory");
    for (String word : words) {
      line.append(" '").append(word).append('\'');
    }
    line.append("); COMP_CWORD=").append(words.length)
        .append("; eval \"$(complete -p taskhistory | sed 's/complete -F \\([^ ]*\\) .*/\\1/')\"")
        .append("; for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done");
    Outcome outcome = Machinery.run(List.of("bash", "--norc", "-c", line.toString()));
    assertThat(outcome.err()).isEmpty();
    return outcome.out().lines().toList();
  }

  @ParameterizedTest
  @CsvSource({"sh, show", "wa, watch", "show --st, --style", "show --style na, names", "show --style = na, names",
      "show --style = , kernel names domain json", "watch --kind f, fork", "--data-dir /x sh, show",
      "--data-dir run sh, show", "--data-dir = /x sh, show", "show --color ne, never", "run --source au, auto audit",
      "enrich --preset f, falco", "man wa, watch", "--color al, always", "'show --at ', ''", "status x, ''", "-, ''"})
  void word_begun_isCompleted(String words, String offered) throws Exception {
    List<String> found = offered(words.split(" ", -1));
    if (words.equals("-")) {
      assertThat(found).contains("--help", "--data-dir", "-h");
    } else {
      assertThat(found).containsExactlyInAnyOrder(offered.isEmpty() ? new String[0] : offered.split(" "));
    }
  }

  @Test
  void nothing_begun_isAllCommands() throws Exception {
    assertThat(offered("")).contains("run", "show", "watch", "man", "completion");
  }

  @Test
  void pids_areThoseThatLive() throws Exception {
    String self = Long.toString(ProcessHandle.current().pid());
    assertThat(offered("show", "")).contains("1", self);
    assertThat(offered("watch", "--root", self)).contains(self);
    assertThat(offered("tree", self)).contains(self);
  }

  @Test
  void files_areThoseThatAreThere() throws Exception {
    assertThat(offered("enrich", "au")).containsExactlyInAnyOrder("audit.log", "audit log.1");
    assertThat(offered("--data-dir", "aud")).hasSize(2);
    assertThat(offered("import", "/proc/self/stat")).contains("/proc/self/status");
  }
}
