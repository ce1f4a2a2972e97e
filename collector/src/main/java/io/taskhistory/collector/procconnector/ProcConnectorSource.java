package io.taskhistory.collector.procconnector;

import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NetlinkSocket;
import io.taskhistory.collector.linux.Privileges;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.SystemFacts;
import io.taskhistory.collector.linux.WakeUp;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.source.TaskEvents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The proc connector as a source. It can be opened once.
 *
 * <p>Beside a trace as the spine it passes on only what a trace lacks: exit codes, changes of uid, gid and session,
 * ptrace and core dumps. From Linux 6.6 on the kernel can be asked for those alone, which spares every clone and exec
 * the sending and us the waking up; then exits with code 0 are not reported either. Before, they are passed over here.
 *
 * <p>Delivery is synchronous: a task puts its own event into our socket's queue before its clone, exec or exit goes on
 * (cn_netlink_send_mult() in the caller's context). So a socket that is found empty had, at the time just before,
 * passed on all that precedes that time. An exit is the exception: do_exit() in kernel/exit.c wakes the parent
 * (exit_notify()) before it reports to the connector, so that a parent can have reaped a child, and even given its pid
 * to another, whose exit is still to come.
 */
public final class ProcConnectorSource implements EventSource {

  /** How much the kernel may queue: some 40,000 events, which is seconds of the busiest machine. */
  public static final int DEFAULT_BUFFER = 32 << 20;

  private static final int NETLINK_CONNECTOR = 11;
  private static final int KERNEL = 0;
  private static final int SLOTS = 256;
  private static final long ACK_WITHIN = 5_000_000_000L;

  /** How long a kernel that should understand the longer form is waited for, before it gets the plain one. */
  private static final long ANSWER_WITHIN = 1_000_000_000L;

  /** Instead of kinds: the form of subscribing that has none. */
  private static final int PLAIN = -1;

  /** What a trace lacks. */
  private static final int BESIDE_TRACE = ProcEventMessage.NONZERO_EXIT | ProcEventMessage.UID | ProcEventMessage.GID
      | ProcEventMessage.SID | ProcEventMessage.PTRACE | ProcEventMessage.COREDUMP;

  private final int bufferWanted;
  private final boolean besideTrace;
  private final boolean mayFilter;
  private final NetlinkSocket socket = new NetlinkSocket(SLOTS);
  private final ProcEventMessage message = new ProcEventMessage(socket.data());
  private final ProcEvents decoder = new ProcEvents();
  private final ByteBuffer request = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
  private final WakeUp wakeUp = new WakeUp();
  private LossDetector losses = new LossDetector(0);
  private boolean open;
  private long drained;
  private long passed;
  private long unknown;

  private volatile boolean filtered;
  private volatile SourceStats stats = new SourceStats(0, 0, 0, 0);
  private volatile long skipped;

  public ProcConnectorSource() {
    this(DEFAULT_BUFFER);
  }

  /** With {@code buffer} bytes in the kernel, as it accounts for them: some 800 for each event. */
  public ProcConnectorSource(int buffer) {
    this(buffer, false, false);
  }

  /** As {@link #besideTrace(int)} or not; the kernel is asked to filter only if {@code mayFilter}. */
  ProcConnectorSource(int buffer, boolean besideTrace, boolean mayFilter) {
    this.bufferWanted = buffer;
    this.besideTrace = besideTrace;
    this.mayFilter = mayFilter;
  }

  /** One that passes on only what a trace lacks. */
  public static ProcConnectorSource besideTrace() {
    return besideTrace(DEFAULT_BUFFER);
  }

  /** As {@link #besideTrace()}, with {@code buffer} bytes in the kernel. */
  public static ProcConnectorSource besideTrace(int buffer) {
    return new ProcConnectorSource(buffer, true, SystemFacts.isLinux(6, 6));
  }

  /**
   * Whether the kernel filters what it reports, and so tells no exit with code 0; known once this is open. Any thread
   * may ask.
   */
  public boolean isFiltered() {
    return filtered;
  }

  @Override
  public String name() {
    return "proc";
  }

  @Override
  public boolean tellsEveryExit() {
    return !filtered;
  }

  @Override
  public boolean isExact() {
    return false;
  }

  /** Nothing from before can be had: the kernel queues only for a socket that is open. */
  @Override
  public long open(Checkpoint kept) {
    checkPrivileges();
    try {
      losses = new LossDetector(Clocks.monotonic());
      socket.open(NETLINK_CONNECTOR, ProcEventMessage.CN_IDX_PROC, bufferWanted);
      open = true;
      if (mayFilter && isAnswered(ProcEventMessage.ALL_KINDS, ANSWER_WITHIN)) {
        filter();
      } else {
        subscribe();
      }
    } catch (LinuxException e) {
      close();
      throw new SourceException(remedy(e), e);
    } catch (SourceException e) {
      close();
      throw e;
    }
    drained = Clocks.monotonic();
    stats = new SourceStats(0, 0, 0, socket.receiveBuffer());
    return drained;
  }

  @Override
  public byte[] position() {
    return new byte[0];
  }

  private static void checkPrivileges() {
    Privileges privileges = Privileges.read();
    if (!privileges.inInitialNamespaces()) {
      throw new SourceException("the proc connector answers only in the host's pid and user namespaces;"
          + " run the service on the host, or its container with --pid=host and without a user namespace");
    }
    // From 6.6 on the kernel lets anyone listen, and refuses the buffer that a busy machine needs.
    if (!privileges.has(Capability.CAP_NET_ADMIN)) {
      throw new SourceException("the proc connector needs CAP_NET_ADMIN; run the service as root,"
          + " or give it that capability (AmbientCapabilities= of its systemd unit)");
    }
  }

  private static String remedy(LinuxException e) {
    String remedy = "";
    if (e.is("EPROTONOSUPPORT")) {
      remedy = "; the kernel needs CONFIG_CONNECTOR=y and CONFIG_PROC_EVENTS=y";
    } else if (e.is("ECONNREFUSED")) {
      remedy = "; it lives in the host's network namespace: run the service there (--network=host)";
    }
    return "the proc connector cannot be opened: " + e.getMessage() + remedy;
  }

  /** Asks to be told everything, in the form that every kernel understands. */
  private void subscribe() {
    if (!isAnswered(PLAIN, ACK_WITHIN)) {
      throw new SourceException("the proc connector does not answer; the kernel needs CONFIG_PROC_EVENTS=y,"
          + " and the service must run in the host's pid, user and network namespaces");
    }
  }

  /**
   * Asks for less, of a kernel that has understood the longer form. The answer to this is itself subject to the filter
   * (cn_filter() in cn_proc.c) and does not come; but cn_proc_mcast_ctl() has run by the time that we have sent.
   */
  private void filter() {
    ProcEventMessage.request(request, ProcEventMessage.LISTEN, BESIDE_TRACE, 0);
    socket.send(request);
    filtered = true;
    losses = new LossDetector(Clocks.monotonic(), false);
  }

  /** Asks to be told about {@code kinds}, and waits for the kernel's word that we are. */
  private boolean isAnswered(int kinds, long within) {
    int ack = (int) System.nanoTime();
    long until = System.nanoTime() + within;
    listen(kinds, ack);
    while (System.nanoTime() < until) {
      // One at a time: what comes behind the answer is to be drained.
      int received = socket.receive(1);
      if (received == NetlinkSocket.OVERFLOWED) {
        listen(kinds, ack);
      } else if (received == NetlinkSocket.EMPTY) {
        socket.await(wakeUp, 100_000_000);
      } else if (wrap(0) && message.what() == ProcEventMessage.NONE && message.ack() == ack + 1) {
        int errno = message.data(0);
        if (errno != 0) {
          throw new SourceException("the proc connector refused to be listened to: " + LinuxException.name(errno)
              + "; run the service as root, or give it CAP_NET_ADMIN");
        }
        return true;
      }
    }
    return false;
  }

  private void listen(int kinds, int ack) {
    if (kinds == PLAIN) {
      ProcEventMessage.request(request, ProcEventMessage.LISTEN, ack);
    } else {
      ProcEventMessage.request(request, ProcEventMessage.LISTEN, kinds, ack);
    }
    socket.send(request);
  }

  @Override
  public long drain(TaskEvents events, int most) {
    int taken = 0;
    while (taken < most) {
      long before = Clocks.monotonic();
      int received = receive(Math.min(most - taken, SLOTS));
      if (received == NetlinkSocket.EMPTY) {
        losses.drained(before, Clocks.monotonic(), events);
        drained = before;
        break;
      }
      if (received == NetlinkSocket.OVERFLOWED) {
        received = overflowed(events);
      } else {
        passOn(received, events);
      }
      taken += Math.max(received, 1);
    }
    if (taken > 0) {
      publish();
    }
    return drained;
  }

  private int receive(int most) {
    try {
      return socket.receive(most);
    } catch (LinuxException e) {
      throw new SourceException("the proc connector cannot be read any more: " + e.getMessage(), e);
    }
  }

  /** Finds out, with the first of them, how many datagrams are queued from before the overflow; all are of one size. */
  private int overflowed(TaskEvents events) {
    int before = socket.queued();
    int received = before == 0 ? 0 : Math.max(0, receive(1));
    if (before < 0) {
      losses.overflowed(LossDetector.UNKNOWN_BACKLOG, events);
    } else if (received == 0) {
      losses.overflowed(0, events);
    } else {
      int each = before - socket.queued();
      losses.overflowed(each <= 0 ? 1 : Math.max(1, before / each), events);
    }
    passOn(received, events);
    return received;
  }

  private void passOn(int received, TaskEvents events) {
    for (int i = 0; i < received; i++) {
      if (!wrap(i)) {
        unknown++;
        continue;
      }
      losses.next(message, events);
      if (besideTrace && ProcEvents.isInTrace(message)) {
        continue;
      }
      if (decoder.passOn(message, events)) {
        passed++;
      } else if (message.what() != ProcEventMessage.NONE) {
        unknown++;
      }
    }
  }

  /** Anybody with CAP_NET_ADMIN may send to us; only what the kernel sent counts. */
  private boolean wrap(int slot) {
    return socket.sender(slot) == KERNEL
        && message.wrap(socket.data(), slot * NetlinkSocket.SLOT_SIZE, socket.length(slot));
  }

  private void publish() {
    stats = new SourceStats(passed, losses.lost(), losses.losses(), stats.buffer());
    skipped = unknown;
  }

  @Override
  public void await(long nanos) {
    socket.await(wakeUp, nanos);
  }

  @Override
  public void wakeUp() {
    wakeUp.call();
  }

  @Override
  public SourceStats stats() {
    return stats;
  }

  /** Messages that were passed over: of a kind that we do not know, or not from the kernel. Any thread may ask. */
  public long skipped() {
    return skipped;
  }

  /** The kernel counts its listeners: unsubscribing spares every task the sending once the last has gone. */
  @Override
  public void close() {
    if (open) {
      open = false;
      try {
        ProcEventMessage.request(request, ProcEventMessage.IGNORE, 0);
        socket.send(request);
      } catch (LinuxException e) {
        // Closing ends the subscription as well.
      }
    }
    socket.close();
    wakeUp.close();
  }
}
