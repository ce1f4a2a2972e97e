package io.taskhistory.api.ask;

import io.taskhistory.history.Boot;
import java.util.List;

/**
 * A point in time as a caller wrote it: on the wall clock, or on the monotonic clock of a boot.
 *
 * @param monotonic which of the two
 * @param nanos since 1970 UTC, or since that boot
 */
public record AskedTime(boolean monotonic, long nanos) {

  private static final String MONO = "mono:";
  private static final int MAX_SHOWN = 64;

  /**
   * Reads RFC 3339, or seconds since 1970 with a fraction as in an audit record, or {@code mono:SECONDS.FRACTION}.
   *
   * @param name the parameter that {@code text} stands in, for the refusal
   */
  public static AskedTime parse(String name, String text) {
    boolean monotonic = text.startsWith(MONO);
    long nanos = monotonic ? Rfc3339.parseSeconds(text, MONO.length()) : Rfc3339.parseSeconds(text, 0);
    if (nanos == Rfc3339.NO_TIME && !monotonic) {
      nanos = Rfc3339.parse(text);
    }
    if (nanos == Rfc3339.NO_TIME) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, name + " is " + shown(text)
          + "; write RFC 3339 (2023-08-11T10:45:38.271Z; in a URL a + is %2B), seconds since 1970 with at most nine"
          + " digits of fraction (1691750738.271), or mono:SECONDS.FRACTION");
    }
    return new AskedTime(monotonic, nanos);
  }

  /** The time right after this one. */
  AskedTime next() {
    return new AskedTime(monotonic, nanos + 1);
  }

  /** The boot that {@code text}, an id or the start of one, names among {@code boots}. */
  public static Boot boot(String text, List<Boot> boots) {
    if (!text.matches("[0-9a-f-]{1,36}")) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER,
          "boot is " + shown(text) + "; write a boot id, or as much of its start as is needed to tell it from others");
    }
    List<Boot> fitting = boots.stream().filter(boot -> boot.id().startsWith(text)).toList();
    if (fitting.isEmpty()) {
      throw new Refusal(Refusal.Kind.NO_SUCH_BOOT, "no boot that is known here has an id that starts with " + text);
    }
    if (fitting.size() > 1) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER,
          "boot " + text + " fits " + fitting.size() + " boots; write more of the id");
    }
    return fitting.get(0);
  }

  /** What a caller wrote, quoted, as far as it fits and can be shown. */
  static String shown(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), MAX_SHOWN); i++) {
      char c = text.charAt(i);
      out.append(c >= ' ' && c < 127 ? c : '?');
    }
    return out.append(text.length() > MAX_SHOWN ? "…\"" : "\"").toString();
  }
}
