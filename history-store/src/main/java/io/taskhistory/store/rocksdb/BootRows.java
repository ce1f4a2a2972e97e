package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Gap;
import java.util.ArrayList;
import java.util.List;

/** What is kept of one boot beside its tasks and entries. The writer changes it, any thread reads. */
final class BootRows {

  final Boot boot;
  private volatile List<Gap> gaps;
  private volatile long watermark;
  private long latest;
  private long written;
  private byte[] position;
  private volatile long events;

  BootRows(Boot boot, List<Gap> gaps, MetaRows.WatermarkRow mark, byte[] position) {
    this.boot = boot;
    this.gaps = List.copyOf(gaps);
    this.watermark = mark.watermark();
    this.latest = mark.latest();
    this.written = mark.written();
    this.position = position;
    this.events = mark.events();
  }

  /** With nothing but itself. */
  BootRows(Boot boot) {
    this(boot, List.of(), MetaRows.WatermarkRow.NONE, new byte[0]);
  }

  /** By id, which counts from 1. */
  List<Gap> gaps() {
    return gaps;
  }

  /** The gaps with these ids, as far as they are kept. */
  List<Gap> gaps(int[] ids) {
    List<Gap> all = gaps;
    List<Gap> found = new ArrayList<>(ids.length);
    for (int id : ids) {
      if (id >= 1 && id <= all.size()) {
        found.add(all.get(id - 1));
      }
    }
    return found;
  }

  /** Of the last commit; -1 before the first. */
  long watermark() {
    return watermark;
  }

  /** For the writer: the latest time that anything kept carries. */
  long latest() {
    return latest;
  }

  /** For the writer: how many bytes were put into the boot's current period, before compression. */
  long written() {
    return written;
  }

  /** For the writer: where the source stood at the last commit. */
  byte[] position() {
    return position.clone();
  }

  /** The number of the event log's next row: what stands before it may be read. */
  long events() {
    return events;
  }

  /** Before anybody reads: where the event log goes on. */
  void goOnWith(long row) {
    events = row;
  }

  /** For the writer: a commit has been written. */
  void committed(List<Gap> more, MetaRows.WatermarkRow mark, byte[] position) {
    if (!more.isEmpty()) {
      List<Gap> all = new ArrayList<>(gaps);
      all.addAll(more);
      gaps = List.copyOf(all);
    }
    this.latest = mark.latest();
    this.written = mark.written();
    this.position = position;
    this.watermark = mark.watermark();
    this.events = mark.events();
  }
}
