package io.taskhistory.store.rocksdb;

import org.jspecify.annotations.Nullable;

/** The execs of one period that may be meant, by time and then pid, each once. */
interface ExecWalk {

  /** To the first and then to the next; false where there is none. */
  boolean next();

  long time();

  int pid();

  /** The entry's value; null where it is not there. */
  byte @Nullable [] value();

  /** All there are. */
  static ExecWalk all(Scan entries, int period, byte[] start, long end) {
    return new ExecWalk() {
      private boolean hasBegun;
      private byte[] key = start;

      @Override
      public boolean next() {
        boolean is = hasBegun ? entries.next() : entries.from(start);
        hasBegun = true;
        if (!is) {
          return false;
        }
        key = entries.key();
        return Keys.period(key) == period && time() < end;
      }

      @Override
      public long time() {
        return Keys.entryTime(key);
      }

      @Override
      public int pid() {
        return Keys.entryPid(key);
      }

      @Override
      public byte[] value() {
        return entries.value();
      }
    };
  }
}
