package io.taskhistory.collector.audit;

import java.nio.ByteBuffer;

/**
 * A datagram of the audit socket, either way. All numbers are in native byte order.
 *
 * <pre>
 *   0         4      6       8         12        16
 *   +---------+------+-------+---------+---------+   struct nlmsghdr, include/uapi/linux/netlink.h
 *   | len     | type | flags | seq     | pid     |
 *   +---------+------+-------+---------+---------+
 *   16        20
 *   +---------+----------------+   NLMSG_ERROR (2), the answer to a request: 0, or a negative error number,
 *   | error   | struct nlmsghdr|   and the request's header
 *   +---------+----------------+
 *   16
 *   +-----------------------------------------+   AUDIT_GET (1000), AUDIT_SET (1001): struct audit_status,
 *   | see AuditStatus                         |   include/uapi/linux/audit.h
 *   +-----------------------------------------+
 *   16
 *   +-----------------------------------------+   AUDIT_ADD_RULE (1011), AUDIT_DEL_RULE (1012),
 *   | see RuleData                            |   AUDIT_LIST_RULES (1013): struct audit_rule_data
 *   +-----------------------------------------+
 *   16
 *   +-----------------------------------------+   AUDIT_USER (1005), AUDIT_LOGIN (1006), and from 1100 on:
 *   | audit(1691750738.271:108): arch=…       |   a record, without its type, without a NUL
 *   +-----------------------------------------+
 * </pre>
 *
 * <p>In a record, {@code len} counts the header for those in the multicast group, and does not for the daemon:
 * audit_log_end() and kauditd_send_multicast_skb() in kernel/audit.c. So the length of a record is the datagram's.
 */
final class AuditMessage {

  static final int HEADER = 16;

  /** MAX_AUDIT_MESSAGE_LENGTH (8970) of audit userspace's libaudit.h and the header, rounded up. */
  static final int LONGEST = 9216;

  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;

  static final int AUDIT_GET = 1000;
  static final int AUDIT_SET = 1001;
  static final int AUDIT_USER = 1005;
  static final int AUDIT_LOGIN = 1006;
  static final int AUDIT_ADD_RULE = 1011;
  static final int AUDIT_DEL_RULE = 1012;
  static final int AUDIT_LIST_RULES = 1013;
  static final int AUDIT_FIRST_USER_MSG = 1100;
  static final int AUDIT_REPLACE = 1329;

  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final int SEQUENCE = 8;
  private static final int PID = 12;
  private static final int ERROR = 16;

  /** NLM_F_REQUEST | NLM_F_ACK of include/uapi/linux/netlink.h. */
  private static final short REQUEST_ACK = 1 | 4;

  private AuditMessage() {}

  /** Completes a request whose payload of {@code length} bytes is in place. */
  static void request(ByteBuffer target, int type, int sequence, int length) {
    target.putInt(0, HEADER + length).putShort(TYPE, (short) type).putShort(FLAGS, REQUEST_ACK);
    target.putInt(SEQUENCE, sequence).putInt(PID, 0).position(HEADER + length);
  }

  static int type(ByteBuffer source, int at) {
    return Short.toUnsignedInt(source.getShort(at + TYPE));
  }

  static int sequence(ByteBuffer source, int at) {
    return source.getInt(at + SEQUENCE);
  }

  /** The error that an NLMSG_ERROR of at least {@link #HEADER} + 4 bytes brings. */
  static int error(ByteBuffer source, int at) {
    return source.getInt(at + ERROR);
  }

  /** Whether what has that type is a record, and not an answer or the question whether we live. */
  static boolean isRecord(int type) {
    return type == AUDIT_USER || type == AUDIT_LOGIN || type >= AUDIT_FIRST_USER_MSG && type != AUDIT_REPLACE;
  }
}
