package io.taskhistory.collector.logimport;

import io.taskhistory.store.HistoryWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The events of one boot on their way into the store. The position that is kept with each commit is the serial of the
 * last event that was applied, the latest stamp, and of which machine the log is: {@code node=NAME}, or nothing.
 *
 * <pre>
 *   | serial u64 | stamp u64 | node … |
 * </pre>
 */
final class BootImport {

  /** A batch is a few megabytes. */
  private static final int EVENTS_A_COMMIT = 20_000;

  private final HistoryWriter writer;
  private final EventQueue queue = new EventQueue();
  private final LogRules rules;
  private long applied = -1;
  private long newestSerial = -1;
  private long newestStamp = Long.MIN_VALUE;
  private int uncommitted;
  private byte @Nullable [] node;

  /** A boot that begins, of a log of {@code node}. */
  BootImport(HistoryWriter writer, byte[] node) {
    this(writer);
    this.node = node;
  }

  /** The boot that an earlier import ended in. */
  BootImport(HistoryWriter writer) {
    this.writer = writer;
    this.rules = new LogRules(writer, queue);
    byte[] position = writer.position();
    if (position.length >= 2 * Long.BYTES) {
      ByteBuffer kept = ByteBuffer.wrap(position);
      applied = kept.getLong();
      newestSerial = applied;
      newestStamp = kept.getLong();
      node = Arrays.copyOfRange(position, 2 * Long.BYTES, position.length);
    }
  }

  /** Of which machine it is; null where an earlier import was killed before it had kept anything. */
  byte @Nullable [] node() {
    return node;
  }

  LogRules rules() {
    return rules;
  }

  /** The highest serial that came; -1 before any did. */
  long newestSerial() {
    return newestSerial;
  }

  long newestStamp() {
    return newestStamp;
  }

  /** Whether it was taken: not if it is there already, or its turn is over. */
  boolean add(LogEvent event) {
    if (event.serial <= applied || !queue.add(event)) {
      return false;
    }
    newestSerial = Math.max(newestSerial, event.serial);
    newestStamp = Math.max(newestStamp, event.stamp);
    while (queue.isFull()) {
      applyNext();
    }
    return true;
  }

  /** Takes back what came after {@code serial} and was not yet applied. */
  @Nullable LogEvent takeAfter(long serial) {
    return queue.takeAfter(serial);
  }

  private boolean applyNext() {
    LogEvent event = queue.poll();
    if (event == null) {
      return false;
    }
    if (applied >= 0 && event.serial > applied + 1) {
      rules.lost(event.serial - applied - 1, event);
    }
    rules.apply(event);
    applied = event.serial;
    if (++uncommitted >= EVENTS_A_COMMIT) {
      commit();
    }
    return true;
  }

  private void commit() {
    byte[] machine = node == null ? new byte[0] : node;
    writer.position(ByteBuffer.allocate(2 * Long.BYTES + machine.length)
        .putLong(applied).putLong(newestStamp).put(machine).array());
    writer.commit(rules.now());
    uncommitted = 0;
  }

  /** There is no more of this boot. */
  void end() {
    while (applyNext()) {
      // until all are
    }
    commit();
  }
}
