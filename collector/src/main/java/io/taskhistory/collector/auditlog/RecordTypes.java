package io.taskhistory.collector.auditlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The types of audit records that mean something here: their numbers, as in include/uapi/linux/audit.h and audit
 * userspace's audit-records.h, and their names, as in its msg_typetab.h.
 */
public final class RecordTypes {

  /** A record whose type has a name that is not in here. */
  public static final int OTHER = -1;

  public static final int USER = 1005;
  public static final int LOGIN = 1006;
  public static final int SYSTEM_BOOT = 1127;
  public static final int SYSTEM_SHUTDOWN = 1128;
  public static final int DAEMON_START = 1200;
  public static final int DAEMON_END = 1201;
  public static final int DAEMON_ABORT = 1202;
  public static final int DAEMON_CONFIG = 1203;
  public static final int DAEMON_ERR = 1209;
  public static final int SYSCALL = 1300;
  public static final int PATH = 1302;
  public static final int IPC = 1303;
  public static final int SOCKETCALL = 1304;
  public static final int CONFIG_CHANGE = 1305;
  public static final int SOCKADDR = 1306;
  public static final int CWD = 1307;
  public static final int EXECVE = 1309;
  public static final int OBJ_PID = 1318;
  public static final int EOE = 1320;
  public static final int BPRM_FCAPS = 1321;
  public static final int SECCOMP = 1326;
  public static final int PROCTITLE = 1327;
  public static final int FEATURE_CHANGE = 1328;
  public static final int REPLACE = 1329;
  public static final int KERN_MODULE = 1330;
  public static final int BPF = 1334;
  /** What io_uring did for a process, in place of SYSCALL. */
  public static final int URINGOP = 1336;
  /** The type that the patch which was refused wanted for a task's history, and that has stayed free since. */
  public static final int TASK_HISTORY = 1340;
  public static final int AVC = 1400;
  public static final int ANOM_ABEND = 1701;
  public static final int KERNEL = 2000;

  private record Named(byte[] name, int type) {}

  /** By the length of the name: most are told apart by that and the first look. */
  private static final List<List<Named>> BY_LENGTH = new ArrayList<>();

  static {
    name("USER", USER);
    name("LOGIN", LOGIN);
    name("SYSTEM_BOOT", SYSTEM_BOOT);
    name("SYSTEM_SHUTDOWN", SYSTEM_SHUTDOWN);
    name("DAEMON_START", DAEMON_START);
    name("DAEMON_END", DAEMON_END);
    name("DAEMON_ABORT", DAEMON_ABORT);
    name("DAEMON_CONFIG", DAEMON_CONFIG);
    name("DAEMON_ERR", DAEMON_ERR);
    name("SYSCALL", SYSCALL);
    name("PATH", PATH);
    name("IPC", IPC);
    name("SOCKETCALL", SOCKETCALL);
    name("CONFIG_CHANGE", CONFIG_CHANGE);
    name("SOCKADDR", SOCKADDR);
    name("CWD", CWD);
    name("EXECVE", EXECVE);
    name("OBJ_PID", OBJ_PID);
    name("EOE", EOE);
    name("BPRM_FCAPS", BPRM_FCAPS);
    name("SECCOMP", SECCOMP);
    name("PROCTITLE", PROCTITLE);
    name("FEATURE_CHANGE", FEATURE_CHANGE);
    name("REPLACE", REPLACE);
    name("KERN_MODULE", KERN_MODULE);
    name("BPF", BPF);
    name("URINGOP", URINGOP);
    name("AVC", AVC);
    name("ANOM_ABEND", ANOM_ABEND);
    name("KERNEL", KERNEL);
    // Single records of programs, which only their being that tells apart from parts of a kernel event.
    name("USER_AUTH", 1100);
    name("USER_ACCT", 1101);
    name("USER_MGMT", 1102);
    name("CRED_ACQ", 1103);
    name("CRED_DISP", 1104);
    name("USER_START", 1105);
    name("USER_END", 1106);
    name("USER_AVC", 1107);
    name("USER_CHAUTHTOK", 1108);
    name("USER_ERR", 1109);
    name("CRED_REFR", 1110);
    name("USYS_CONFIG", 1111);
    name("USER_LOGIN", 1112);
    name("USER_LOGOUT", 1113);
    name("ADD_USER", 1114);
    name("DEL_USER", 1115);
    name("ADD_GROUP", 1116);
    name("DEL_GROUP", 1117);
    name("USER_CMD", 1123);
    name("SERVICE_START", 1130);
    name("SERVICE_STOP", 1131);
  }

  private RecordTypes() {}

  private static void name(String name, int type) {
    while (BY_LENGTH.size() <= name.length()) {
      BY_LENGTH.add(new ArrayList<>());
    }
    BY_LENGTH.get(name.length()).add(new Named(name.getBytes(StandardCharsets.US_ASCII), type));
  }

  /** The number of a type as a log has it: a name, or {@code UNKNOWN[1340]}; {@link #OTHER} where it is no known one. */
  static int number(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length > 0 && length < BY_LENGTH.size()) {
      for (Named named : BY_LENGTH.get(length)) {
        if (Bytes.equal(bytes, from, to, named.name)) {
          return named.type;
        }
      }
    }
    return Bytes.startWith(bytes, from, to, Bytes.UNKNOWN) && to > from && bytes[to - 1] == ']'
        ? (int) Bytes.decimal(bytes, from + Bytes.UNKNOWN.length, to - 1, Short.MAX_VALUE, OTHER) : OTHER;
  }

  /**
   * Whether a record of that type is an event of its own: what programs and the daemon write, what the kernel says of
   * itself. The same rule as in audit userspace's auparse.c and ausearch-lol.c.
   */
  public static boolean isAlone(int type) {
    return type >= 0 && (type < 1300 || type >= 1700 && type != ANOM_ABEND && type < 2000 || type >= KERNEL);
  }
}
