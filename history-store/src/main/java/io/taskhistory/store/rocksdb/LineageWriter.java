package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps by which lineages a period's entries can be found. Lineages, the names from the root on, are few where execs are
 * many; so each gets a small number, a <em>node</em>, and each entry one row under its node's.
 *
 * <pre>
 *   node 1  swapper/0          node 1: 0              postings: node 3 | 10:31 | pid 700
 *   └─ 2  init                 node 2: 1                        node 3 | 10:58 | pid 812
 *      ├─ 3  sshd              node 3: 2                        node 4 | 10:32 | pid 701
 *      │  └─ 4  bash           node 4: 3                        …
 *      └─ 5  ?  any name       node 5: 2
 * </pre>
 *
 * <p>What is found so is looked at again before it is told, so a node may stand for too much. It may not stand for too
 * little, and names can come late, go, or change:
 *
 * <ul>
 * <li>an entry without a name is at a node that fits any. Once it has one it also gets a posting at the right node, and
 *     what comes below it is there; what came below it before is found as well, as its name does not matter there.
 * <li>a name that goes leaves its entry where it was: fewer patterns fit it, not others.
 * <li>a name that takes the place of another becomes a second name of the node. Where the node is not known, since it is
 *     that of an older period or was given by an earlier process, that period is <em>distrusted</em>: it is searched
 *     through from then on, like one that was written before there were lineages. That takes two sources that disagree.
 * </ul>
 *
 * <p>An entry that comes into an older period than the current one is put under node {@link LineageRows#UNPLACED}, which
 * every pattern finds. So is whatever needs a new node once a period has {@link #MOST_NODES}: who runs a million
 * different programs makes others search longer among those, and nothing else.
 *
 * <p>A path is kept with the names of the entries that had it: so a pattern's path stands for a few names, and it does
 * not matter that paths come later than entries, or where an entry is.
 *
 * <p>All that this knows is in memory: the thread that reads the kernel calls it. An entry's {@linkplain Entry#mark()
 * mark} says which node it is at.
 */
final class LineageWriter {

  /** How many lineages a period tells apart. */
  static final int MOST_NODES = 1 << 15;

  private static final int MOST_PATHS = 1 << 14;
  private static final int PATHS_REMEMBERED = 1 << 11;

  /** An entry's mark: its node, and these. */
  private static final int NODE_SHIFT = 4;

  /** The posting has been kept. */
  private static final int POSTED = 1;

  /** It was kept before this process began: which node it had then is not known. */
  private static final int RESTORED = 1 << 1;

  /** The node is for entries without a name. */
  private static final int UNNAMED = 1 << 2;

  /** It was read back by somebody else: the same, in whatever period. */
  private static final int FOREIGN = 1 << 3;

  /** A row that is not known to be kept yet. */
  private record Node(int period, int node, int parent, RawText name) {}

  private final LineageTable table = new LineageTable();
  private final List<Node> unkept = new ArrayList<>();
  private final Deque<Entry> path = new ArrayDeque<>();
  private final BootRows present;
  private final int firstPeriod;
  private int period;

  /** Whether the current period has all its entries in here. */
  private boolean isWhole;

  /** The smallest number that a mark of the current period can have. */
  private int lowest = 1;
  private int next;

  /** The number that marks have instead of {@link LineageRows#UNPLACED}. */
  private int unplaced;
  private boolean isOpen;

  private int paths;
  private final @Nullable RawText[] pathsKept = new @Nullable RawText[PATHS_REMEMBERED];
  private final @Nullable RawText[] namesKept = new @Nullable RawText[PATHS_REMEMBERED];

  /** Goes on with a period where an earlier process left it. */
  LineageWriter(Database database, BootRows present, int period) {
    this.present = present;
    this.firstPeriod = period;
    this.period = period;
    this.isWhole = database.get(Family.LINEAGES, LineageRows.marker(period)) != null;
    this.next = isWhole ? learn(database) : 1;
    this.unplaced = next++;
  }

  private int learn(Database database) {
    int highest = 0;
    try (Scan scan = database.scan(Family.LINEAGES)) {
      for (boolean is = scan.from(LineageRows.nodes(period, 0));
          is && LineageRows.isNodeOf(scan.key(), period) && table.size() < MOST_NODES; is = scan.next()) {
        byte[] value = scan.value();
        table.add(LineageRows.parent(value), LineageRows.name(scan.key(), value), LineageRows.node(scan.key()));
      }
      if (scan.backFrom(LineageRows.nodes(period, -1)) && LineageRows.isNodeOf(scan.key(), period)) {
        highest = LineageRows.node(scan.key());
      }
    }
    return highest + 1;
  }

  /** An entry and its ancestors were kept before this process began. */
  void restored(Entry last) {
    for (@Nullable Entry entry = last; entry != null && (entry.mark() & RESTORED) == 0; entry = entry.parent()) {
      entry.mark(RESTORED);
    }
  }

  /** Starts a batch, which comes with the beginning of that period where it is not the current one. */
  void begin(Batch batch, int current) {
    if (isOpen) { // the last one was refused: what it had may not be kept
      forgetPaths();
      unkept.forEach(node -> LineageRows.node(batch, node.period, node.node, node.parent, node.name));
    }
    isOpen = true;
    if (current != period) {
      period = current;
      isWhole = true;
      table.clear();
      forgetPaths();
      paths = 0;
      unplaced = next++;
      lowest = unplaced;
    }
  }

  private void forgetPaths() {
    Arrays.fill(pathsKept, null);
    Arrays.fill(namesKept, null);
  }

  /** The batch has been written, and with it these. */
  void committed(DirtySet<Entry> saved) {
    isOpen = false;
    unkept.clear();
    saved.forEach(entry -> {
      if (isPlaced(entry)) {
        entry.mark(entry.mark() | POSTED);
      }
    });
  }

  /** An entry comes into a period, or comes again. */
  void put(Batch batch, int into, Entry entry) {
    if (entry.isRoot()) { // which is no exec, but can have a path
      paths(batch, into, entry);
      return;
    }
    if (entry.mark() == 0 && entry.time() <= present.latest()) {
      entry.mark(period == firstPeriod ? RESTORED : FOREIGN);
    }
    boolean isCurrent = into == period;
    boolean isOtherwise = entry.isRenamed() && entry.name().isKnown();
    if (isOtherwise && (!isCurrent || isOfOthers(entry))) {
      LineageRows.distrust(batch, into);
      isWhole &= !isCurrent;
    }
    if (!isCurrent) {
      LineageRows.posting(batch, into, LineageRows.UNPLACED, entry.time(), entry.pid());
      paths(batch, into, entry);
    } else if (isWhole) {
      place(batch, entry);
      if (isOtherwise) {
        alsoNamed(batch, entry);
      }
      if ((entry.mark() & POSTED) == 0) {
        int node = node(entry);
        LineageRows.posting(
            batch, into, node == unplaced ? LineageRows.UNPLACED : node, entry.time(), entry.pid());
      }
      paths(batch, into, entry);
    }
  }

  /** Whether it can be in the current period at a node that is not known here. */
  private boolean isOfOthers(Entry entry) {
    return (entry.mark() & FOREIGN) != 0 || period == firstPeriod && (entry.mark() & RESTORED) != 0;
  }

  private static int node(Entry entry) {
    return entry.mark() >>> NODE_SHIFT;
  }

  private boolean isPlaced(Entry entry) {
    return node(entry) >= lowest;
  }

  private void place(Batch batch, Entry entry) {
    if (isPlaced(entry) && ((entry.mark() & UNNAMED) == 0 || !entry.name().isKnown())) {
      return;
    }
    path.push(entry);
    @Nullable Entry placed = entry.parent();
    while (placed != null && !isPlaced(placed)) {
      path.push(placed);
      placed = placed.parent();
    }
    int parent = placed == null ? 0 : node(placed);
    while (!path.isEmpty()) {
      Entry each = path.pop();
      RawText name = each.name();
      int node = parent == unplaced ? unplaced : below(batch, parent, name);
      each.mark(node << NODE_SHIFT | each.mark() & (RESTORED | FOREIGN) | (name.isKnown() ? 0 : UNNAMED));
      parent = node;
    }
  }

  private int below(Batch batch, int parent, RawText name) {
    int known = table.get(parent, name);
    if (known != LineageTable.NONE) {
      return known;
    }
    if (table.size() >= MOST_NODES || next == Integer.MAX_VALUE >>> NODE_SHIFT) {
      return unplaced;
    }
    int node = next++;
    add(batch, node, parent, name);
    return node;
  }

  private void add(Batch batch, int node, int parent, RawText name) {
    table.add(parent, name, node);
    unkept.add(new Node(period, node, parent, name));
    LineageRows.node(batch, period, node, parent, name);
  }

  private void alsoNamed(Batch batch, Entry entry) {
    Entry before = entry.parent();
    int parent = before == null ? 0 : node(before);
    int node = node(entry);
    if (node != unplaced && table.get(parent, entry.name()) != node) {
      add(batch, node, parent, entry.name());
    }
  }

  private void paths(Batch batch, int into, Entry entry) {
    Details details = entry.details();
    if (details != Details.UNKNOWN) {
      path(batch, into, details.program(), entry.name());
      if (!details.exe().equals(details.program())) {
        path(batch, into, details.exe(), entry.name());
      }
    }
  }

  private void path(Batch batch, int into, RawText file, RawText name) {
    if (!file.isKnown()) {
      return;
    }
    int slot = (file.hashCode() * 31 + name.hashCode()) * 0x9e3779b9 >>> 21 & PATHS_REMEMBERED - 1;
    boolean isCurrent = into == period;
    if (isCurrent && Objects.equals(file, pathsKept[slot]) && Objects.equals(name, namesKept[slot])) {
      return;
    }
    if (paths >= MOST_PATHS) {
      LineageRows.morePaths(batch, into);
    } else {
      LineageRows.path(batch, into, file, name);
      paths++;
    }
    if (isCurrent) {
      pathsKept[slot] = file;
      namesKept[slot] = name;
    }
  }
}
