package io.taskhistory.store.rocksdb;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The execs at some nodes of a period, merged by time. A few at a time are read of each node, more of those that turn
 * out to have many, so that one iterator is enough for all.
 */
final class PostingWalk implements ExecWalk {

  private static final int FEWEST = 8;
  private static final int MOST = 512;

  /** What was read of one node and has not come yet. */
  private final class Stream implements Comparable<Stream> {

    private final int node;
    private long[] times = new long[FEWEST];
    private int[] pids = new int[FEWEST];
    private int at;
    private int count;

    Stream(int node) {
      this.node = node;
    }

    boolean read(long time, int pid) {
      if (count == times.length && count < MOST) {
        times = new long[count * 4];
        pids = new int[count * 4];
      }
      at = 0;
      count = 0;
      for (boolean is = postings.from(LineageRows.posting(period, node, time, pid));
          is && count < times.length; is = postings.next()) {
        byte[] key = postings.key();
        if (!LineageRows.isPostingOf(key, period, node) || LineageRows.postingTime(key) >= end) {
          break;
        }
        times[count] = LineageRows.postingTime(key);
        pids[count++] = LineageRows.postingPid(key);
      }
      return count > 0;
    }

    boolean next() {
      if (++at < count) {
        return true;
      }
      return count == times.length && read(times[count - 1], pids[count - 1] + 1);
    }

    @Override
    public int compareTo(Stream other) {
      int byTime = Long.compare(times[at], other.times[other.at]);
      return byTime != 0 ? byTime : Integer.compare(pids[at], other.pids[other.at]);
    }
  }

  private final Database database;
  private final Scan postings;
  private final int period;
  private final long end;
  private final PriorityQueue<Stream> streams = new PriorityQueue<>();
  private long time = -1;
  private int pid;

  /** {@code start}: the key of the first entry that is asked for. */
  PostingWalk(Database database, Scan postings, int period, int[] nodes, byte[] start, long end) {
    this.database = database;
    this.postings = postings;
    this.period = period;
    this.end = end;
    for (int node : nodes) {
      Stream stream = new Stream(node);
      if (stream.read(Keys.entryTime(start), Keys.entryPid(start))) {
        streams.add(stream);
      }
    }
  }

  /** An entry can be at several nodes. */
  @Override
  public boolean next() {
    long lastTime = time;
    int lastPid = pid;
    do {
      Stream first = streams.poll();
      if (first == null) {
        return false;
      }
      time = first.times[first.at];
      pid = first.pids[first.at];
      if (first.next()) {
        streams.add(first);
      }
    } while (time == lastTime && pid == lastPid);
    return true;
  }

  @Override
  public long time() {
    return time;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public byte @Nullable [] value() {
    return database.get(Family.ENTRIES, Keys.entry(period, time, pid));
  }
}
