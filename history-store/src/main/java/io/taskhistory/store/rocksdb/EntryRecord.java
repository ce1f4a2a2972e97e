package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.store.StoreException;
import java.util.Arrays;

/**
 * The value of an entry.
 *
 * <pre>
 *   0         1       2
 *   | version | flags | parent's time | parent's pid | name …          of the root: | version | flags | name …
 *
 *   parent's time   zigzag, how much earlier than this entry's, which the key has
 *   parent's pid    zigzag, how much smaller than this entry's; as in the key, 0 is the root
 *   name            the rest; empty and without meaning where it is unknown
 *
 *   flags   bits 0–1 the provenance, 2 is the root, 3 has a value in details, 4 the parent is the root, 5 a name was
 *           taken back
 * </pre>
 *
 * @param parentTime of a root without meaning
 * @param detailed whether details are kept too
 */
record EntryRecord(
    long time, int pid, Provenance provenance, boolean isRoot, boolean detailed, long parentTime, int parentPid,
    RawText name, boolean unlearned) {

  static final int VERSION = 1;

  private static final Provenance[] PROVENANCES = Provenance.values();
  private static final int PROVENANCE = 3;
  private static final int ROOT = 1 << 2;
  private static final int DETAILED = 1 << 3;
  private static final int PARENT_IS_ROOT = 1 << 4;
  private static final int UNLEARNED = 1 << 5;

  static void encode(Entry entry, Bytes out) {
    Provenance provenance = entry.provenance();
    Entry parent = entry.parent();
    int flags = provenance.ordinal();
    if (entry.details() != Details.UNKNOWN) {
      flags |= DETAILED;
    }
    if (entry.isUnlearned()) {
      flags |= UNLEARNED;
    }
    if (parent == null) {
      flags |= ROOT;
    } else if (parent.isRoot()) {
      flags |= PARENT_IS_ROOT;
    }
    out.clear().u8(VERSION).u8(flags);
    if (parent != null && !parent.isRoot()) {
      out.zigzag(entry.time() - parent.time()).zigzag(entry.pid() - parent.pid());
    }
    if (provenance != Provenance.UNKNOWN) {
      out.text(entry.name());
    }
  }

  /** The same value with the name unknown, {@code decoded} being what it says. */
  static byte[] unnamed(byte[] value, EntryRecord decoded) {
    byte[] unnamed = Arrays.copyOf(value, value.length - decoded.name.length());
    unnamed[1] |= (byte) Provenance.UNKNOWN.ordinal();
    return unnamed;
  }

  /** The same value without details. */
  static byte[] undetailed(byte[] value) {
    byte[] undetailed = value.clone();
    undetailed[1] &= (byte) ~DETAILED;
    return undetailed;
  }

  static EntryRecord decode(long time, int pid, byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "entry");
    int flags = in.u8();
    Provenance provenance = PROVENANCES[flags & PROVENANCE];
    boolean isRoot = (flags & ROOT) != 0;
    long parentTime = 0;
    int parentPid = Keys.ROOT_PID;
    if (!isRoot && (flags & PARENT_IS_ROOT) == 0) {
      parentTime = time - in.zigzag();
      parentPid = (int) (pid - in.zigzag());
      if (parentPid < 1 || parentTime < 0) {
        throw new StoreException("Damaged entry " + pid + "@" + time + ": its parent cannot be " + parentPid);
      }
    }
    RawText name = provenance == Provenance.UNKNOWN ? RawText.UNKNOWN : in.rest();
    return new EntryRecord(
        time, pid, provenance, isRoot, (flags & DETAILED) != 0, parentTime, parentPid, name,
        (flags & UNLEARNED) != 0);
  }
}
