package io.taskhistory.collector.trace;

import io.taskhistory.collector.source.RecordedEvents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Makes pages as the kernel does, on a little-endian machine, and formats as its files have them. */
final class Pages {

  static final int SIZE = 4096;
  static final String HEADER = """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;
      """;
  static final PageLayout LAYOUT = PageLayout.parse(HEADER);

  private static final String COMMON = """
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
      \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      """;

  final ByteBuffer memory = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
  private int at = LAYOUT.data();

  Pages(long timestamp) {
    memory.putLong(0, timestamp);
    commit(0);
  }

  private void commit(int flags) {
    memory.putLong(8, Integer.toUnsignedLong(at - LAYOUT.data() | flags));
  }

  private Pages words(int... words) {
    for (int word : words) {
      memory.putInt(at, word);
      at += Integer.BYTES;
    }
    commit(0);
    return this;
  }

  Pages event(int delta, byte... data) {
    int length = data.length + 3 & ~3;
    if (length > 0 && length <= 28 * 4) {
      words(delta << 5 | length / 4);
    } else {
      words(delta << 5, length + 4);
    }
    memory.put(at, data);
    at += length;
    commit(0);
    return this;
  }

  Pages extend(long delta) {
    return words((int) (delta & (1 << 27) - 1) << 5 | 30, (int) (delta >>> 27));
  }

  Pages stamp(long time) {
    return words((int) (time & (1 << 27) - 1) << 5 | 31, (int) (time >>> 27));
  }

  Pages discarded(int delta, int bytes) {
    words(delta << 5 | 29, bytes + 4);
    at += bytes;
    commit(0);
    return this;
  }

  Pages rest() {
    words(29);
    at = SIZE;
    commit(0);
    return this;
  }

  Pages missed(long stored) {
    if (stored > 0) {
      memory.putLong(at, stored);
    }
    commit(1 << 31 | (stored > 0 ? 1 << 30 : 0));
    return this;
  }

  /** Bytes of an event, its common fields first. */
  static ByteBuffer data(int length, int type, int pid) {
    return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder()).putShort(0, (short) type).putInt(4, pid);
  }

  /** The formats of Linux 4.14, which differ from later ones in sizes and places. */
  static Map<Tracepoint, EventFormat> oldFormats() {
    Map<Tracepoint, EventFormat> formats = new EnumMap<>(Tracepoint.class);
    add(formats, Tracepoint.NEWTASK, 101, "pid_t pid;\toffset:8;\tsize:4;\tsigned:1",
        "char comm[16];\toffset:12;\tsize:16;\tsigned:1", "unsigned long clone_flags;\toffset:32;\tsize:8;\tsigned:0",
        "short oom_score_adj;\toffset:40;\tsize:2;\tsigned:1");
    add(formats, Tracepoint.RENAME, 102, "pid_t pid;\toffset:8;\tsize:4;\tsigned:1",
        "char oldcomm[16];\toffset:12;\tsize:16;\tsigned:1", "char newcomm[16];\toffset:28;\tsize:16;\tsigned:1");
    add(formats, Tracepoint.FORK, 103, "char parent_comm[16];\toffset:8;\tsize:16;\tsigned:1",
        "pid_t parent_pid;\toffset:24;\tsize:4;\tsigned:1", "char child_comm[16];\toffset:28;\tsize:16;\tsigned:1",
        "pid_t child_pid;\toffset:44;\tsize:4;\tsigned:1");
    add(formats, Tracepoint.EXEC, 104, "__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:1",
        "pid_t pid;\toffset:12;\tsize:4;\tsigned:1", "pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1");
    add(formats, Tracepoint.EXIT, 105, "char comm[16];\toffset:8;\tsize:16;\tsigned:1",
        "pid_t pid;\toffset:24;\tsize:4;\tsigned:1", "int prio;\toffset:28;\tsize:4;\tsigned:1");
    add(formats, Tracepoint.SIGNAL, 106, "int sig;\toffset:8;\tsize:4;\tsigned:1",
        "int errno;\toffset:12;\tsize:4;\tsigned:1", "int code;\toffset:16;\tsize:4;\tsigned:1",
        "char comm[16];\toffset:20;\tsize:16;\tsigned:1", "pid_t pid;\toffset:36;\tsize:4;\tsigned:1",
        "int group;\toffset:40;\tsize:4;\tsigned:1", "int result;\toffset:44;\tsize:4;\tsigned:1");
    return formats;
  }

  static void add(Map<Tracepoint, EventFormat> formats, Tracepoint tracepoint, int id, String... fields) {
    StringBuilder text = new StringBuilder("name: " + tracepoint.event + "\nID: " + id + "\n" + COMMON);
    Arrays.stream(fields).forEach(field -> text.append("\tfield:").append(field).append(";\n"));
    formats.put(tracepoint, EventFormat.parse(tracepoint.event, text.append("\nprint fmt: \"…\"\n").toString()));
  }

  /** Goes over the page: what it says, and whether it makes sense. */
  boolean decode(TraceDecoder decoder, RecordedEvents events) {
    TracePage page = new TracePage(LAYOUT, memory);
    page.wrap(0);
    boolean sound = true;
    while (page.next()) {
      sound &= decoder.passOn(memory, page.data(), page.length(), page.time(), events);
    }
    return sound && !page.isMalformed();
  }
}
