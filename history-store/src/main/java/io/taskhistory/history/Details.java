package io.taskhistory.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What /proc, or later the audit system, told about a process in one of its entries, read off the event path. Whatever
 * could not be read, or was read too late to belong to that entry for certain, is unknown: {@link RawText#UNKNOWN},
 * {@link #UNKNOWN_NUMBER}, or for {@code argv} null.
 *
 * @param exe the resolved path of the running image ({@code /proc/PID/exe}); for a script, its interpreter
 * @param program the resolved path of what exec was asked for; for a script, the script
 * @param argv the arguments, at most {@link #MAX_ARGV_BYTES} bytes of them
 * @param argvTruncated whether there were more
 * @param tty the controlling terminal as {@code pts/3}, empty for none
 * @param loginuid {@code /proc/PID/loginuid}; 4294967295 where never set
 * @param sessionid {@code /proc/PID/sessionid}; 4294967295 where never set
 * @param cgroup the path in the unified hierarchy, or else in the first named one
 * @param container the container's id as its runtime put it into the cgroup's name, empty for none
 * @param nspid the pid inside the innermost pid namespace
 */
public record Details(
    RawText exe, RawText program, @Nullable List<RawText> argv, boolean argvTruncated, RawText cwd,
    long uid, long euid, long gid, long egid, long loginuid, long sessionid,
    RawText tty, RawText cgroup, RawText container, long nspid) {

  /** A number that nobody knows. */
  public static final long UNKNOWN_NUMBER = -1;

  /** How much of the arguments is kept. */
  public static final int MAX_ARGV_BYTES = 4096;

  /** Nothing was read. */
  public static final Details UNKNOWN = new Details(
      RawText.UNKNOWN, RawText.UNKNOWN, null, false, RawText.UNKNOWN, UNKNOWN_NUMBER, UNKNOWN_NUMBER, UNKNOWN_NUMBER,
      UNKNOWN_NUMBER, UNKNOWN_NUMBER, UNKNOWN_NUMBER, RawText.UNKNOWN, RawText.UNKNOWN, RawText.UNKNOWN,
      UNKNOWN_NUMBER);

  public Details {
    argv = argv == null ? null : List.copyOf(argv);
  }

  /** These, and of {@code other} whatever is unknown here. */
  public Details completedBy(Details other) {
    boolean hasArgv = argv != null;
    return new Details(
        known(exe, other.exe), known(program, other.program), hasArgv ? argv : other.argv,
        hasArgv ? argvTruncated : other.argvTruncated, known(cwd, other.cwd), known(uid, other.uid),
        known(euid, other.euid), known(gid, other.gid), known(egid, other.egid), known(loginuid, other.loginuid),
        known(sessionid, other.sessionid), known(tty, other.tty), known(cgroup, other.cgroup),
        known(container, other.container), known(nspid, other.nspid));
  }

  private static RawText known(RawText one, RawText other) {
    return one.isKnown() ? one : other;
  }

  private static long known(long one, long other) {
    return one != UNKNOWN_NUMBER ? one : other;
  }

  /** Only what is a number of these. */
  public Details numbers() {
    return new Details(RawText.UNKNOWN, RawText.UNKNOWN, null, false, RawText.UNKNOWN, uid, euid, gid, egid, loginuid,
        sessionid, RawText.UNKNOWN, RawText.UNKNOWN, RawText.UNKNOWN, nspid);
  }

  /** How many bytes of text there are in these. */
  public long textLength() {
    long length = 0L + exe.length() + program.length() + cwd.length() + tty.length() + cgroup.length()
        + container.length();
    if (argv != null) {
      for (RawText argument : argv) {
        length += argument.length() + 1;
      }
    }
    return length;
  }

  /** The same without uids and gids, where they changed between the exec and the reading. */
  public Details withoutCredentials() {
    return new Details(exe, program, argv, argvTruncated, cwd, UNKNOWN_NUMBER, UNKNOWN_NUMBER, UNKNOWN_NUMBER,
        UNKNOWN_NUMBER, loginuid, sessionid, tty, cgroup, container, nspid);
  }
}
