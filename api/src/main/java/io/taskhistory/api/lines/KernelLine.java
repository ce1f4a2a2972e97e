package io.taskhistory.api.lines;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of the kernel log that names a task. A comm may hold anything, so its bounds in a line are not known: a line
 * is about a task if the task's comm, once known, stands where the line has one.
 *
 * @param head what stands before the text, for a line that belongs to this one
 * @param nanos the stamp
 */
record KernelLine(String head, long nanos, int pid, String text, int commStart, int commEnd) {

  /** {@code 6,1234,5678901,-;}: Documentation/ABI/testing/dev-kmsg; the third is the stamp in microseconds. */
  private static final Pattern KMSG = Pattern.compile("[0-9]{1,10},[0-9]{1,19},([0-9]{1,15}),[^;]{1,64};");
  /** {@code [ 1234.567890]}, with what dmesg -r, dmesg -x or journalctl -o short-monotonic put before it. */
  private static final Pattern DMESG =
      Pattern.compile("(?:<[0-9]{1,5}>|[a-z0-9]{1,9} *:[a-z]{1,9} *: )?\\[ {0,11}([0-9]{1,9}\\.[0-9]{6})\\]");
  private static final int HEAD = 160;
  private static final int MAX_TEXT = 4096;
  private static final long MICROSECOND = 1_000;

  /** The comm stands right before what is found, or right behind it; the pid is its group 1. */
  private record Mention(Pattern pattern, boolean isCommBefore) {}

  private static final String PID = "([1-9][0-9]{0,9})";

  /**
   * Where the kernel names a task: mm/oom_kill.c (also the memory controller's), kernel/hung_task.c,
   * dump_stack_print_info(), and the many lines that begin with a comm and a pid, as those of a segfault.
   */
  private static final List<Mention> MENTIONS = List.of(
      new Mention(Pattern.compile(",pid=" + PID + ",uid="), true),
      new Mention(Pattern.compile("process " + PID + " \\("), false),
      new Mention(Pattern.compile("PID: " + PID + " Comm: "), false),
      new Mention(Pattern.compile(":" + PID + " blocked (?:for|in) "), true),
      new Mention(Pattern.compile("\\[" + PID + "\\]"), true),
      new Mention(Pattern.compile(" \\(" + PID + "\\)"), true));

  /** Reads a line, given as ISO 8859-1; null where it names no task. */
  static @Nullable KernelLine parse(String line) {
    Matcher head = KMSG.matcher(line).region(0, Math.min(line.length(), HEAD));
    boolean isKmsg = head.lookingAt();
    if (!isKmsg && !head.usePattern(DMESG).lookingAt()) {
      return null;
    }
    int start = head.end();
    String text = line.substring(start, Math.min(line.length(), start + MAX_TEXT));
    for (Mention mention : MENTIONS) {
      Matcher found = mention.pattern.matcher(text);
      if (found.find() && Long.parseLong(found.group(1)) <= Integer.MAX_VALUE) {
        Stamp stamp = Stamp.decimal(head.group(1), isKmsg ? MICROSECOND : 1_000_000_000, true);
        return new KernelLine(line.substring(0, start) + (isKmsg ? "" : " "), stamp.nanos(),
            Integer.parseInt(found.group(1)), text, mention.isCommBefore ? 0 : found.end(),
            mention.isCommBefore ? found.start() : text.length());
      }
    }
    return null;
  }

  /** Whether a log has its stamps and its lines so. */
  static boolean isStamped(String line) {
    Matcher head = KMSG.matcher(line).region(0, Math.min(line.length(), HEAD));
    return head.lookingAt() || head.usePattern(DMESG).lookingAt();
  }

  /** Whether the comm of this line can be {@code comm}. */
  boolean names(RawText comm) {
    return comm.isKnown() && comm.length() > 0 && (fits(raw(comm)) || fits(hex(comm)));
  }

  private boolean fits(String comm) {
    if (commStart > 0) {
      int end = commStart + comm.length();
      return text.startsWith(comm, commStart)
          && (end == text.length() || text.charAt(end) == ')' || text.charAt(end) == ' ');
    }
    int start = commEnd - comm.length();
    return start >= 0 && text.startsWith(comm, start)
        && (start == 0 || text.charAt(start - 1) == ' ' || text.charAt(start - 1) == '=');
  }

  private static String raw(RawText comm) {
    return new String(comm.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  /** As /dev/kmsg has bytes that cannot be printed: msg_add_ext_text() in kernel/printk/printk.c. */
  private static String hex(RawText comm) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < comm.length(); i++) {
      int b = comm.at(i);
      if (b < ' ' || b >= 127 || b == '\\') {
        out.append(String.format(Locale.ROOT, "\\x%02x", b));
      } else {
        out.append((char) b);
      }
    }
    return out.toString();
  }
}
