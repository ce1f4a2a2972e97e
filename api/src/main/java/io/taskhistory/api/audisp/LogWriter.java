package io.taskhistory.api.audisp;

import io.taskhistory.api.audisp.Marks.Missing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Puts records into the {@link EnrichedLog}; what cannot be written is given up, and said there once it can. */
final class LogWriter {

  private static final int MIB = 1 << 20;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Marks marks;
  private final Consumer<String> complaints;
  private EnrichedLog log;
  private Settings settings;
  private Lines unwritten = new Lines();
  private boolean complained;

  LogWriter(EnrichedLog log, Settings settings, Marks marks, Consumer<String> complaints) {
    this.log = log;
    this.settings = settings;
    this.marks = marks;
    this.complaints = complaints;
    sayIfCutOff();
  }

  private void sayIfCutOff() {
    if (log.isCutOff()) {
      mark(marks.missing(Missing.PLUGIN_KILLED, new Lines()));
    }
  }

  /**
   * Writes {@code records}.
   *
   * @param raw those among them that auditd gave
   */
  void write(ByteBuffer records, byte[] raw) {
    try {
      log.append(
          unwritten.isEmpty() ? NOTHING : ByteBuffer.wrap(marks.missing(Missing.LOG_WRITE, unwritten)), records);
      unwritten = new Lines();
      complained = false;
    } catch (IOException e) {
      unwritten.addAll(raw, 0, raw.length);
      complain("cannot write " + log.path() + ", records are lost: " + e);
    }
  }

  void mark(byte[] mark) {
    write(ByteBuffer.wrap(mark), new byte[0]);
  }

  /** Whether the file should give way to a new one. */
  boolean isFull() {
    return settings.numLogs() >= 2 && log.size() >= (long) settings.maxLogFile() * MIB;
  }

  /** Whether that went well. */
  boolean rotate() {
    try {
      log.rotate(settings.numLogs());
      return true;
    } catch (IOException e) {
      complain("cannot rotate " + log.path() + ": " + e);
      return false;
    }
  }

  /** Opens the file again, or the one that is meant now. */
  void reopen(Settings next) {
    try {
      if (next.log().equals(settings.log())) {
        log.reopen();
      } else {
        EnrichedLog other = EnrichedLog.tryOpen(next.log());
        if (other == null) {
          throw new IOException("another process writes " + next.log());
        }
        log.close();
        log = other;
        sayIfCutOff();
      }
      settings = next;
    } catch (IOException e) {
      complain("cannot open the log again, and goes on with " + log.path() + ": " + e);
    }
  }

  void close() {
    try {
      log.close();
    } catch (IOException e) {
      complain("cannot close " + log.path() + ": " + e);
    }
  }

  private void complain(String text) {
    if (!complained) {
      complained = true;
      complaints.accept(text);
    }
  }
}
