package io.taskhistory.collector.audit;

import io.taskhistory.collector.audit.AuditException.Reason;
import io.taskhistory.collector.audit.AuditStatus.Setting;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NetlinkSocket;
import io.taskhistory.collector.linux.Privileges;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.WakeUp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's audit records as they come. Can be opened once. All calls are for one thread, but {@link #wakeUp} and
 * the counters, for which any thread may ask.
 *
 * <p>Records come in the order in which kauditd took them from its queue; for the daemon some that did not fit into its
 * socket come later, from the retry queue. A syscall's records are queued by its own task, one by one, so those of two
 * tasks mix.
 *
 * <p>An empty socket says less here than with sources that deliver in the caller's own context: what has happened may
 * still be with kauditd.
 */
public final class AuditRecords implements AutoCloseable {

  /** Some 10,000 records, as the kernel accounts for them. */
  public static final int DEFAULT_BUFFER = 16 << 20;

  /** AUDIT_NLGRP_READLOG of include/uapi/linux/audit.h. */
  private static final int READLOG = 1;
  private static final int KERNEL = 0;
  private static final int SLOTS = 64;
  private static final int NOT_TOLD = -1;

  /** The most of it is registered for the initial network namespace alone: net/core/sysctl_net_core.c. */
  private static final Path NET_CORE = Path.of("/proc/sys/net/core");

  private final AuditRole role;
  private final int buffer;
  private final @Nullable AuditControl control;
  private final NetlinkSocket socket = new NetlinkSocket(SLOTS, AuditMessage.LONGEST);
  private final WakeUp wakeUp = new WakeUp();
  private final byte[] record = new byte[AuditMessage.LONGEST];
  private boolean daemon;
  private boolean overflowed;
  private long droppedBefore;
  private long emptyAt;

  private volatile long received;
  private volatile long dropped;
  private volatile long cut;
  private volatile long challenges;
  private volatile long room;

  private AuditRecords(AuditRole role, int buffer, @Nullable AuditControl control) {
    this.role = role;
    this.buffer = buffer;
    this.control = control;
  }

  /** A member of the multicast group, for which the kernel may queue {@code buffer} bytes. */
  public static AuditRecords listener(int buffer) {
    return new AuditRecords(AuditRole.LISTENER, buffer, null);
  }

  /** The audit daemon. The kernel's own queues, as long as the backlog limit, stand before the buffer. */
  public static AuditRecords daemon(int buffer, AuditControl control) {
    return new AuditRecords(AuditRole.DAEMON, buffer, control);
  }

  public AuditRole role() {
    return role;
  }

  /**
   * Begins: records that are written from now on will come, and to the daemon those that the kernel has held.
   *
   * @throws AuditException where that is refused; {@link Reason#DAEMON_EXISTS} where somebody else is the daemon
   */
  public void open() {
    try {
      if (control == null) {
        checkListener();
        socket.open(AuditControl.NETLINK_AUDIT, READLOG, buffer);
      } else {
        socket.open(AuditControl.NETLINK_AUDIT, NetlinkSocket.NO_GROUP, buffer);
        becomeDaemon(control);
      }
    } catch (LinuxException e) {
      close();
      throw AuditException.of(e);
    } catch (AuditException e) {
      close();
      throw e;
    }
    droppedBefore = socket.dropped();
    room = socket.receiveBuffer();
    emptyAt = Clocks.monotonic();
  }

  /** audit_multicast_bind() in kernel/audit.c asks for the capability, and for nothing else. */
  private static void checkListener() {
    if (!Privileges.read().has(Capability.CAP_AUDIT_READ)) {
      throw AuditException.notPermitted("CAP_AUDIT_READ");
    }
    if (Files.isDirectory(NET_CORE) && Files.notExists(NET_CORE.resolve("netdev_budget"))) {
      // kauditd_send_multicast_skb() knows the initial one only, and nobody is told.
      throw AuditException.notHere("audit records are multicast in the host's network namespace only");
    }
  }

  /**
   * Asks to be the daemon, by this socket, to which the kernel then sends. Whether we are it is seen in the status: the
   * answer stands in the same queue as the records, and behind some in kernels before 6.5.
   */
  private void becomeDaemon(AuditControl control) {
    int self = (int) ProcessHandle.current().pid();
    if (control.status().pid() == self) {
      throw new AuditException(Reason.DAEMON_EXISTS, "this process is the audit daemon already");
    }
    ByteBuffer message = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    AuditStatus.put(message, AuditMessage.HEADER, Setting.PID, self);
    AuditMessage.request(message, AuditMessage.AUDIT_SET, 1, AuditStatus.LENGTH);
    socket.send(message);
    AuditStatus status = control.status();
    if (status.pid() != self) {
      throw refusal(status);
    }
    daemon = true;
  }

