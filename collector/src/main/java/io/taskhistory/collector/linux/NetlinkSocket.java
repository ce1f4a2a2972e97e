package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;

/**
 * A netlink socket, and the memory that its datagrams are received into, many with one call. For one thread at a time.
 *
 * <pre>
 *   struct mmsghdr (64 bytes, recvmmsg(2))          struct iovec        one slot
 *   +--------------------+------------------+       +--------+-----+    +-----------------+
 *   |  0 msg_name        |  8 msg_namelen   |--+    | 0 base |--------► | datagram        |
 *   | 16 msg_iov         | 24 msg_iovlen    |  |    | 8 len  |          | cut at SLOT_SIZE|
 *   | 32 msg_control     | 40 msg_controllen|  |    +--------+          +-----------------+
 *   | 48 msg_flags       | 56 msg_len       |  |
 *   +--------------------+------------------+  +--► struct sockaddr_nl: 0 nl_family, 4 nl_pid, 8 nl_groups
 * </pre>
 */
public final class NetlinkSocket implements AutoCloseable {

  /** {@link #receive} found the socket empty. */
  public static final int EMPTY = 0;
  /** {@link #receive} was told that datagrams had been dropped, because the buffer was full. */
  public static final int OVERFLOWED = -1;

  /** Instead of a multicast group: what is sent to this socket alone. */
  public static final int NO_GROUP = 0;

  /** The first so many bytes of a datagram are kept, unless told otherwise. */
  public static final int SLOT_SIZE = 256;

  /** From include/linux/socket.h and include/uapi/linux/netlink.h. */
  private static final int AF_NETLINK = 16;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_BROADCAST_ERROR = 4;
  private static final int MSG_DONTWAIT = 0x40;

  /** From include/uapi/asm-generic/socket.h, as on x86 and arm64. */
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_MEMINFO = 55;
  /** Of include/uapi/linux/sock_diag.h: SK_MEMINFO_RMEM_ALLOC, SK_MEMINFO_DROPS, SK_MEMINFO_VARS. */
  private static final int SK_MEMINFO_RMEM_ALLOC = 0;
  private static final int SK_MEMINFO_DROPS = 8;
  private static final int SK_MEMINFO_VARS = 9;
  private static final int NOT_TOLD = -1;

  private static final int MMSGHDR_SIZE = 64;
  private static final int IOVEC_SIZE = 16;
  private static final int SOCKADDR_SIZE = 12;
  private static final int MSG_FLAGS = 48;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_LEN = 56;
  private static final int NL_PID = 4;

  private static final short POLLIN = 1;

  private final int slots;
  private final int slotSize;
  private final ByteBuffer headers;
  private final ByteBuffer vectors;
  private final ByteBuffer senders;
  private final ByteBuffer data;
  private final ByteBuffer scratch = Native.allocate(256);
  private final ByteBuffer outgoing;
  private final long headersAddress;
  private final long scratchAddress = Native.address(scratch);
  private final long outgoingAddress;
  private int fd = -1;

  /** Closed as yet; receives at most {@code slots} datagrams with one call. */
  public NetlinkSocket(int slots) {
    this(slots, SLOT_SIZE);
  }

  /** As {@link #NetlinkSocket(int)}, for datagrams of up to {@code slotSize} bytes, received and sent. */
  public NetlinkSocket(int slots, int slotSize) {
    this.slots = slots;
    this.slotSize = slotSize;
    outgoing = Native.allocate(slotSize);
    outgoingAddress = Native.address(outgoing);
    headers = Native.allocate(slots * MMSGHDR_SIZE);
    vectors = Native.allocate(slots * IOVEC_SIZE);
    senders = Native.allocate(slots * SOCKADDR_SIZE);
    data = Native.allocate(slots * slotSize);
    headersAddress = Native.address(headers);
    layOut();
  }

  private void layOut() {
    long vectorsAddress = Native.address(vectors);
    long sendersAddress = Native.address(senders);
    long dataAddress = Native.address(data);
    for (int i = 0; i < slots; i++) {
      int header = i * MMSGHDR_SIZE;
      headers.putLong(header, sendersAddress + (long) i * SOCKADDR_SIZE);
      headers.putInt(header + 8, SOCKADDR_SIZE);
      headers.putLong(header + 16, vectorsAddress + (long) i * IOVEC_SIZE);
      headers.putLong(header + 24, 1);
      vectors.putLong(i * IOVEC_SIZE, dataAddress + (long) i * slotSize);
      vectors.putLong(i * IOVEC_SIZE + 8, slotSize);
    }
  }

