package io.taskhistory.collector.trace;

import io.taskhistory.collector.trace.EventFormat.Field;

/**
 * Where the parts of a page lie, as {@code events/header_page} says. Pages are sub-buffers of the kernel's ring, read
 * from {@code trace_pipe_raw}; {@code data} tells how long they are.
 *
 * <pre>
 *           field: u64 timestamp;   offset:0;       size:8; signed:0;
 *           field: local_t commit;  offset:8;       size:8; signed:1;
 *           field: int overwrite;   offset:8;       size:1; signed:1;
 *           field: char data;       offset:16;      size:4080;      signed:0;
 * </pre>
 *
 * @param timestamp what the first event's time counts from
 * @param commit how many bytes of data, and flags
 * @param data where they start
 * @param size of the whole page
 */
record PageLayout(int timestamp, Field commit, int data, int size) {

  /** Sub-buffers of 64 pages of 64 KiB are more than any kernel makes. */
  private static final int MOST = 4 << 20;

  PageLayout {
    if (timestamp < 0 || data < commit.end() || data < timestamp + Long.BYTES || size <= data || size > MOST) {
      throw new IllegalArgumentException("the header_page file describes no page");
    }
  }

  static PageLayout parse(String text) {
    // It is a format file but for its heading.
    EventFormat format = EventFormat.parse("header_page", "ID: 0\n" + text);
    Field data = format.text("data");
    return new PageLayout(
        format.number("timestamp").offset(), format.number("commit"), data.offset(), data.offset() + data.size());
  }
}
