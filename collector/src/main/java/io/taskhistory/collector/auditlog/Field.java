package io.taskhistory.collector.auditlog;

import java.nio.charset.StandardCharsets;

/**
 * The name of a field of audit records, ready to be looked for. The names are those of audit's field dictionary.
 */
public final class Field {

  public static final Field ARCH = new Field("arch");
  public static final Field SYSCALL = new Field("syscall");
  public static final Field SUCCESS = new Field("success");
  public static final Field EXIT = new Field("exit");
  public static final Field A0 = new Field("a0");
  public static final Field A1 = new Field("a1");
  public static final Field PPID = new Field("ppid");
  public static final Field PID = new Field("pid");
  public static final Field AUID = new Field("auid");
  public static final Field UID = new Field("uid");
  public static final Field GID = new Field("gid");
  public static final Field EUID = new Field("euid");
  public static final Field EGID = new Field("egid");
  public static final Field SES = new Field("ses");
  public static final Field TTY = new Field("tty");
  public static final Field COMM = new Field("comm");
  public static final Field EXE = new Field("exe");
  public static final Field KEY = new Field("key");
  public static final Field CWD = new Field("cwd");
  public static final Field NAME = new Field("name");
  public static final Field ITEMS = new Field("items");
  public static final Field ITEM = new Field("item");
  public static final Field NAMETYPE = new Field("nametype");
  public static final Field ARGC = new Field("argc");
  public static final Field PROCTITLE = new Field("proctitle");
  public static final Field OPID = new Field("opid");
  public static final Field OCOMM = new Field("ocomm");
  public static final Field OP = new Field("op");
  public static final Field RES = new Field("res");

  final byte[] name;
  final long key;

  public Field(String name) {
    this.name = name.getBytes(StandardCharsets.US_ASCII);
    long hash = START;
    for (byte b : this.name) {
      hash = mixed(hash, b);
    }
    this.key = hash;
  }

  /** FNV-1a, 64 bits wide. */
  static final long START = 0xcbf29ce484222325L;

  static long mixed(long hash, byte b) {
    return (hash ^ b & 0xff) * 0x100000001b3L;
  }

  @Override
  public String toString() {
    return new String(name, StandardCharsets.US_ASCII);
  }
}
