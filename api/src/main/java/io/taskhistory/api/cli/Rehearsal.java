package io.taskhistory.api.cli;

import io.taskhistory.api.service.Admission;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.KeptHistory;
import io.taskhistory.api.service.Listen;
import io.taskhistory.api.service.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the script has run once after a build: most commands, on a small history of its own, so that the JVM loads their
 * classes and writes them into an archive. Out of that they are there in half the time.
 */
public final class Rehearsal {

  private static final String LOG = """
      type=SYSCALL msg=audit(1700000000.101:1): arch=c000003e syscall=59 success=yes exit=0 a0=1 items=0 ppid=1 pid=500 \
      auid=1000 uid=0 gid=0 euid=0 egid=0 tty=(none) ses=3 comm="sshd" exe="/bin/sshd"
      type=EXECVE msg=audit(1700000000.101:1): argc=1 a0="sshd"
      type=PROCTITLE msg=audit(1700000000.101:1): proctitle=00
      """;

  private Rehearsal() {}

  /** Runs it in an empty directory, the only argument; whatever fails only makes the archive a smaller one. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    String log = Files.writeString(directory.resolve("audit.log"), LOG).toString();
    String data = directory.resolve("data").toString();
    run(data, "import", log);
    Service service = Service.start(new KeptHistory(), new DataDirectory(Path.of(data)),
        Admission.at(Listen.parse("127.0.0.1:0"), true), null, failure -> { });
    for (List<String> command : List.of(List.of("status"), List.of("tree"), List.of("show", "500"),
        List.of("search", "--comm", "sshd"), List.of("show", "500", "--json"), List.of("enrich", log),
        List.of("shwo"), List.of("show", "--help"), List.of("man", "show"), List.of("completion"))) {
      run(data, command.toArray(String[]::new));
    }
    service.close();
    System.exit(0);
  }

  private static void run(String data, String... command) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    String[] all = new String[command.length + 2];
    all[0] = "--data-dir";
    all[1] = data;
    System.arraycopy(command, 0, all, 2, command.length);
    boolean isForPeople = !command[0].equals("man");
    CommandLines.execute(new Terminal(nowhere, isForPeople, true), nowhere, Map.of(), all);
  }
}
