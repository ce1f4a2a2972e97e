package io.taskhistory.store.rocksdb;

import io.taskhistory.history.RawText;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows by which execs are found by their lineage; see {@link LineageWriter} for what they mean. Numbers of fixed
 * width are big-endian.
 *
 * <pre>
 *              0        4   5      9
 *   lineages   | period | 0 |                             -> | 1 |                  the period has all that follows
 *              | period | 1 | node | name …               -> | 1 | flags | parent varint |
 *              | period | 2 |                             -> nothing                not all paths are told of
 *              | period | 2 | hash u64 | flags | name …   -> nothing                a path, of entries with that name
 *
 *   postings   | period | node | time | pid |             -> nothing
 *                       4      8      16
 *
 *   node     counts from 1; has a row for each of its names, and at 0 are entries that may have any lineage
 *   parent   the node of the entry before, which is smaller; 0 for the root's
 *   flags    bit 0 the name is unknown, and left out: it can turn out to be any
 *   hash     FNV-1a of the path's bytes, 64 bits
 * </pre>
 */
final class LineageRows {

  static final int VERSION = 1;

  /** The node of entries that nothing more is told of: they may be meant by any pattern. */
  static final int UNPLACED = 0;

  private static final int MARKER = 0;
  private static final int NODE = 1;
  private static final int PATH = 2;
  private static final int NAME_IS_UNKNOWN = 1;

  private static final int KIND_AT = 4;
  private static final int NODE_AT = 5;
  private static final int NAME_AT = 9;
  private static final int PATH_FLAGS_AT = 13;
  private static final int POSTING = 20;

  private LineageRows() {}

  /** Says that the period has a posting for each entry in it. Before there is any. */
  static void begin(Batch batch, int period) {
    batch.key.clear().u32(period).u8(MARKER);
    batch.value.clear().u8(VERSION);
    batch.put(Family.LINEAGES);
  }

  /** Takes that back. */
  static void distrust(Batch batch, int period) {
    batch.key.clear().u32(period).u8(MARKER);
    batch.delete(Family.LINEAGES);
  }

  /** That a node has a name; {@link RawText#UNKNOWN} where it may turn out to be any. */
  static void node(Batch batch, int period, int node, int parent, RawText name) {
    batch.key.clear().u32(period).u8(NODE).u32(node);
    if (name.isKnown()) {
      batch.key.text(name);
    }
    batch.value.clear().u8(VERSION).u8(name.isKnown() ? 0 : NAME_IS_UNKNOWN).varint(parent);
    batch.put(Family.LINEAGES);
  }

  /** That an entry with a name had a path. */
  static void path(Batch batch, int period, RawText path, RawText name) {
    batch.key.clear().u32(period).u8(PATH).u64(hash(path)).u8(name.isKnown() ? 0 : NAME_IS_UNKNOWN);
    if (name.isKnown()) {
      batch.key.text(name);
    }
    batch.value.clear();
    batch.put(Family.LINEAGES);
  }

  /** That there are more paths than were told of. */
  static void morePaths(Batch batch, int period) {
    batch.key.clear().u32(period).u8(PATH);
    batch.value.clear();
    batch.put(Family.LINEAGES);
  }

  static void posting(Batch batch, int period, int node, long time, int pid) {
    batch.key.clear().u32(period).u32(node).u64(time).u32(pid);
    batch.value.clear();
    batch.put(Family.POSTINGS);
  }

  static byte[] posting(int period, int node, long time, int pid) {
    return new Bytes(POSTING).u32(period).u32(node).u64(time).u32(pid).copy();
  }

  static int postingNode(byte[] key) {
    return Keys.u32(key, KIND_AT);
  }

  static long postingTime(byte[] key) {
    return Keys.u64(key, 8);
  }

  static int postingPid(byte[] key) {
    return Keys.u32(key, 16);
  }

  /** Whether the key of a posting is one of that node's. */
  static boolean isPostingOf(byte[] key, int period, int node) {
    return Keys.period(key) == period && postingNode(key) == node;
  }

  static byte[] marker(int period) {
    return new Bytes(NODE_AT).u32(period).u8(MARKER).copy();
  }

  /** Before all rows of a node, and of those after it. */
  static byte[] nodes(int period, int node) {
    return new Bytes(NAME_AT).u32(period).u8(NODE).u32(node).copy();
  }

  /** The key that stands for paths that are not told of. */
  static byte[] morePaths(int period) {
    return new Bytes(NODE_AT).u32(period).u8(PATH).copy();
  }

  /** Before all rows of a path. */
  static byte[] paths(int period, RawText path) {
    return new Bytes(PATH_FLAGS_AT).u32(period).u8(PATH).u64(hash(path)).copy();
  }

  static boolean isMarker(byte[] key) {
    return key.length == NODE_AT && key[KIND_AT] == MARKER;
  }

  static boolean isNode(byte[] key) {
    return key[KIND_AT] == NODE;
  }

  static boolean isNodeOf(byte[] key, int period) {
    return Keys.period(key) == period && isNode(key);
  }

  static boolean isPathOf(byte[] key, byte[] prefix) {
    return key.length > prefix.length && Arrays.mismatch(key, prefix) == prefix.length;
  }

  static int node(byte[] key) {
    return Keys.u32(key, NODE_AT);
  }

  /** The name that a node's row tells of. */
  static RawText name(byte[] key, byte[] value) {
    return (value[1] & NAME_IS_UNKNOWN) != 0 ? RawText.UNKNOWN : RawText.of(key, NAME_AT, key.length - NAME_AT);
  }

  static int parent(byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "lineage");
    in.u8();
    return in.count(Integer.MAX_VALUE);
  }

  /** The name that an entry with a path had; null where it may turn out to be any. */
  static @Nullable RawText pathName(byte[] key) {
    return (key[PATH_FLAGS_AT] & NAME_IS_UNKNOWN) != 0
        ? null : RawText.of(key, PATH_FLAGS_AT + 1, key.length - PATH_FLAGS_AT - 1);
  }

  private static long hash(RawText text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.at(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
