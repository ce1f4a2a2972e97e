package io.taskhistory.api.enrich;

import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An event of which records have passed, and what is to be added to it. Used again for others. */
final class OpenEvent {

  /** An answer, and for a second process its pid. */
  static final class Answer {
    Resolver.Outcome outcome = Resolver.Outcome.UNKNOWN;
    @Nullable Boot boot;
    @Nullable Entry entry;
    int opid;
  }

  /** A signal to a group names each of its processes; nobody reads more than so many. */
  private static final int MOST_OTHERS = 64;

  long stamp;
  long serial;
  byte[] node = new byte[0];
  int nodeLength;
  /** {@code 1691750738.271:108}, as it stood in the first record. */
  byte[] identity = new byte[48];
  int identityLength;

  /** Where in the stream its last record so far ends. */
  long end;
  /** Whether its lines end with a carriage return. */
  boolean hasReturns;
  /** Nothing more will be added at its end. */
  boolean isSettled;
  /** It has such records already. */
  boolean hasHistory;
  /** It is one record of a program or the daemon. */
  boolean isAlone;
  /** All its records but EOE have passed, as far as they are in order. */
  boolean isFinal;
  /** Its own process has been asked for: by SYSCALL, or for want of one by another record. */
  boolean isAsked;
  boolean hasMain;
  /** How many PATH records SYSCALL announces, and how many have passed. */
  long items;
  int paths;
  final Answer own = new Answer();
  int others;

  /** The next older event in the same slot of the table. */
  int next;

  private Answer[] other = new Answer[0];

  void begin(AuditRecord record) {
    stamp = record.stamp();
    serial = record.serial();
    nodeLength = record.nodeTo() - record.from();
    node = copy(record, record.from(), nodeLength, node);
    identityLength = record.serialTo() - record.stampFrom();
    identity = copy(record, record.stampFrom(), identityLength, identity);
    isSettled = false;
    hasHistory = false;
    isAlone = false;
    isFinal = false;
    isAsked = false;
    hasMain = false;
    items = 0;
    paths = 0;
    others = 0;
  }

  /** Whether nothing that SYSCALL announces is missing; whether more follows it does not say. */
  boolean isWhole() {
    return hasMain && paths >= items;
  }

  private static byte[] copy(AuditRecord record, int from, int length, byte[] into) {
    byte[] target = length <= into.length ? into : new byte[length];
    System.arraycopy(record.bytes(), from, target, 0, length);
    return target;
  }

  boolean is(AuditRecord record) {
    return record.isOfEvent(stamp, serial, node, 0, nodeLength);
  }

  /** Whether it is of the same machine. */
  boolean isOfNode(AuditRecord record) {
    return Arrays.equals(node, 0, nodeLength, record.bytes(), record.from(), record.nodeTo());
  }

  /** Room for an answer about another process; null where there are too many. */
  @Nullable Answer another() {
    if (others == MOST_OTHERS) {
      return null;
    }
    if (others == other.length) {
      other = Arrays.copyOf(other, Math.max(2, 2 * others));
      for (int i = others; i < other.length; i++) {
        other[i] = new Answer();
      }
    }
    return other[others++];
  }

  Answer other(int i) {
    return other[i];
  }
}
