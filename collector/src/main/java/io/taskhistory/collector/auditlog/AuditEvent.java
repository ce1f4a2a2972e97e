package io.taskhistory.collector.auditlog;

import io.taskhistory.history.RawText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all the records of one event say together.
 *
 * @param node the machine, where the log names one; empty else
 * @param stamp the coarse wall clock when the syscall was entered, in nanoseconds
 * @param serial counts the events of one boot, as they are written: that is when a syscall returns
 * @param type of the first record
 * @param call the syscall; null for what programs, the daemon and the kernel itself write
 * @param pid the process that it is about; -1 where none is named
 * @param argv of an exec, as far as it was recorded; null where it was not
 * @param argvTruncated whether there were more
 * @param cwd the working directory; unknown where there is none
 * @param path the name of the first PATH: what exec was asked for
 * @param isWhole whether nothing of it is missing, as far as it tells
 */
public record AuditEvent(
    RawText node, long stamp, long serial, int type, @Nullable SyscallFacts call, int pid,
    @Nullable List<RawText> argv, boolean argvTruncated, RawText cwd, RawText path, boolean isWhole) {

  public AuditEvent {
    argv = argv == null ? null : List.copyOf(argv);
  }

  /** The path of the program that exec was asked for, absolute; unknown where the records do not tell. */
  public RawText program() {
    if (!path.isKnown() || path.length() == 0 || path.at(0) == '/') {
      return path;
    }
    if (!cwd.isKnown() || call == null || call.call() != Syscalls.Call.EXECVE) {
      return RawText.UNKNOWN; // execveat starts from another directory
    }
    int skipped = path.length() > 2 && path.at(0) == '.' && path.at(1) == '/' ? 2 : 0;
    boolean slash = cwd.length() > 0 && cwd.at(cwd.length() - 1) == '/';
    byte[] joined = new byte[cwd.length() + (slash ? 0 : 1) + path.length() - skipped];
    cwd.copyTo(joined, 0);
    joined[joined.length - (path.length() - skipped) - 1] = '/';
    System.arraycopy(path.toByteArray(), skipped, joined, joined.length - (path.length() - skipped),
        path.length() - skipped);
    return RawText.of(joined);
  }
}
