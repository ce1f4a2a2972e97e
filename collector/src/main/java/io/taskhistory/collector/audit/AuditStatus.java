package io.taskhistory.collector.audit;

import java.nio.ByteBuffer;

/**
 * What the kernel's audit says of itself: {@code struct audit_status} of include/uapi/linux/audit.h. Older kernels end
 * it earlier; what they do not tell is 0.
 *
 * <pre>
 *   0      4         8         12    16           20              24     28        32               36
 *   +------+---------+---------+-----+------------+---------------+------+---------+----------------+-------------
 *   | mask | enabled | failure | pid | rate_limit | backlog_limit | lost | backlog | feature_bitmap | backlog_wait…
 *   +------+---------+---------+-----+------------+---------------+------+---------+----------------+-------------
 *   36                  40                          44
 *   +-------------------+---------------------------+
 *   | backlog_wait_time | backlog_wait_time_actual  |   since 3.14, since 5.9
 *   +-------------------+---------------------------+
 * </pre>
 *
 * @param enabled 0 off, 1 on, 2 locked
 * @param failure what the kernel does about a loss: 0 nothing, 1 a line in its log, 2 panic
 * @param pid the audit daemon; 0 for none
 * @param rateLimit records a second; 0 for any number
 * @param backlogLimit records that may wait for kauditd; 0 for any number
 * @param lost records since boot, or since somebody has set that back
 * @param backlog records that wait
 * @param features AUDIT_FEATURE_BITMAP_…
 * @param backlogWaitTime how long a task may be kept waiting while the backlog is over its limit, in jiffies
 * @param backlogWaitTimeActual how long tasks have been kept waiting, in jiffies
 */
public record AuditStatus(int enabled, int failure, int pid, int rateLimit, long backlogLimit, long lost, long backlog,
    int features, long backlogWaitTime, long backlogWaitTimeActual) {

  static final int LENGTH = 44;

  private static final int ENABLED = 4;
  private static final int PID = 12;
  private static final int BACKLOG_LIMIT = 20;
  private static final int FEATURES = 32;
  private static final int BACKLOG_WAIT_TIME = 36;

  /** What can be set, with the bit of {@code mask} that says so and its place. */
  enum Setting {
    ENABLED(0x01, AuditStatus.ENABLED),
    PID(0x04, AuditStatus.PID),
    /** Only to 0, and answered with what it was. */
    LOST(0x40, 24);

    private final int mask;
    private final int offset;

    Setting(int mask, int offset) {
      this.mask = mask;
      this.offset = offset;
    }
  }

  public boolean isEnabled() {
    return enabled != 0;
  }

  public boolean isLocked() {
    return enabled == 2;
  }

  /** What is in the first {@code length} bytes at {@code at}. */
  static AuditStatus parse(ByteBuffer source, int at, int length) {
    return new AuditStatus(word(source, at, ENABLED, length), word(source, at, 8, length),
        word(source, at, PID, length), word(source, at, 16, length), unsigned(source, at, BACKLOG_LIMIT, length),
        unsigned(source, at, 24, length), unsigned(source, at, 28, length), word(source, at, FEATURES, length),
        unsigned(source, at, BACKLOG_WAIT_TIME, length), unsigned(source, at, 40, length));
  }

  private static int word(ByteBuffer source, int at, int offset, int length) {
    return offset + Integer.BYTES <= length ? source.getInt(at + offset) : 0;
  }

  private static long unsigned(ByteBuffer source, int at, int offset, int length) {
    return Integer.toUnsignedLong(word(source, at, offset, length));
  }

  /** Writes a wish for one setting; the kernel leaves all others as they are. */
  static void put(ByteBuffer target, int at, Setting setting, int value) {
    for (int i = 0; i < LENGTH; i++) {
      target.put(at + i, (byte) 0);
    }
    target.putInt(at, setting.mask).putInt(at + setting.offset, value);
  }
}
