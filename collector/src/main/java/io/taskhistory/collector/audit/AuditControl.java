package io.taskhistory.collector.audit;

import io.taskhistory.collector.audit.AuditException.Reason;
import io.taskhistory.collector.audit.AuditStatus.Setting;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NetlinkSocket;
import io.taskhistory.collector.linux.Privileges;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.WakeUp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks the kernel's audit, and sets it. Any thread may, one at a time; but not the one that reads records as the
 * daemon: audit_receive() in kernel/audit.c lets whoever asks sleep while the backlog is over its limit.
 *
 * <p>Each question for the status or the rules costs the kernel a thread that answers (audit_send_reply(),
 * audit_list_rules_send()), so it is not for asking all the time.
 */
public final class AuditControl implements KernelRules, AutoCloseable {

  static final int NETLINK_AUDIT = 9;

  private static final int KERNEL = 0;
  private static final int SLOTS = 64;

  /** What is not received within a tenth of a second is dropped where there is no room: thousands of rules. */
  private static final int BUFFER = 8 << 20;

  /** The kernel lets a caller sleep for backlog_wait_time, a minute at most unless somebody has set it otherwise. */
  private static final long ANSWER_WITHIN = 90_000_000_000L;

  private final NetlinkSocket socket = new NetlinkSocket(SLOTS, AuditMessage.LONGEST);
  private final ByteBuffer message = ByteBuffer.allocate(AuditMessage.LONGEST).order(ByteOrder.nativeOrder());
  private final WakeUp never = new WakeUp();
  private int sequence;

  /** What comes with an answer, before or after its acknowledgement. */
  private interface Reply {

    /** Takes a message; whether it was the last. */
    boolean take(int type, ByteBuffer source, int at, int length);
  }

  private AuditControl() {}

  /**
   * Opens it.
   *
   * @throws AuditException where audit is not there, or not for us
   */
  public static AuditControl open() {
    Privileges privileges = Privileges.read();
    if (!privileges.inInitialNamespaces()) {
      throw AuditException.notHere("audit answers only in the host's pid and user namespaces");
    }
    if (!privileges.has(Capability.CAP_AUDIT_CONTROL)) {
      throw AuditException.notPermitted("CAP_AUDIT_CONTROL");
    }
    AuditControl control = new AuditControl();
    try {
      control.socket.open(NETLINK_AUDIT, NetlinkSocket.NO_GROUP, BUFFER);
      control.status();
      return control;
    } catch (LinuxException e) {
      control.close();
      throw AuditException.of(e);
    } catch (AuditException e) {
      control.close();
      throw e;
    }
  }

  @Override
  public synchronized AuditStatus status() {
    List<AuditStatus> answer = new ArrayList<>(1);
    exchange(AuditMessage.AUDIT_GET, 0, "for its status", (type, source, at, length) -> {
      if (type == AuditMessage.AUDIT_GET) {
        answer.add(AuditStatus.parse(source, at, length));
      }
      return !answer.isEmpty();
    });
    return answer.get(0);
  }

  @Override
  public synchronized List<AuditRule> rules() {
    List<AuditRule> rules = new ArrayList<>();
    exchange(AuditMessage.AUDIT_LIST_RULES, 0, "for its rules", (type, source, at, length) -> {
      if (type == AuditMessage.AUDIT_LIST_RULES) {
        RuleData.parse(source, at, length).ifPresent(rules::add);
      }
      return type == AuditMessage.NLMSG_DONE;
    });
    return rules;
  }

  @Override
  public synchronized boolean add(AuditRule rule) {
    return change(AuditMessage.AUDIT_ADD_RULE, rule, "to add a rule", "EEXIST");
  }

  @Override
  public synchronized boolean remove(AuditRule rule) {
    return change(AuditMessage.AUDIT_DEL_RULE, rule, "to remove a rule", "ENOENT");
  }

  private boolean change(int type, AuditRule rule, String request, String needless) {
    int error = ask(type, RuleData.put(message, AuditMessage.HEADER, rule), Optional.empty());
    if (error < 0 && LinuxException.is(-error, needless)) {
      return false;
    }
    check(error, request);
    return true;
  }

  @Override
  public void enable(boolean on) {
    set(Setting.ENABLED, on ? 1 : 0, on ? "to be switched on" : "to be switched off");
  }

  /** Sets the kernel's count of lost records back to 0; what it was. For the daemon only: others read it too. */
  public long resetLost() {
    return Integer.toUnsignedLong(set(Setting.LOST, 0, "to set the count of lost records back"));
  }

  /** Ends this process's being the audit daemon. */
  void giveDaemonBack() {
    set(Setting.PID, 0, "to be no audit daemon any more");
  }

  private synchronized int set(Setting setting, int value, String request) {
    AuditStatus.put(message, AuditMessage.HEADER, setting, value);
    int error = ask(AuditMessage.AUDIT_SET, AuditStatus.LENGTH, Optional.empty());
    // The count of lost records is answered as an error above 0.
    check(error, request);
    return error;
  }

  private void exchange(int type, int length, String request, Reply reply) {
    check(ask(type, length, Optional.of(reply)), request);
  }

  private void check(int error, String request) {
    if (error >= 0) {
      return;
    }
    boolean denied = LinuxException.is(-error, "EPERM");
    if (denied && !request.startsWith("for ") && status().isLocked()) {
      throw AuditException.locked();
    }
    throw AuditException.refused(request, -error);
  }

  /** Sends what stands in the message, and waits for all of the answer; its error number, negative, or 0. */
  private int ask(int type, int length, Optional<Reply> reply) {
    try {
      sequence++;
      AuditMessage.request(message, type, sequence, length);
      socket.send(message);
      return answer(reply);
    } catch (LinuxException e) {
      throw AuditException.of(e);
    }
  }

  private int answer(Optional<Reply> reply) {
    boolean acknowledged = false;
    boolean complete = reply.isEmpty();
    long until = System.nanoTime() + ANSWER_WITHIN;
    while (System.nanoTime() < until) {
      int received = socket.receive(SLOTS);
      if (received == NetlinkSocket.EMPTY) {
        socket.await(never, 100_000_000);
      }
      for (int i = 0; i < received; i++) {
        int at = i * AuditMessage.LONGEST;
        int size = socket.length(i);
        if (socket.sender(i) != KERNEL || size < AuditMessage.HEADER
            || AuditMessage.sequence(socket.data(), at) != sequence) {
          continue;
        }
        int kind = AuditMessage.type(socket.data(), at);
        if (kind == AuditMessage.NLMSG_ERROR && size >= AuditMessage.HEADER + Integer.BYTES) {
          int error = AuditMessage.error(socket.data(), at);
          if (error != 0) {
            return error;
          }
          acknowledged = true;
        } else if (reply.isPresent()) {
          complete |= reply.get().take(kind, socket.data(), at + AuditMessage.HEADER, size - AuditMessage.HEADER);
        }
      }
      if (acknowledged && complete) {
        return 0;
      }
    }
    throw new AuditException(Reason.NO_ANSWER, "the kernel's audit does not answer; see whether it is overloaded"
        + " (auditctl -s: backlog, backlog_limit, backlog_wait_time)");
  }

  @Override
  public synchronized void close() {
    socket.close();
    never.close();
  }
}
