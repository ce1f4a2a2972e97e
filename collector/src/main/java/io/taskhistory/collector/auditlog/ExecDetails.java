package io.taskhistory.collector.auditlog;

import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What an event says of a process that has just exec'd. What /proc alone knows stays unknown. */
public final class ExecDetails {

  private static final byte[] PTS = "pts".getBytes(StandardCharsets.US_ASCII);

  private ExecDetails() {}

  public static Details of(AuditEvent event, SyscallFacts call) {
    return new Details(call.exe(), event.program(), event.argv(), event.argvTruncated(), event.cwd(), call.uid(),
        call.euid(), call.gid(), call.egid(), call.auid(), call.ses(), terminal(call.tty()), RawText.UNKNOWN,
        RawText.UNKNOWN, Details.UNKNOWN_NUMBER);
  }

  /** {@code pts0} is {@code /dev/pts/0}, and written so by everybody else; {@code (none)} is no terminal. */
  private static RawText terminal(RawText tty) {
    if (!tty.isKnown()) {
      return RawText.EMPTY;
    }
    byte[] name = tty.toByteArray();
    if (name.length <= PTS.length || !Arrays.equals(name, 0, PTS.length, PTS, 0, PTS.length)
        || !Bytes.isDigit(name[PTS.length])) {
      return tty;
    }
    byte[] path = new byte[name.length + 1];
    System.arraycopy(name, 0, path, 0, PTS.length);
    path[PTS.length] = '/';
    System.arraycopy(name, PTS.length, path, PTS.length + 1, name.length - PTS.length);
    return RawText.of(path);
  }
}
