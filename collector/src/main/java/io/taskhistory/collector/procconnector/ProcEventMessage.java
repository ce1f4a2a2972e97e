package io.taskhistory.collector.procconnector;

import java.nio.ByteBuffer;

/**
 * One datagram of the proc connector, read where it lies. All numbers are in native byte order.
 *
 * <pre>
 *   0         4      6       8         12        16
 *   +---------+------+-------+---------+---------+   struct nlmsghdr, include/uapi/linux/netlink.h
 *   | len     | type | flags | seq     | pid     |   type NLMSG_DONE (3)
 *   +---------+------+-------+---------+---------+
 *   16        20        24        28        32    34     36
 *   +---------+---------+---------+---------+-----+-------+   struct cn_msg, include/uapi/linux/connector.h
 *   | id.idx  | id.val  | seq     | ack     | len | flags |   idx CN_IDX_PROC (1), val CN_VAL_PROC (1)
 *   +---------+---------+---------+---------+-----+-------+
 *   36        40        44                  52
 *   +---------+---------+-------------------+---------...   struct proc_event, include/uapi/linux/cn_proc.h
 *   | what    | cpu     | timestamp_ns      | event_data
 *   +---------+---------+-------------------+---------...
 *
 *   event_data, from 52:   +0             +4             +8             +12            +16           +20
 *   NONE      0x00000000   err
 *   FORK      0x00000001   parent_pid     parent_tgid    child_pid      child_tgid
 *   EXEC      0x00000002   process_pid    process_tgid
 *   UID       0x00000004   process_pid    process_tgid   ruid           euid
 *   GID       0x00000040   process_pid    process_tgid   rgid           egid
 *   SID       0x00000080   process_pid    process_tgid
 *   PTRACE    0x00000100   process_pid    process_tgid   tracer_pid     tracer_tgid
 *   COMM      0x00000200   process_pid    process_tgid   comm[16]
 *   COREDUMP  0x40000000   process_pid    process_tgid   parent_pid     parent_tgid
 *   EXIT      0x80000000   process_pid    process_tgid   exit_code      exit_signal    parent_pid    parent_tgid
 * </pre>
 *
 * <p>Here "pid" is the kernel's: a tid. The union is as long as its longest member on every kernel, and new members
 * only make it longer; a message that is cut short all the same is not read.
 */
final class ProcEventMessage {

  static final int NONE = 0;
  static final int FORK = 0x1;
  static final int EXEC = 0x2;
  static final int UID = 0x4;
  static final int GID = 0x40;
  static final int SID = 0x80;
  static final int PTRACE = 0x100;
  static final int COMM = 0x200;
  static final int COREDUMP = 0x4000_0000;
  static final int EXIT = 0x8000_0000;

  /** Not a kind of event, but a wish for those of kind EXIT that are not of code 0; from Linux 6.6 on. */
  static final int NONZERO_EXIT = 0x2000_0000;

  /** As a wish: every kind. The kernel takes none at all for it too. */
  static final int ALL_KINDS = 0;

  /** PROC_CN_MCAST_LISTEN and PROC_CN_MCAST_IGNORE of cn_proc.h. */
  static final int LISTEN = 1;
  static final int IGNORE = 2;

  /** The longest name, with its NUL: TASK_COMM_LEN. */
  static final int COMM_LENGTH = 16;

  /** Of {@link #cpu}: the message has no place in any processor's sequence (an ack before Linux 6.6). */
  static final int NO_CPU = -1;

  static final int CN_IDX_PROC = 1;
  static final int CN_VAL_PROC = 1;
  private static final short NLMSG_DONE = 3;

  private static final int NLMSG_TYPE = 4;
  private static final int CN_MSG = 16;
  private static final int CN_VAL = 20;
  private static final int CN_SEQ = 24;
  private static final int CN_ACK = 28;
  private static final int CN_LEN = 32;
  private static final int CN_DATA = 36;
  private static final int CPU = 40;
  private static final int TIMESTAMP = 44;
  private static final int EVENT_DATA = 52;

  /** What all kernels send, the whole union. */
  static final int LENGTH = EVENT_DATA + 2 * Integer.BYTES + COMM_LENGTH;

  private ByteBuffer buffer;
  private int at;

  ProcEventMessage(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  /** Lays this over the datagram of {@code length} bytes at {@code offset}; false where it is no proc event. */
  boolean wrap(ByteBuffer source, int offset, int length) {
    buffer = source;
    at = offset;
    return length >= LENGTH
        && buffer.getInt(at) >= LENGTH && buffer.getInt(at) <= length
        && buffer.getShort(at + NLMSG_TYPE) == NLMSG_DONE
        && buffer.getInt(at + CN_MSG) == CN_IDX_PROC && buffer.getInt(at + CN_VAL) == CN_VAL_PROC
        && Short.toUnsignedInt(buffer.getShort(at + CN_LEN)) >= LENGTH - CN_DATA;
  }

  int sequence() {
    return buffer.getInt(at + CN_SEQ);
  }

  int ack() {
    return buffer.getInt(at + CN_ACK);
  }

  int what() {
    return buffer.getInt(at + CN_DATA);
  }

  int cpu() {
    return buffer.getInt(at + CPU);
  }

  /** CLOCK_MONOTONIC in nanoseconds (ktime_get_ns() in cn_proc.c; the header's "since system boot" is loose). */
  long timestamp() {
    return buffer.getLong(at + TIMESTAMP);
  }

  /** The {@code i}th number of the event's data, from 0. */
  int data(int i) {
    return buffer.getInt(at + EVENT_DATA + i * Integer.BYTES);
  }

  /** Copies the name of a COMM event; its length. */
  int comm(byte[] target) {
    int length = 0;
    while (length < COMM_LENGTH) {
      byte b = buffer.get(at + EVENT_DATA + 2 * Integer.BYTES + length);
      if (b == 0) {
        break;
      }
      target[length++] = b;
    }
    return length;
  }

  /** Writes the message that subscribes or unsubscribes, in the plain form that every kernel understands. */
  static void request(ByteBuffer target, int operation, int ack) {
    frame(target, ack, Integer.BYTES);
    target.putInt(CN_DATA, operation);
  }

  /**
   * Writes the message that subscribes to some kinds of events, {@code struct proc_input} of cn_proc.h: the operation
   * and the kinds. A kernel before 6.6 knows it for none of its own by its length, and does not answer.
   */
  static void request(ByteBuffer target, int operation, int kinds, int ack) {
    frame(target, ack, 2 * Integer.BYTES);
    target.putInt(CN_DATA, operation).putInt(CN_DATA + Integer.BYTES, kinds);
  }

  private static void frame(ByteBuffer target, int ack, int dataLength) {
    int length = CN_DATA + dataLength;
    for (int i = 0; i < length; i++) {
      target.put(i, (byte) 0);
    }
    target.putInt(0, length).putShort(NLMSG_TYPE, NLMSG_DONE);
    target.putInt(CN_MSG, CN_IDX_PROC).putInt(CN_VAL, CN_VAL_PROC).putInt(CN_ACK, ack);
    target.putShort(CN_LEN, (short) dataLength);
    target.position(length);
  }
}
