package io.taskhistory.api.boot;

import io.taskhistory.collector.audit.AuditControl;
import io.taskhistory.collector.audit.AuditException;
import io.taskhistory.collector.audit.AuditKeeper;
import io.taskhistory.collector.audit.AuditListener;
import io.taskhistory.collector.audit.AuditRecordConsumer;
import io.taskhistory.collector.audit.AuditRecords;
import io.taskhistory.collector.audit.AuditRole;
import io.taskhistory.collector.audit.AuditStats;
import io.taskhistory.collector.audit.TaskRules;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a guest runs to be its audit daemon: writes a line for each record into a file, and does as it is told by standard
 * input, a word a line, each of which it answers with a line.
 *
 * <pre>
 *   open     becomes the daemon, with the rules for execs; "refused REASON: …" where there is one
 *   quiet    reads until nothing has come for a second: "quiet received=… lost=… before=… listener=… cut=…
 *            challenges=… rules=STATE"
 *   reset    sets the kernel's count of lost records back: "was …"
 *   close    reads what is left, and is the daemon no more
 * </pre>
 */
final class AuditDaemon {

  /** Little, so that the kernel's own queues fill soon. */
  private static final int BUFFER = 128 << 10;
  private static final long QUIET = 1_000_000_000L;

  private AuditDaemon() {}

  /** What the keeper has told. */
  private static final class Told implements AuditListener {

    final AtomicLong lost = new AtomicLong();

    @Override
    public void unreported(long from) {}

    @Override
    public void reported(long from, long to) {}

    @Override
    public void lost(long count, long from, long to) {
      lost.addAndGet(count);
    }

    @Override
    public void daemonLost(int other, long from, long to) {
      System.err.println("not the daemon any more: " + other + " is");
    }
  }

  /** Reads records all the time, as a daemon has to. */
  private static final class Reader extends Thread {

    private final AuditControl control = AuditControl.open();
    private final AuditRecords records = AuditRecords.daemon(BUFFER, control);
    private final Told told = new Told();
    private final AuditKeeper keeper;
    private final PrintStream out;
    private volatile boolean closed;
    private volatile long lastAt = System.nanoTime();

    Reader(PrintStream out) {
      super("audit-records");
      this.out = out;
      records.open();
      keeper = AuditKeeper.open(control, AuditRole.DAEMON, TaskRules.execs(), false, told);
    }

    @Override
    public void run() {
      while (!closed) {
        records.await(1_000_000_000);
        drain();
      }
    }

    private void drain() {
      int taken = records.drain(new AuditRecordConsumer() {
        @Override
        public void record(int type, byte[] bytes, int from, int to) {
          keeper.record(type, bytes, from, to);
          out.println(type + " " + new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void lost(long count) {
          throw new IllegalStateException("the kernel does not drop what is for the daemon");
        }
      }, Integer.MAX_VALUE);
      if (taken > 0) {
        lastAt = System.nanoTime();
      }
    }

    String quiet() throws InterruptedException {
      long asked = System.nanoTime();
      while (System.nanoTime() - Math.max(asked, lastAt) < QUIET) {
        sleep(50);
      }
      // The counters are read now and then; the next reading is from after the last record.
      asked = System.nanoTime();
      while (keeper.stats().at() < asked) {
        sleep(50);
      }
      AuditStats stats = keeper.stats();
      return "quiet received=" + records.received() + " lost=" + stats.lost() + " before=" + stats.lostBefore()
          + " listener=" + told.lost + " cut=" + records.cut() + " challenges=" + records.challenges()
          + " rules=" + stats.rules();
    }

    void finish() throws InterruptedException {
      keeper.close();
      closed = true;
      records.wakeUp();
      join();
      records.giveBack();
      drain();
      records.close();
      control.close();
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    try (PrintStream out = new PrintStream(args[0], StandardCharsets.ISO_8859_1)) {
      System.out.println("ready");
      Reader reader = null;
      for (String word = in.readLine(); word != null; word = in.readLine()) {
        if (word.equals("open")) {
          try {
            reader = new Reader(out);
            reader.start();
            System.out.println("opened");
          } catch (AuditException e) {
            System.out.println("refused " + e.reason() + ": " + e.getMessage());
          }
        } else if (word.equals("close") && reader != null) {
          reader.finish();
          System.out.println("closed");
        } else if (word.equals("reset") && reader != null) {
          System.out.println("was " + reader.control.resetLost());
        } else if (reader != null) {
          System.out.println(reader.quiet());
        }
      }
    }
  }
}
