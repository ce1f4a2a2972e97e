package io.taskhistory.api.service;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tasks are to be followed by.
 *
 * @param traceInstance the name of the kernel's trace instance that is ours
 * @param traceBuffer how many bytes of it the kernel keeps for each processor; {@link #FITTING} for what fits the machine
 * @param receiveBuffer how many bytes the kernel keeps of what the proc connector says
 * @param audit what audit is used for, as the only source or beside another
 */
public record Sources(Choice choice, String traceInstance, long traceBuffer, int receiveBuffer, AuditUse audit) {

  /** Which of them. */
  public enum Choice {
    /** The best that there is here. */
    AUTO,
    /** The kernel's trace buffer alone. */
    TRACE,
    /** The proc connector alone. */
    PROC,
    /** Audit alone. */
    AUDIT
  }

  public static final String DEFAULT_TRACE_INSTANCE = "taskhistory";

  /** The size of a buffer that the machine's own size decides on. */
  public static final long FITTING = 0;

  /** A directory of tracefs is named by it, and files of ours. */
  private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([KMG]?)", Pattern.CASE_INSENSITIVE);

  /** Two sub-buffers, below which a ring is none (rb_allocate_cpu_buffer() in kernel/trace/ring_buffer.c). */
  private static final long LEAST_TRACE_BUFFER = 8 << 10;
  private static final long MOST_TRACE_BUFFER = 16L << 30;
  /** SO_RCVBUFFORCE takes an int, which the kernel doubles (sock_setsockopt() in net/core/sock.c). */
  private static final int MOST_RECEIVE_BUFFER = 1 << 30;
  private static final int LEAST_RECEIVE_BUFFER = 4096;

  /** Without audit. */
  public Sources(Choice choice, String traceInstance, long traceBuffer, int receiveBuffer) {
    this(choice, traceInstance, traceBuffer, receiveBuffer, AuditUse.NOT);
  }

  /** @throws IllegalArgumentException where one is none; the message is for a person, and begins with the option */
  public Sources {
    if (!INSTANCE.matcher(traceInstance).matches()) {
      throw new IllegalArgumentException("--trace-instance: write 1 to 64 letters, digits, _ and -");
    }
    if (traceBuffer != FITTING && (traceBuffer < LEAST_TRACE_BUFFER || traceBuffer > MOST_TRACE_BUFFER)) {
      throw new IllegalArgumentException("--trace-buffer has to be from 8K to 16G");
    }
    if (receiveBuffer < LEAST_RECEIVE_BUFFER || receiveBuffer > MOST_RECEIVE_BUFFER) {
      throw new IllegalArgumentException(
          "--receive-buffer has to be from " + LEAST_RECEIVE_BUFFER + " to " + MOST_RECEIVE_BUFFER);
    }
    if (choice == Choice.AUDIT && !audit.isOn()) {
      throw new IllegalArgumentException("--audit off leaves --source audit nothing to follow tasks by");
    }
  }

  /**
   * Reads a size in MiB, or in what the letter behind it says: {@code 32}, {@code 512K}, {@code 1G}.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static long traceBuffer(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches() || Long.parseLong(m.group(1)) == 0) {
      throw new IllegalArgumentException("--trace-buffer: write how many MiB, or a size such as 512K or 1G");
    }
    int shift = switch (m.group(2)) {
      case "K", "k" -> 10;
      case "G", "g" -> 30;
      default -> 20;
    };
    return Long.parseLong(m.group(1)) << shift;
  }
}
