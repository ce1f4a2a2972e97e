package io.taskhistory.collector.source;

import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Keeps what a source says happened, in order. */
public final class RecordedEvents implements TaskEvents {

  /** One call, with its arguments. */
  public sealed interface Event {
    long time();

    int tid();
  }

  public record Cloned(
      long time, int callerTid, boolean callerAssumed, int tid, int tgid, long flags, RawText comm) implements Event {

    /** As a source tells it that knows neither flags nor name. */
    public Cloned(long time, int callerTid, boolean callerAssumed, int tid, int tgid) {
      this(time, callerTid, callerAssumed, tid, tgid, UNKNOWN_FLAGS, RawText.UNKNOWN);
    }
  }

  public record Execed(long time, int tid, int oldTid, RawText name, RawText filename) implements Event {}

  public record Renamed(long time, int tid, RawText name) implements Event {}

  public record Exited(long time, int tid, int tgid, int waitStatus, int parentTgid) implements Event {}

  public record UidChanged(long time, int tid, int ruid, int euid) implements Event {}

  public record GidChanged(long time, int tid, int rgid, int egid) implements Event {}

  public record SessionStarted(long time, int tid) implements Event {}

  public record Traced(long time, int tid, int tracerTid) implements Event {}

  public record CoreDumped(long time, int tid) implements Event {}

  /** {@code tid} is whom it is for. */
  public record Signalled(
      long time, int senderTid, int tid, int signal, int code, boolean toGroup, boolean inInterrupt)
      implements Event {}

  public record OomVictim(long time, int tid) implements Event {}

  /** {@code tid} is none's. */
  public record Lost(long time, long to, long count, Gap.Cause cause) implements Event {
    @Override
    public int tid() {
      return UNKNOWN_TID;
    }
  }

  private final List<Event> events = new ArrayList<>();

  public List<Event> all() {
    return events;
  }

  /** The events of one task. */
  public List<Event> of(int tid) {
    return events.stream().filter(event -> event.tid() == tid).toList();
  }

  /** Those of one kind. */
  public <T extends Event> List<T> of(Class<T> kind) {
    return stream(kind).toList();
  }

  /** Those of one kind and one task. */
  public <T extends Event> List<T> of(Class<T> kind, int tid) {
    return stream(kind).filter(event -> event.tid() == tid).toList();
  }

  private <T extends Event> Stream<T> stream(Class<T> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast);
  }

  @Override
  public void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {
    events.add(new Cloned(time, callerTid, callerAssumed, childTid, childTgid, flags, comm));
  }

  @Override
  public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {
    events.add(new Execed(time, tid, oldTid, name, filename));
  }

  @Override
  public void renamed(long time, int tid, RawText name) {
    events.add(new Renamed(time, tid, name));
  }

  @Override
  public void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {
    events.add(new Exited(time, tid, tgid, waitStatus, parentTgid));
  }

  @Override
  public void uidChanged(long time, int tid, int ruid, int euid) {
    events.add(new UidChanged(time, tid, ruid, euid));
  }

  @Override
  public void gidChanged(long time, int tid, int rgid, int egid) {
    events.add(new GidChanged(time, tid, rgid, egid));
  }

  @Override
  public void sessionStarted(long time, int tid) {
    events.add(new SessionStarted(time, tid));
  }

  @Override
  public void traced(long time, int tid, int tracerTid) {
    events.add(new Traced(time, tid, tracerTid));
  }

  @Override
  public void coreDumped(long time, int tid) {
    events.add(new CoreDumped(time, tid));
  }

  @Override
  public void signalled(
      long time, int senderTid, int targetTid, int signal, int code, boolean toGroup, boolean inInterrupt) {
    events.add(new Signalled(time, senderTid, targetTid, signal, code, toGroup, inInterrupt));
  }

  @Override
  public void oomVictim(long time, int tid) {
    events.add(new OomVictim(time, tid));
  }

  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    events.add(new Lost(from, to, count, cause));
  }
}
