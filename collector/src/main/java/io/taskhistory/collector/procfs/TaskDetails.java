package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.CString;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.NativeFiles.Identity;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a process's details from the live /proc. All is read through one open {@code /proc/PID}, which stays that
 * process's: once it is gone the reads fail, whoever has its pid by then. What fails is unknown. No secret that is in the
 * arguments leaves this.
 */
public final class TaskDetails implements DetailsFiles {

  /** Longer than a path can be, and than the lines of interest are anywhere. */
  private static final int BUFFER = 16 * 1024;

  private static final CString STAT = CString.of("stat");
  private static final CString STATUS = CString.of("status");
  private static final CString EXE = CString.of("exe");
  private static final CString CWD = CString.of("cwd");
  private static final CString CMDLINE = CString.of("cmdline");
  private static final CString LOGINUID = CString.of("loginuid");
  private static final CString SESSIONID = CString.of("sessionid");
  private static final CString CGROUP = CString.of("cgroup");

  private final NativeFiles files = new NativeFiles(BUFFER);
  private final CString path = new CString(32);
  private final StatLine line = new StatLine();
  private final SettledStat settled = new SettledStat();
  private final ProgramPath program = new ProgramPath(files);
  private final TaskStat before = new TaskStat();
  private final TaskStat after = new TaskStat();
  private final Mask mask;

  public TaskDetails(Mask mask) {
    this.mask = mask;
  }

  @Override
  public @Nullable Reading read(int tgid) {
    int process = tgid < 1 ? -1 : files.open(path.clear().ascii("/proc/").number(tgid));
    if (process < 0) {
      return null;
    }
    int stat = files.openAt(process, STAT);
    try {
      if (!settled.read(files, line, stat, before)) {
        return null;
      }
      Details details = details(process);
      if (!settled.read(files, line, stat, after)
          || !before.comm.equals(after.comm) || before.startstack != after.startstack
          || before.starttime != after.starttime) {
        return null;
      }
      return new Reading(details, after.comm, after.startstack, after.starttime, Clocks.monotonic());
    } finally {
      NativeFiles.close(stat);
      NativeFiles.close(process);
    }
  }

  private Details details(int process) {
    int exeFile = files.nameAt(process, EXE);
    Identity exeIdentity = files.identify(exeFile);
    NativeFiles.close(exeFile);
    RawText exe = Links.target(files, files.readLink(process, EXE), exeIdentity);
    RawText asked = exeIdentity == null ? RawText.UNKNOWN : program.find(process, exeIdentity, exe);
    int directory = files.nameAt(process, CWD);
    Identity directoryIdentity = files.identify(directory);
    NativeFiles.close(directory);
    RawText cwd = Links.target(files, files.readLink(process, CWD), directoryIdentity);
    int argvLength = readAll(process, CMDLINE, Details.MAX_ARGV_BYTES + 1);
    List<RawText> argv = mask.of(argv(argvLength));
    StatusFile status = new StatusFile(bytes(process, STATUS));
    Cgroup cgroup = Cgroup.parse(bytes(process, CGROUP));
    return new Details(exe, asked, argv, argv != null && argvLength > Details.MAX_ARGV_BYTES, cwd,
        status.number("Uid", 0), status.number("Uid", 1), status.number("Gid", 0), status.number("Gid", 1),
        number(process, LOGINUID), number(process, SESSIONID),
        Terminal.name(before.ttyNr), cgroup.path(), cgroup.container(), status.number("NSpid", -1));
  }

  /**
   * The arguments, each ended by a NUL, as far as they are kept; null where there are none to see: a kernel thread has
   * none, and a program has one at least, if only an empty one, since Linux 5.18.
   */
  private @Nullable List<RawText> argv(int length) {
    if (length < 1) {
      return null;
    }
    byte[] bytes = files.copy(Math.min(length, Details.MAX_ARGV_BYTES));
    List<RawText> argv = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        argv.add(RawText.of(bytes, from, i - from));
        from = i + 1;
      }
    }
    if (from < bytes.length) {
      argv.add(RawText.of(bytes, from, bytes.length - from));
    }
    return argv;
  }

  private long number(int process, CString name) {
    return StatusFile.parse(new String(bytes(process, name), StandardCharsets.US_ASCII).strip());
  }

  private byte[] bytes(int process, CString name) {
    return files.copy(Math.max(0, readAll(process, name, BUFFER)));
  }

  private int readAll(int process, CString name, int most) {
    int fd = files.openAt(process, name);
    if (fd < 0) {
      return fd;
    }
    int length = files.read(fd, 0, most);
    NativeFiles.close(fd);
    return length;
  }
}
