package io.taskhistory.api.policy;

import io.taskhistory.collector.linux.LocalDatagrams;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The system's log, as syslog(3) writes to it. Where nobody reads it, nothing is written, and nobody waits. */
final class SystemLog implements AutoCloseable {

  /** Where those are that read it: journald, rsyslogd and all others. */
  static final Path SOCKET = Path.of("/dev/log");

  /** LOG_DAEMON | LOG_ALERT of syslog(3): action must be taken. auditd writes its own with LOG_ALERT too. */
  private static final int PRIORITY = 3 << 3 | 1;

  private final LocalDatagrams socket;
  private final String before = "<" + PRIORITY + ">taskhistory[" + ProcessHandle.current().pid() + "]: ";

  SystemLog(Path socket) {
    this.socket = new LocalDatagrams(socket);
  }

  void write(String text) {
    String line = text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    socket.send((before + line).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    socket.close();
  }
}
