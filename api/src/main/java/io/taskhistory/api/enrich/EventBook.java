package io.taskhistory.api.enrich;

import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.collector.auditlog.Field;
import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.auditlog.Syscalls;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an eye on the records that pass: which event they are of, whom they are about, and where the event ends, for
 * there the histories are added.
 *
 * <ul>
 *   <li>After PROCTITLE, with which kernels since 3.14 end an event, and so before EOE. The line after it is seen
 *       first: should it be such a record already, none is added.
 *   <li>Else after the last record of the event, once it is over: because EOE came; because a record of the same
 *       machine is two seconds later, as for ausearch; because {@link LogPassage#HELD} bytes have passed or too many
 *       other events have begun since; at the end; or, in a log that knows no PROCTITLE, when nothing more comes for now
 *       and no PATH is missing. If other lines have been written since, before the present line.
 * </ul>
 *
 * <p>Who asks for {@code all} gets histories for the events without SYSCALL too: records of programs and of the daemon,
 * each an event of its own, and what the kernel says by itself.
 */
final class EventBook implements LogPassage.Watcher {

  private static final long LATE = 2_000_000_000L;

  private final LogPassage passage;
  private final Resolver resolver;
  private final HistoryLine texts;
  private final Tally tally;
  private final boolean all;
  private final AuditRecord record = new AuditRecord();
  private final EventTable events = new EventTable();
  private final Question question = new Question();
  /** The event that is complete unless the next line is a history of it. */
  private @Nullable OpenEvent due;
  private boolean hasProctitles;

  EventBook(LogPassage passage, Resolver resolver, HistoryLine texts, Tally tally, boolean all) {
    this.passage = passage;
    this.resolver = resolver;
    this.texts = texts;
    this.tally = tally;
    this.all = all;
  }

  @Override
  public void line(boolean isWhole) {
    tally.lines++;
    if (!record.parse(passage.buffer(), passage.lineFrom(), passage.lineTo())) {
      settleDue();
      if (passage.lineTo() > passage.lineFrom()) {
        tally.unparsable++;
      }
      return;
    }
    @Nullable OpenEvent event = events.find(record);
    if (due != event || record.type() != RecordTypes.TASK_HISTORY) {
      settleDue();
    }
    due = null;
    settleLate();
    if (RecordTypes.isAlone(record.type())) {
      alone(event, isWhole);
    } else {
      part(event, isWhole);
    }
  }

  @Override
  public void longLine() {
    tally.lines++;
    tally.unparsable++;
    settleAll();
  }

  @Override
  public void heldUntil(long place) {
    events.forEachOpen(event -> {
      if (event.end < place) {
        settle(event);
      }
    });
  }

  @Override
  public void pause(boolean isWithinLine) {
    if (!isWithinLine) {
      settleDue();
    }
    if (!hasProctitles) {
      events.forEachOpen(event -> {
        if (event.isWhole()) {
          settle(event);
        }
      });
    }
  }

  @Override
  public void more() {
    resolver.moreCame();
    texts.moreCame();
  }

  void settleAll() {
    due = null;
    events.forEachOpen(this::settle);
  }

  private void settleDue() {
    if (due != null) {
      settle(due);
      due = null;
    }
  }

  private void settleLate() {
    for (OpenEvent oldest = events.oldest(); oldest != null; oldest = events.oldest()) {
      boolean isLate = record.stamp() - oldest.stamp >= LATE && oldest.isOfNode(record);
      if (!isLate && passage.linePlace() - oldest.end < LogPassage.HELD && !events.isFull()) {
        return;
      }
      settle(oldest);
    }
  }

  private void alone(@Nullable OpenEvent known, boolean isWhole) {
    if (known != null && !known.isAlone) {
      ends(known, isWhole); // the kernel says some of these about a syscall
      return;
    }
    tally.events++;
    if (all) {
      OpenEvent event = events.begin(record);
      event.isAlone = true;
      ask(event, false);
      ends(event, isWhole);
      due = event;
    }
  }

  private void part(@Nullable OpenEvent known, boolean isWhole) {
    boolean isMain = record.type() == RecordTypes.SYSCALL || record.type() == RecordTypes.URINGOP;
    OpenEvent event = known;
    if (event == null || event.isAlone && record.type() != RecordTypes.TASK_HISTORY) {
      if (record.type() == RecordTypes.EOE) {
        return;
      }
      event = events.begin(record);
      tally.events += record.type() == RecordTypes.TASK_HISTORY ? 0 : 1;
    }
    switch (record.type()) {
      case RecordTypes.TASK_HISTORY -> event.hasHistory = true;
      case RecordTypes.EOE -> {
        hasProctitles = true;
        settle(event);
        return;
      }
      case RecordTypes.PROCTITLE -> {
        hasProctitles = true;
        event.isFinal = true;
      }
      case RecordTypes.PATH -> event.paths++;
      case RecordTypes.OBJ_PID -> askOther(event, isWhole);
      default -> {
        if (isMain && !event.hasMain && !event.isSettled || all && !event.isAsked) {
          ask(event, isMain);
        }
      }
    }
    ends(event, isWhole);
    if (event.isFinal && event.isAsked && !event.isSettled) {
      due = event;
    }
  }

  private void ends(OpenEvent event, boolean isWhole) {
    // Nothing can follow a line without an end.
    event.end = isWhole ? passage.lineEnd() : passage.linePlace();
    event.hasReturns = isWhole && passage.hasReturn();
  }

  private void ask(OpenEvent event, boolean isMain) {
    int pid = pid(Field.PID);
    if (pid <= 0) {
      return;
    }
    boolean isProgram = RecordTypes.isAlone(record.type());
    question.pid = pid;
    // What a program says of itself proves nothing.
    question.ppid = isProgram ? Question.NO_PID : ppid();
    question.comm = isProgram ? RawText.UNKNOWN : record.text(Field.COMM);
    question.isExec = isMain && record.isSuccess()
        && Syscalls.call(record.hex(Field.ARCH, 0), record.decimal(Field.SYSCALL)).isExec();
    question.isOwn = isMain;
    event.isAsked = true;
    event.hasMain |= isMain;
    event.items = Math.max(0, record.decimal(Field.ITEMS));
    answer(event.own);
  }

  private void askOther(OpenEvent event, boolean isWhole) {
    int pid = pid(Field.OPID);
    OpenEvent.Answer answer = pid <= 0 ? null : event.another();
    if (answer == null) {
      return;
    }
    question.pid = pid;
    question.ppid = Question.NO_PID;
    question.comm = record.text(Field.OCOMM);
    question.isExec = false;
    question.isOwn = false;
    answer.opid = pid;
    answer(answer);
    if (event.isSettled && !event.hasHistory) {
      event.others--;
      ends(event, isWhole);
      add(event, answer, event.end);
    }
  }

  private void answer(OpenEvent.Answer answer) {
    question.stamp = record.stamp();
    question.serial = record.serial();
    answer.outcome = resolver.resolve(question);
    answer.boot = resolver.boot();
    answer.entry = resolver.entry();
  }

  /** A pid with which a record ends may have been cut off. */
  private int pid(Field field) {
    int i = record.find(field);
    return i >= 0 && record.valueTo(i) < record.to() ? record.pid(field) : -1;
  }

  /** 0 is no process: the parent is in no namespace of the kernel's own. */
  private int ppid() {
    int ppid = record.pid(Field.PPID);
    return ppid > 0 ? ppid : Question.NO_PID;
  }

  private void settle(OpenEvent event) {
    if (event.isSettled) {
      return;
    }
    event.isSettled = true;
    if (event.hasHistory || !event.isAsked) {
      return;
    }
    event.own.opid = 0;
    add(event, event.own, event.end);
    for (int i = 0; i < event.others; i++) {
      add(event, event.other(i), event.end);
    }
    event.others = 0;
  }

  private void add(OpenEvent event, OpenEvent.Answer answer, long place) {
    tally.count(answer.outcome);
    if (answer.outcome == Resolver.Outcome.FOUND) {
      int length = texts.write(event, answer);
      passage.add(place, texts.bytes(), length);
    }
  }
}