  /**
   * Opens the socket.
   *
   * @param protocol NETLINK_… of include/uapi/linux/netlink.h
   * @param group the multicast group, from 1, or {@link #NO_GROUP}
   * @param buffer bytes that the kernel may queue for us
   */
  public void open(int protocol, int group, int buffer) {
    fd = Native.check("socket(AF_NETLINK)",
        LIBC.socket(AF_NETLINK, SOCK_DGRAM | Native.O_CLOEXEC | Native.O_NONBLOCK, protocol));
    try {
      setReceiveBuffer(buffer);
      // Without it, netlink_broadcast_filtered() in net/netlink/af_netlink.c answers ESRCH for a message that a full
      // socket alone was to get, and that is what send_msg() in cn_proc.c takes for "nobody listens" and stops
      // reporting on.
      scratch.putInt(0, 1);
      Native.check("setsockopt(NETLINK_BROADCAST_ERROR)",
          LIBC.setsockopt(fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, scratchAddress, Integer.BYTES));
      scratch.putInt(0, 0).putInt(4, 0).putInt(8, group == NO_GROUP ? 0 : 1 << group - 1);
      scratch.putShort(0, (short) AF_NETLINK);
      Native.check("bind", LIBC.bind(fd, scratchAddress, SOCKADDR_SIZE));
    } catch (LinuxException e) {
      close();
      throw e;
    }
  }

  /** Forced past net.core.rmem_max where we may; the kernel doubles what it is asked for (socket(7)). */
  private void setReceiveBuffer(int buffer) {
    scratch.putInt(0, buffer / 2);
    if (LIBC.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, scratchAddress, Integer.BYTES) < 0) {
      Native.check("setsockopt(SO_RCVBUF)",
          LIBC.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratchAddress, Integer.BYTES));
    }
  }

  /** How many bytes the kernel queues for us, as it accounts for them: several times what a datagram carries. */
  public int receiveBuffer() {
    scratch.putInt(0, 0).putInt(8, Integer.BYTES);
    Native.check("getsockopt(SO_RCVBUF)",
        LIBC.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratchAddress, scratchAddress + 8));
    return scratch.getInt(0);
  }

  /** How many of those bytes are in use; -1 where the kernel (before 4.12) does not tell. */
  public int queued() {
    return memoryInfo(SK_MEMINFO_RMEM_ALLOC);
  }

  /**
   * How many datagrams have been dropped for want of room, ever, as an unsigned number that wraps around; -1 where the
   * kernel (before 4.12) does not tell.
   */
  public long dropped() {
    return queued() == NOT_TOLD ? NOT_TOLD : Integer.toUnsignedLong(memoryInfo(SK_MEMINFO_DROPS));
  }

  private int memoryInfo(int variable) {
    int at = scratch.capacity() - Integer.BYTES;
    scratch.putInt(at, SK_MEMINFO_VARS * Integer.BYTES);
    int result = LIBC.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, scratchAddress, scratchAddress + at);
    return result < 0 ? NOT_TOLD : scratch.getInt(variable * Integer.BYTES);
  }

  /** Sends the first bytes of {@code message}, up to its position, to the kernel: a netlink socket's default peer. */
  public void send(ByteBuffer message) {
    for (int i = 0; i < message.position(); i++) {
      outgoing.put(i, message.get(i));
    }
    long sent;
    do {
      sent = LIBC.send(fd, outgoingAddress, message.position(), 0);
    } while (sent < 0 && Native.interrupted());
    Native.check("send", (int) sent);
  }

  /**
   * Receives what is there, without waiting.
   *
   * @param most how many at most
   * @return how many, or {@link #EMPTY} or {@link #OVERFLOWED}
   */
  public int receive(int most) {
    while (true) {
      int count = LIBC.recvmmsg(fd, headersAddress, Math.min(most, slots), MSG_DONTWAIT, 0);
      if (count > 0) {
        return count;
      }
      int errno = Native.errno();
      if (count == 0 || errno == Native.EAGAIN) {
        return EMPTY;
      }
      if (errno == Native.ENOBUFS) {
        return OVERFLOWED;
      }
      if (errno != Native.EINTR) {
        throw new LinuxException("recvmmsg", errno);
      }
    }
  }

  /** All slots; the {@code i}th datagram starts at {@code i} times the size of a slot. */
  public ByteBuffer data() {
    return data;
  }

  /** How much of the {@code i}th datagram was kept. */
  public int length(int i) {
    return Math.max(0, Math.min(slotSize, headers.getInt(i * MMSGHDR_SIZE + MSG_LEN)));
  }

  /** Whether the {@code i}th datagram was longer than what was kept. */
  public boolean isCut(int i) {
    return (headers.getInt(i * MMSGHDR_SIZE + MSG_FLAGS) & MSG_TRUNC) != 0;
  }

  /** Who sent it; 0 is the kernel. */
  public int sender(int i) {
    return senders.getInt(i * SOCKADDR_SIZE + NL_PID);
  }

  /** Waits until there is something to receive, {@code wakeUp} is called, or {@code nanos} have passed. */
  public void await(WakeUp wakeUp, long nanos) {
    // struct pollfd: 0 fd, 4 events, 6 revents
    scratch.putInt(0, fd).putShort(4, POLLIN).putShort(6, (short) 0);
    scratch.putInt(8, wakeUp.fd()).putShort(12, POLLIN).putShort(14, (short) 0);
    long millis = Math.min(Integer.MAX_VALUE, (Math.max(0, nanos) + 999_999) / 1_000_000);
    int ready = LIBC.poll(scratchAddress, 2, (int) millis);
    // An interrupted wait ends early, which is no harm.
    if (ready > 0 && scratch.getShort(14) != 0) {
      wakeUp.reset();
    }
  }

  @Override
  public void close() {
    Native.close(fd);
    fd = -1;
  }
}
