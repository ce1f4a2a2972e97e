package io.taskhistory.store.rocksdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The layouts of all keys but those of {@link MetaRows} and {@link EventKeys}. Fixed width and big-endian, so that RocksDB's bytewise order
 * is the order of the numbers; none of them is ever negative.
 *
 * <pre>
 *                0        4        8        12       16       20       24       28
 *   live         |  tid   |      start      |
 *   tasks        | period |  tid   |      start      |           period: of the end
 *   entries      | period |      time       |  pid   |           period: of the time, and the later ones it was
 *   details      | period |      time       |  pid   |           carried into; pid 0: the root
 *   children     | period |  tid   |      start      |   child's start   |  tid   |
 *                         '---- creator ----'                    period: of the child's start, and the later ones
 *                                                                it lived into
 * </pre>
 *
 * <p>The root goes by pid 0 instead of its own 1: a snapshot can find that process 1 started at time 0.
 */
final class Keys {

  static final int LIVE = 12;
  static final int TASK = 16;
  static final int ENTRY = 16;
  static final int CHILD = 28;
  static final int ROOT_PID = 0;

  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Keys() {}

  static void live(Bytes key, int tid, long start) {
    key.clear().u32(tid).u64(start);
  }

  static int liveTid(byte[] key) {
    return u32(key, 0);
  }

  static long liveStart(byte[] key) {
    return u64(key, 4);
  }

  static void task(Bytes key, int period, int tid, long start) {
    key.clear().u32(period).u32(tid).u64(start);
  }

  static byte[] task(int period, int tid, long start) {
    byte[] key = new byte[TASK];
    INT.set(key, 0, period);
    INT.set(key, 4, tid);
    LONG.set(key, 8, start);
    return key;
  }

  /** Whether {@code key} is one of that tid's in that period. */
  static boolean isTaskOf(byte[] key, int period, int tid) {
    return u32(key, 0) == period && u32(key, 4) == tid;
  }

  static long taskStart(byte[] key) {
    return u64(key, 8);
  }

  static void entry(Bytes key, int period, long time, int pid) {
    key.clear().u32(period).u64(time).u32(pid);
  }

  static byte[] entry(int period, long time, int pid) {
    byte[] key = new byte[ENTRY];
    INT.set(key, 0, period);
    LONG.set(key, 4, time);
    INT.set(key, 12, pid);
    return key;
  }

  static long entryTime(byte[] key) {
    return u64(key, 4);
  }

  static int entryPid(byte[] key) {
    return u32(key, 12);
  }

  static void child(Bytes key, int period, int creatorTid, long creatorStart, long start, int tid) {
    key.clear().u32(period).u32(creatorTid).u64(creatorStart).u64(start).u32(tid);
  }

  static byte[] child(int period, int creatorTid, long creatorStart, long start, int tid) {
    byte[] key = new byte[CHILD];
    INT.set(key, 0, period);
    INT.set(key, 4, creatorTid);
    LONG.set(key, 8, creatorStart);
    LONG.set(key, 16, start);
    INT.set(key, 24, tid);
    return key;
  }

  static boolean isChildOf(byte[] key, int period, int creatorTid, long creatorStart) {
    return u32(key, 0) == period && u32(key, 4) == creatorTid && u64(key, 8) == creatorStart;
  }

  static long childStart(byte[] key) {
    return u64(key, 16);
  }

  static int childTid(byte[] key) {
    return u32(key, 24);
  }

  /** The first that any key of that period can be, in the families with periods. */
  static void period(Bytes key, int period) {
    key.clear().u32(period);
  }

  /** The period that a key of any of the families with periods starts with. */
  static int period(byte[] key) {
    return u32(key, 0);
  }

  static int u32(byte[] key, int offset) {
    return (int) INT.get(key, offset);
  }

  static long u64(byte[] key, int offset) {
    return (long) LONG.get(key, offset);
  }
}
