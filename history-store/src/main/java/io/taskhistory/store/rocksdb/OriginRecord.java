package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Whom the signal came from that ended a task: a part of the task's value. The signal itself is in the status.
 *
 * <pre>
 *   0      1
 *   | kind | code | before | sender |
 *
 *   kind      bits 0 and 1: {@link SignalOrigin.Kind}; bit 2: the sender follows
 *   code      zigzag si_code
 *   before    zigzag end − when the signal was queued
 *   sender    zigzag tid − sender's tid, zigzag start − sender's start
 * </pre>
 */
final class OriginRecord {

  private static final SignalOrigin.Kind[] KINDS = SignalOrigin.Kind.values();
  private static final int KIND = 0b11;
  private static final int SENDER = 1 << 2;

  private final SignalOrigin.Kind kind;
  private final int code;
  private final long time;
  private final int senderTid;
  private final long senderStart;

  private OriginRecord(SignalOrigin.Kind kind, int code, long time, int senderTid, long senderStart) {
    this.kind = kind;
    this.code = code;
    this.time = time;
    this.senderTid = senderTid;
    this.senderStart = senderStart;
  }

  static void encode(SignalOrigin origin, TaskRecord task, long end, Bytes out) {
    TaskId sender = origin.sender();
    out.u8(origin.kind().ordinal() | (sender == null ? 0 : SENDER)).zigzag(origin.code()).zigzag(end - origin.time());
    if (sender != null) {
      out.zigzag(task.tid - sender.tid()).zigzag(task.start - sender.start());
    }
  }

  static OriginRecord decode(BytesReader in, TaskRecord task, long end) {
    int first = in.u8();
    if ((first & KIND) >= KINDS.length) {
      throw new StoreException("Damaged origin of a signal: its kind is " + (first & KIND));
    }
    int code = (int) in.zigzag();
    long time = end - in.zigzag();
    boolean sent = (first & SENDER) != 0;
    return new OriginRecord(KINDS[first & KIND], code, time, sent ? (int) (task.tid - in.zigzag()) : 0,
        sent ? task.start - in.zigzag() : TaskRecord.NOBODY);
  }

  /** What {@link #encode} was given; {@code signal} is that of the status. */
  SignalOrigin of(Boot boot, int signal) {
    @Nullable TaskId sender = senderStart == TaskRecord.NOBODY ? null : new TaskId(boot.key(), senderTid, senderStart);
    return new SignalOrigin(signal, time, kind, code, sender);
  }
}
