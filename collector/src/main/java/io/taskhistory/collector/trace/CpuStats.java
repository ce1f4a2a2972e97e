package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.CString;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.source.SourceException;

/**
 * A processor's {@code stats} file (Documentation/trace/ftrace.rst): what the kernel counts of its ring.
 *
 * <pre>
 *   entries: 129              those that are there
 *   overrun: 0                overwritten before they were read
 *   commit overrun: 0         not recorded, because the ring was full of what interrupted one another
 *   bytes: 5700
 *   oldest event ts:  5330.863212
 *   now ts:  5331.037132
 *   dropped events: 0         not recorded, because nothing is to be overwritten
 *   read events: 40
 * </pre>
 */
final class CpuStats implements AutoCloseable {

  private final NativeFiles files;
  private final String path;
  private final int fd;
  private long overrun;
  private long refused;
  private long read;
  private long entries;
  private long oldest;

  CpuStats(NativeFiles files, String path) {
    this.files = files;
    this.path = path;
    this.fd = files.open(CString.of(path));
    if (fd < 0) {
      throw new SourceException("cannot open " + path + ": " + LinuxException.name(-fd));
    }
  }

  /** Asks the kernel; false where the processor has no ring yet. */
  boolean refresh() {
    int length = files.read(fd, 0);
    if (length < 0) {
      throw new SourceException("cannot read " + path + ": " + LinuxException.name(-length));
    }
    overrun = 0;
    refused = 0;
    read = 0;
    entries = 0;
    oldest = 0;
    int start = 0;
    for (int at = 0; at < length; at++) {
      if (files.buffer().get(at) == '\n') {
        line(start, at);
        start = at + 1;
      }
    }
    return length > 0;
  }

  private void line(int start, int end) {
    if (startsWith("overrun: ", start, end)) {
      overrun = number(start, end);
    } else if (startsWith("commit overrun: ", start, end) || startsWith("dropped events: ", start, end)) {
      refused += number(start, end);
    } else if (startsWith("read events: ", start, end)) {
      read = number(start, end);
    } else if (startsWith("entries: ", start, end)) {
      entries = number(start, end);
    } else if (startsWith("oldest event ts: ", start, end)) {
      oldest = microseconds(start, end);
    }
  }

  private boolean startsWith(String word, int start, int end) {
    if (end - start < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (files.buffer().get(start + i) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The one at the line's end. */
  private long number(int start, int end) {
    long number = 0;
    for (int at = start; at < end; at++) {
      int digit = files.buffer().get(at) - '0';
      number = digit >= 0 && digit <= 9 ? number * 10 + digit : 0;
    }
    return number;
  }

  /** Seconds with six digits behind the point, at the line's end. */
  private long microseconds(int start, int end) {
    long number = 0;
    for (int at = start; at < end; at++) {
      byte b = files.buffer().get(at);
      number = b >= '0' && b <= '9' ? number * 10 + b - '0' : b == '.' ? number : 0;
    }
    return number;
  }

  /** Events that are in the ring. */
  long entries() {
    return entries;
  }

  /**
   * When the ring's oldest page behind the one that is read begins, or up to a microsecond later, of an instance whose
   * clock counts nanoseconds. Nothing that was overwritten is later.
   */
  long oldest() {
    return (oldest + 1) * 1000;
  }

  /** Events that were overwritten. */
  long overrun() {
    return overrun;
  }

  /** Events that were not recorded at all. */
  long refused() {
    return refused;
  }

  /** Events that were read, by whomever. */
  long read() {
    return read;
  }

  @Override
  public void close() {
    NativeFiles.close(fd);
  }
}
