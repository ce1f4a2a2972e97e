package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Entry;

/**
 * Names an entry among those of all boots.
 *
 * @param pid {@link Keys#ROOT_PID} for the root
 */
record EntryRef(int boot, long time, int pid) {

  static EntryRef of(int boot, Entry entry) {
    return new EntryRef(boot, entry.time(), pidOf(entry));
  }

  /** The pid that the entry goes by in keys. */
  static int pidOf(Entry entry) {
    return entry.isRoot() ? Keys.ROOT_PID : entry.pid();
  }

  boolean isRoot() {
    return pid == Keys.ROOT_PID;
  }
}
