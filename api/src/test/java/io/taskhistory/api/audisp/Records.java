package io.taskhistory.api.audisp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Records as auditd hands them out. */
final class Records {

  private static final int START = 1_691_750_738;

  private Records() {}

  /** The record of a user's login, an event by itself; one a second. */
  static String login(int serial) {
    return "type=USER_LOGIN msg=audit(" + stamp(serial) + "): pid=" + serial + " uid=0 res=success\n";
  }

  static String stamp(int serial) {
    return START + serial + ".271:" + serial;
  }

  static String logins(int from, int to) {
    return IntStream.range(from, to).mapToObj(Records::login).collect(Collectors.joining());
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(byte[] bytes, int length) {
    return new String(Arrays.copyOf(bytes, length), StandardCharsets.ISO_8859_1);
  }

  /** What in a log is not a mark. */
  static String withoutMarks(List<String> lines) {
    return lines.stream().filter(line -> !line.contains("type=DAEMON_ERR ")).map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** The marks in a log, without what names them. */
  static List<String> marks(List<String> lines) {
    return lines.stream().filter(line -> line.contains("type=DAEMON_ERR "))
        .map(line -> line.replaceFirst("type=DAEMON_ERR msg=audit\\([0-9.]+:4[0-9]{9}\\): ", "")).toList();
  }
}
