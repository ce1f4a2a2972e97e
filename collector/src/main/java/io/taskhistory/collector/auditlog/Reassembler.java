package io.taskhistory.collector.auditlog;

import io.taskhistory.collector.masking.Mask;
import io.taskhistory.history.RawText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts records together that belong to one event: they have its time and serial, and those of several events can be
 * mixed, late, out of order, or missing.
 *
 * <p>An event is passed on as soon as nothing of it is missing: the kernel ends it with PROCTITLE (since 3.14) and EOE,
 * which a log need not have. Else when another is so much later that nothing more will come, when too many are open, or
 * when there is no more. So events come in the order in which they ended, more or less, and that need not be the order
 * of their serials.
 *
 * <p>No secret that is in the arguments of an exec is in what is passed on.
 */
public final class Reassembler {

  /** How much later another event has to be, as in audit userspace's auparse.c. */
  private static final long LATE = 2_000_000_000L;

  private static final int MOST_OPEN = 256;
  /** How many of those that were passed on are remembered, so that what is late makes no event of its own. */
  private static final int REMEMBERED = 64;
  /** So many records in a row say that the clock was set back; fewer are of syscalls that took long. */
  private static final int SET_BACK = 64;

  private final Mask mask;
  private final Consumer<? super AuditEvent> done;
  private final Deque<Open> open = new ArrayDeque<>();
  private final Deque<Open> past = new ArrayDeque<>();
  /** The latest stamp, and how many records in a row were much behind it. */
  private long latest = Long.MIN_VALUE;
  private int behind;
  private long late;
  private long unfinished;

  /** Passes events on to {@code done}. */
  public Reassembler(Mask mask, Consumer<? super AuditEvent> done) {
    this.mask = mask;
    this.done = done;
  }

  private static final class Open {

    final byte[] node;
    final long stamp;
    final long serial;
    final int type;
    int pid;
    @Nullable SyscallFacts call;
    @Nullable ExecArguments arguments;
    RawText cwd = RawText.UNKNOWN;
    boolean hasCwd;
    RawText path = RawText.UNKNOWN;
    long items = -1;
    int paths;
    boolean isOver;
    /** The latest stamp of all when it came. */
    long cameAt;

    Open(AuditRecord record, long latest) {
      cameAt = latest;
      node = Arrays.copyOfRange(record.bytes(), record.from(), record.nodeTo());
      stamp = record.stamp();
      serial = record.serial();
      type = record.type();
      pid = record.pid(Field.PID);
    }

    boolean is(AuditRecord record) {
      return record.isOfEvent(stamp, serial, node, 0, node.length);
    }

    void add(AuditRecord record) {
      switch (record.type()) {
        case RecordTypes.SYSCALL -> {
          call = SyscallFacts.of(record);
          pid = call.pid();
          items = record.decimal(Field.ITEMS);
        }
        case RecordTypes.EXECVE -> {
          if (arguments == null) {
            arguments = new ExecArguments();
          }
          arguments.add(record);
        }
        case RecordTypes.CWD -> {
          cwd = record.text(Field.CWD);
          hasCwd = true;
        }
        case RecordTypes.PATH -> addPath(record);
        case RecordTypes.PROCTITLE, RecordTypes.EOE -> isOver = true;
        default -> isOver |= RecordTypes.isAlone(record.type());
      }
    }

    private void addPath(AuditRecord record) {
      paths++;
      if (record.decimal(Field.ITEM) == 0) {
        path = record.text(Field.NAME);
      }
    }

    /** Whether all that its SYSCALL record announces is there. */
    boolean isWhole() {
      return call == null ? RecordTypes.isAlone(type)
          : paths >= items && (items <= 0 || hasCwd)
              && (!call.call().isExec() || !call.success() || arguments != null && arguments.isWhole());
    }

    AuditEvent event(Mask mask) {
      ExecArguments.@Nullable Arguments argv = arguments == null ? null : arguments.arguments();
      int prefix = node.length == 0 ? 0 : "node=".length();
      return new AuditEvent(RawText.of(node, prefix, node.length - prefix), stamp, serial, type, call, pid,
          argv == null ? null : mask.of(argv.list()), argv != null && argv.isCut(), cwd, path, isWhole());
    }
  }

  /** Takes in one record. */
  public void add(AuditRecord record) {
    passed(record.stamp());
    Open event = find(open, record);
    if (event == null) {
      if (record.type() == RecordTypes.EOE) {
        return;
      }
      if (find(past, record) != null) {
        late++;
        return;
      }
      if (open.size() == MOST_OPEN) {
        finish(open.remove());
      }
      event = new Open(record, latest);
      open.add(event);
    }
    event.add(record);
    if (event.isOver && event.isWhole()) {
      open.remove(event);
      finish(event);
    }
  }

  private static @Nullable Open find(Deque<Open> events, AuditRecord record) {
    for (Iterator<Open> i = events.descendingIterator(); i.hasNext();) {
      Open event = i.next();
      if (event.is(record)) {
        return event;
      }
    }
    return null;
  }

  /** It is that late, by the wall clock: nothing more will come of what came much earlier. */
  public void passed(long stamp) {
    if (stamp >= latest) {
      latest = stamp;
      behind = 0;
    } else if (latest - stamp > LATE && ++behind > SET_BACK) {
      latest = stamp;
      behind = 0;
      open.forEach(event -> event.cameAt = stamp);
    }
    while (!open.isEmpty() && latest - open.element().cameAt > LATE) {
      finish(open.remove());
    }
  }

  /** There is no more. */
  public void end() {
    List<Open> rest = new ArrayList<>(open);
    open.clear();
    rest.forEach(this::finish);
  }

  private void finish(Open event) {
    if (!event.isWhole()) {
      unfinished++;
    }
    past.add(event);
    if (past.size() > REMEMBERED) {
      past.remove();
    }
    AuditEvent whole = event.event(mask);
    event.arguments = null;
    done.accept(whole);
  }

  /** How many records came after their event had been passed on. */
  public long late() {
    return late;
  }

  /** How many events were passed on although something of them was missing. */
  public long unfinished() {
    return unfinished;
  }
}
