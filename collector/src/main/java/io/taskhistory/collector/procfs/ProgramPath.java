package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.CString;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.NativeFiles.Identity;
import io.taskhistory.collector.linux.NativeFiles.Resolve;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the program that exec was asked for: the script, where {@code /proc/PID/exe} is its interpreter.
 *
 * <p>The kernel leaves the name on the new image's stack (AT_EXECFN; {@code bprm->filename}, for a script the
 * script's). But that is the process's own memory and it can write there what it likes, and the name is relative to
 * where it was then. So a name counts only where it leads, in the process's root and directory, to the very file that
 * runs, or to a script whose first line leads there. What a process can still do is name another script of the same
 * interpreter.
 */
final class ProgramPath {

  /** PATH_MAX of include/uapi/linux/limits.h, the NUL included. */
  private static final int PATH_MAX = 4096;

  /** BINPRM_BUF_SIZE of include/uapi/linux/binfmts.h: how much of a script's first line the kernel reads. */
  private static final int FIRST_LINE = 256;

  /** exec_binprm() in fs/exec.c gives up beyond that many interpreters of interpreters. */
  private static final int MAX_DEPTH = 5;

  /** What do_execveat_common() in fs/exec.c calls a file that was given as a descriptor. */
  private static final Pattern BY_DESCRIPTOR = Pattern.compile("/dev/fd/(\\d{1,9})(?:/(.*))?", Pattern.DOTALL);

  /** What runs names itself by these, and is never a script. */
  private static final Pattern BY_ITSELF = Pattern.compile("/proc/(?:self|thread-self)/exe");

  private static final CString AUXV = CString.of("auxv");
  private static final CString MEM = CString.of("mem");
  private static final CString ROOT = CString.of("root");
  private static final CString CWD = CString.of("cwd");
  private static final CString MNT = CString.of("ns/mnt");
  private static final CString OWN_DIRECTORY = CString.of("/proc/self");

  private final NativeFiles files;
  private final CString path = new CString(PATH_MAX);

  ProgramPath(NativeFiles files) {
    this.files = files;
  }

  /**
   * The path, or unknown.
   *
   * @param process the process's directory in /proc
   * @param exe its running file
   * @param exePath where that is
   */
  RawText find(int process, Identity exe, RawText exePath) {
    byte[] name = name(process);
    String text = new String(name, StandardCharsets.ISO_8859_1);
    if (name.length == 0) {
      return RawText.UNKNOWN;
    }
    if (BY_ITSELF.matcher(text).matches()) {
      return exePath;
    }
    int file = open(process, name);
    try {
      Identity identity = file < 0 ? null : files.identify(file);
      if (identity == null) {
        return RawText.UNKNOWN;
      }
      if (identity.isSameFile(exe)) {
        return exePath;
      }
      return isScriptOf(exe, process, file, identity, 0) ? whereIs(file, identity) : RawText.UNKNOWN;
    } finally {
      NativeFiles.close(file);
    }
  }

  /** The name at AT_EXECFN, empty where it cannot be read. */
  private byte[] name(int process) {
    int auxv = files.openAt(process, AUXV);
    int length = files.read(auxv, 0);
    NativeFiles.close(auxv);
    long address = length > 0 ? AuxiliaryVector.execfn(files.copy(length)) : 0;
    if (address <= 0) {
      return new byte[0];
    }
    int mem = files.openAt(process, MEM);
    length = files.read(mem, address, PATH_MAX);
    NativeFiles.close(mem);
    for (int i = 0; i < length; i++) {
      if (files.buffer().get(i) == 0) {
        return files.copy(i);
      }
    }
    return new byte[0];
  }

  /** Names what {@code name} leads to as it would for the process. */
  private int open(int process, byte[] name) {
    Matcher descriptor = BY_DESCRIPTOR.matcher(new String(name, StandardCharsets.ISO_8859_1));
    if (descriptor.matches()) {
      int file = files.nameAt(process, path.clear().ascii("fd/").ascii(descriptor.group(1)));
      String below = descriptor.group(2);
      return below == null ? file : openIn(file, below.getBytes(StandardCharsets.ISO_8859_1), Resolve.BENEATH);
    }
    if (name[0] == '/') {
      return openIn(files.nameAt(process, ROOT), name, Resolve.IN_ROOT);
    }
    // A link that leads to "/…" means the process's root, which nothing but IN_ROOT takes for one.
    return openIn(files.nameAt(process, CWD), name, seesOurFiles(process) ? Resolve.FREELY : Resolve.BENEATH);
  }

  private int openIn(int directory, byte[] name, Resolve resolve) {
    int file = directory < 0
        ? directory
        : files.nameAt(directory, path.clear().append(name, 0, name.length), resolve);
    NativeFiles.close(directory);
    return file;
  }

  /** Whether paths mean to the process what they mean to us: its root and its mounts are ours. */
  private boolean seesOurFiles(int process) {
    int ourselves = files.open(OWN_DIRECTORY);
    try {
      return isSame(process, ourselves, ROOT) && isSame(process, ourselves, MNT);
    } finally {
      NativeFiles.close(ourselves);
    }
  }

  private boolean isSame(int process, int ourselves, CString link) {
    int theirs = files.nameAt(process, link);
    Identity a = files.identify(theirs);
    NativeFiles.close(theirs);
    int ours = files.nameAt(ourselves, link);
    Identity b = files.identify(ours);
    NativeFiles.close(ours);
    return a != null && b != null && a.isSameFile(b);
  }

  /** Whether {@code file} starts with "#!" and a path that leads to {@code exe}, perhaps by way of other scripts. */
  private boolean isScriptOf(Identity exe, int process, int file, Identity identity, int depth) {
    byte[] interpreter = identity.isRegular() && depth < MAX_DEPTH ? interpreter(file) : new byte[0];
    if (interpreter.length == 0) {
      return false;
    }
    int next = open(process, interpreter);
    try {
      Identity found = next < 0 ? null : files.identify(next);
      return found != null && (found.isSameFile(exe) || isScriptOf(exe, process, next, found, depth + 1));
    } finally {
      NativeFiles.close(next);
    }
  }

  /** What the first line names, as load_script() in fs/binfmt_script.c reads it; empty where it names none. */
  private byte[] interpreter(int file) {
    int readable = files.open(ourLinkTo(file));
    int length = files.read(readable, 0, FIRST_LINE);
    NativeFiles.close(readable);
    if (length < 2 || files.buffer().get(0) != '#' || files.buffer().get(1) != '!') {
      return new byte[0];
    }
    byte[] line = files.copy(length);
    int from = 2;
    while (from < length && (line[from] == ' ' || line[from] == '\t')) {
      from++;
    }
    int to = from;
    while (to < length && line[to] != ' ' && line[to] != '\t' && line[to] != '\n' && line[to] != 0) {
      to++;
    }
    // A name that the buffer's end cuts off is none.
    return to == FIRST_LINE ? new byte[0] : Arrays.copyOfRange(line, from, to);
  }

  private RawText whereIs(int file, Identity identity) {
    return Links.target(files, files.readLink(-1, ourLinkTo(file)), identity);
  }

  private CString ourLinkTo(int file) {
    return path.clear().ascii("/proc/self/fd/").number(file);
  }
}