  private AuditException refusal(AuditStatus status) {
    for (int count = socket.receive(1); count != NetlinkSocket.EMPTY; count = socket.receive(1)) {
      if (count == 1 && socket.sender(0) == KERNEL && socket.length(0) >= AuditMessage.HEADER + Integer.BYTES
          && AuditMessage.type(socket.data(), 0) == AuditMessage.NLMSG_ERROR
          && AuditMessage.error(socket.data(), 0) < 0) {
        AuditException refused =
            AuditException.refused("to be the audit daemon", -AuditMessage.error(socket.data(), 0));
        return refused.reason() != Reason.DAEMON_EXISTS ? refused : new AuditException(Reason.DAEMON_EXISTS,
            "process " + status.pid() + " is the audit daemon already; stop it (service auditd stop),"
                + " or be a listener beside it");
      }
    }
    return new AuditException(Reason.FAILED, "this process is not the audit daemon any more: something made the kernel"
        + " forget it at once");
  }

  /**
   * Passes on what has come, at most about {@code most} records. Never waits.
   *
   * @return how many messages were taken; 0 where there were none
   * @throws AuditException where it cannot go on
   */
  public int drain(AuditRecordConsumer consumer, int most) {
    int taken = 0;
    while (taken < most) {
      long before = Clocks.monotonic();
      int count = receive(Math.min(most - taken, SLOTS));
      if (count == NetlinkSocket.EMPTY) {
        if (overflowed) {
          overflowed = false;
          tellLoss(consumer, 0);
        }
        emptyAt = before;
        break;
      }
      if (count == NetlinkSocket.OVERFLOWED) {
        // All that is queued now is from before the loss, and nothing is added until it has been received:
        // NETLINK_S_CONGESTED in net/netlink/af_netlink.c. So the count goes up until then.
        tellLoss(consumer, overflowed ? 0 : 1);
        overflowed = true;
        taken++;
      } else {
        passOn(consumer, count);
        taken += count;
      }
    }
    return taken;
  }

  private int receive(int most) {
    try {
      return socket.receive(most);
    } catch (LinuxException e) {
      throw AuditException.of(e);
    }
  }

  private void tellLoss(AuditRecordConsumer consumer, int uncounted) {
    if (role == AuditRole.DAEMON) {
      // netlink_attachskb() counts each attempt that found no room, but kauditd tries again; what it gives up in the
      // end is in the status.
      return;
    }
    long now = socket.dropped();
    long count = now == NOT_TOLD ? uncounted : now - droppedBefore & 0xffff_ffffL;
    droppedBefore = now;
    if (count > 0) {
      dropped += count;
      consumer.lost(count);
    }
  }

  private void passOn(AuditRecordConsumer consumer, int count) {
    long passed = 0;
    for (int i = 0; i < count; i++) {
      int at = i * AuditMessage.LONGEST;
      int length = socket.length(i) - AuditMessage.HEADER;
      // Whoever has CAP_NET_ADMIN may send to us; only what the kernel sent counts.
      if (socket.sender(i) != KERNEL || length < 0) {
        continue;
      }
      int type = AuditMessage.type(socket.data(), at);
      if (AuditMessage.isRecord(type)) {
        if (socket.isCut(i)) {
          cut++;
        }
        socket.data().get(at + AuditMessage.HEADER, record, 0, length);
        consumer.record(type, record, 0, length);
        passed++;
      } else if (type == AuditMessage.AUDIT_REPLACE) {
        challenges++;
      }
    }
    received += passed;
  }

  /** The monotonic time at which nothing was left to pass on, as far as it had reached us. */
  public long emptyAt() {
    return emptyAt;
  }

  /** Waits until there is something to drain, {@link #wakeUp} is called, or {@code nanos} have passed. */
  public void await(long nanos) {
    socket.await(wakeUp, nanos);
  }

  /**
   * Waits until {@link #wakeUp} is called, or {@code nanos} have passed, whatever comes: under load a waiter that is
   * woken for each record spends more on waking up than on the records.
   */
  public void rest(long nanos) {
    wakeUp.await(nanos);
  }

  /** Makes {@link #await} and {@link #rest} return now, or at once when it is called next. Any thread may call. */
  public void wakeUp() {
    wakeUp.call();
  }

  /** Records that have been passed on. */
  public long received() {
    return received;
  }

  /** Records that did not fit into a listener's buffer. */
  public long dropped() {
    return dropped;
  }

  /** Records longer than any should be, whose end is missing. */
  public long cut() {
    return cut;
  }

  /** How often somebody has tried to become the audit daemon in our place; the kernel refuses that while we live. */
  public long challenges() {
    return challenges;
  }

  /** How many bytes the kernel queues for us. */
  public long buffer() {
    return room; // the socket itself is for the one thread
  }

  /**
   * Lets another be the daemon, and the kernel hold records again. What had been sent to us can still be drained.
   *
   * <p>The caller must not have let the backlog grow over its limit, or it sleeps here for backlog_wait_time.
   */
  public void giveBack() {
    if (daemon && control != null) {
      daemon = false;
      try {
        control.giveDaemonBack();
      } catch (AuditException e) {
        // Somebody else is it by now; and if nobody is, the kernel notices that our socket is gone.
      }
    }
  }

  @Override
  public void close() {
    giveBack();
    socket.close();
    wakeUp.close();
  }
}
