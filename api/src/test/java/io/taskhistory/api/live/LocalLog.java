package io.taskhistory.api.live;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A socket as /dev/log is one, and what comes in there. */
final class LocalLog implements AutoCloseable {

  private static final String RECEIVE = """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind(sys.argv[1])
      print('bound', flush=True)
      while True:
          print(s.recv(65536).decode('utf-8', 'backslashreplace').replace('\\n', '|'), flush=True)
      """;

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  LocalLog(Path socket) throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/python3"))).as("this needs python3").isTrue();
    process = new ProcessBuilder("python3", "-c", RECEIVE, socket.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread reader = new Thread(() -> process.inputReader().lines().forEach(lines::add), "local-log");
    reader.setDaemon(true);
    reader.start();
    Awaitility.await().until(() -> lines.contains("bound"));
  }

  /** What came in so far. */
  List<String> messages() {
    return lines.stream().skip(1).toList();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
