package io.taskhistory.collector.trace;

import io.taskhistory.collector.procfs.CommCache;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;

/**
 * The name that an exec gives, as the path tells that exec was asked for: begin_new_exec() in fs/exec.c (before Linux
 * 5.8 setup_new_exec()) makes {@code kbasename(bprm->filename)} the comm, which {@code __set_task_comm()} cuts off, and
 * {@code bprm->filename} is what {@link Tracepoint#EXEC} tells. All other threads have ended by then, and nobody else
 * may write a comm (comm_write() in fs/proc/base.c): so it is the name, whatever else was lost.
 */
final class ExecName {

  /**
   * What alloc_bprm() in fs/exec.c calls a file that was given as a descriptor alone. Its name is that number, or since
   * Linux 6.14 the file's own, which the path does not tell.
   */
  private static final byte[] DESCRIPTOR = "/dev/fd/".getBytes(StandardCharsets.US_ASCII);

  private final CommCache comms;
  private final byte[] comm;

  /** One for a kernel whose comms have {@code longest} bytes at most, without the NUL. */
  ExecName(CommCache comms, int longest) {
    this.comms = comms;
    this.comm = new byte[longest];
  }

  /**
   * The name that an exec gave.
   *
   * @param told what the last rename before it said
   * @param path what exec was asked for
   * @return unknown where neither tells, or where they contradict each other: the rename was not the exec's then
   */
  RawText of(RawText told, RawText path) {
    RawText named = named(path);
    if (!named.isKnown()) {
      return told;
    }
    return !told.isKnown() || told.equals(named) ? named : RawText.UNKNOWN;
  }

  private RawText named(RawText path) {
    int start = path.length();
    while (start > 0 && path.at(start - 1) != '/') {
      start--;
    }
    if (start == path.length() || start == DESCRIPTOR.length && startsWithDescriptor(path)) {
      return RawText.UNKNOWN;
    }
    int length = Math.min(comm.length, path.length() - start);
    for (int i = 0; i < length; i++) {
      comm[i] = (byte) path.at(start + i);
    }
    return comms.get(comm, 0, length);
  }

  private static boolean startsWithDescriptor(RawText path) {
    for (int i = 0; i < DESCRIPTOR.length; i++) {
      if (path.at(i) != DESCRIPTOR[i]) {
        return false;
      }
    }
    return true;
  }
}
