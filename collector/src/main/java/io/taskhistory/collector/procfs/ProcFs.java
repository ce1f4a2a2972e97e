package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.CString;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.SystemFacts;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The live /proc. A read of a task costs three system calls and, for a name seen lately, no garbage. */
public final class ProcFs implements ProcTasks {

  /** ADDR_NO_RANDOMIZE of include/uapi/linux/personality.h. */
  private static final int ADDR_NO_RANDOMIZE = 0x0040000;

  private static final CString RANDOMIZE_VA_SPACE = CString.of("/proc/sys/kernel/randomize_va_space");
  private static final CString PID_MAX = CString.of("/proc/sys/kernel/pid_max");
  private static final CString LOADAVG = CString.of("/proc/loadavg");
  private static final byte[] NSPID = "\nNSpid:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TGID = "\nTgid:\t".getBytes(StandardCharsets.US_ASCII);

  private final NativeFiles files = new NativeFiles(2 * StatLine.MAX_LENGTH);
  private final CString path = new CString(64);
  private final StatLine line = new StatLine();
  private final SettledStat settled = new SettledStat();

  @Override
  public ProcTasks another() {
    return new ProcFs();
  }

  @Override
  public boolean read(int tid, TaskStat into) {
    int stat = open(tid, "/stat");
    if (stat < 0) {
      return false;
    }
    try {
      return SettledStat.readOnce(files, line, stat, into);
    } finally {
      NativeFiles.close(stat);
    }
  }

  @Override
  public boolean readSettled(int tid, TaskStat into) {
    int stat = open(tid, "/stat");
    if (stat < 0) {
      return false;
    }
    try {
      return settled.read(files, line, stat, into);
    } finally {
      NativeFiles.close(stat);
    }
  }

  @Override
  public boolean isTask(int tid) {
    return SystemFacts.isTask(tid);
  }

  @Override
  public int[] processes() {
    return numbers(new File("/proc"));
  }

  @Override
  public int[] threads(int tgid) {
    return numbers(new File("/proc/" + tgid + "/task"));
  }

  @Override
  public int tgid(int tid) {
    int length = readAll(tid, "/status");
    ByteBuffer status = files.buffer();
    for (int at = 0; at + TGID.length < length; at++) {
      if (startsWith(status, at, TGID)) {
        return (int) decimal(status, at + TGID.length, length);
      }
    }
    return 0;
  }

  @Override
  public boolean placesStackAtRandom(int tid) {
    int global = files.open(RANDOMIZE_VA_SPACE);
    int length = files.read(global, 0);
    NativeFiles.close(global);
    if (length < 1 || files.buffer().get(0) == '0') {
      return false;
    }
    length = readAll(tid, "/personality");
    int personality = 0;
    for (int i = 0; i < length && files.buffer().get(i) != '\n'; i++) {
      personality = personality << 4 | Character.digit(files.buffer().get(i), 16);
    }
    return length > 0 && (personality & ADDR_NO_RANDOMIZE) == 0;
  }

  @Override
  public int pidNamespaces(int tid) {
    int length = readAll(tid, "/status");
    ByteBuffer status = files.buffer();
    for (int at = 0; at + NSPID.length < length; at++) {
      if (startsWith(status, at, NSPID)) {
        int count = 0;
        for (int i = at + NSPID.length; i < length && status.get(i) != '\n'; i++) {
          count += status.get(i) == '\t' ? 1 : 0;
        }
        return count;
      }
    }
    return length > 0 ? 1 : 0; // a kernel without pid namespaces has no such line
  }

  @Override
  public int lastTid() {
    int length = readAll(LOADAVG);
    int at = Math.max(0, length);
    while (at > 0 && files.buffer().get(at - 1) != ' ') {
      at--;
    }
    return (int) decimal(files.buffer(), at, Math.max(length, 0));
  }

  @Override
  public int tidsEnd() {
    int length = readAll(PID_MAX);
    return (int) decimal(files.buffer(), 0, Math.max(0, length));
  }

  private int readAll(CString path) {
    int fd = files.open(path);
    if (fd < 0) {
      return fd;
    }
    int length = files.read(fd, 0);
    NativeFiles.close(fd);
    return length;
  }

  private int open(int tid, String file) {
    return tid < 1 ? -1 : files.open(path.clear().ascii("/proc/").number(tid).ascii(file));
  }

  private int readAll(int tid, String file) {
    return tid < 1 ? -1 : readAll(path.clear().ascii("/proc/").number(tid).ascii(file));
  }

  private static boolean startsWith(ByteBuffer text, int at, byte[] what) {
    for (int i = 0; i < what.length; i++) {
      if (text.get(at + i) != what[i]) {
        return false;
      }
    }
    return true;
  }

  private static long decimal(ByteBuffer text, int from, int to) {
    long value = 0;
    for (int i = from; i < to && text.get(i) >= '0' && text.get(i) <= '9'; i++) {
      value = value * 10 + text.get(i) - '0';
    }
    return value;
  }

  /** The names in a directory that are numbers; none where it is gone. */
  private static int[] numbers(File directory) {
    String[] names = directory.list();
    if (names == null) {
      return new int[0];
    }
    int[] numbers = new int[names.length];
    int count = 0;
    for (String name : names) {
      if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
        numbers[count++] = Integer.parseInt(name);
      }
    }
    return Arrays.copyOf(numbers, count);
  }
}
