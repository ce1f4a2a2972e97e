package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Entry;
import io.taskhistory.store.LiveTasks;

/** What the writer goes on with after opening. */
record Restored(LiveTasks live, Entry root) {}
