package io.taskhistory.collector;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.procconnector.ProcConnectorSource;
import io.taskhistory.collector.procfs.ProcFs;
import io.taskhistory.collector.procfs.TaskDetails;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.collector.trace.TestInstance;
import io.taskhistory.collector.trace.TraceSettings;
import io.taskhistory.collector.trace.TraceSource;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import java.lang.management.ManagementFactory;

/**
 * Prints what receiving and decoding one event of each source and reading one task from /proc cost, in time and in
 * garbage. Needs root:
 *
 * <pre>
 *   mvn -q -pl collector -am test-compile dependency:build-classpath -Dmdep.outputFile=/tmp/classpath
 *   java -cp collector/target/classes:collector/target/test-classes:$(cat /tmp/classpath) \
 *       io.taskhistory.collector.SourceBenchmark
 * </pre>
 */
public final class SourceBenchmark {

  private static final int ROUNDS = 6;
  private static final int EXECS = 5000;
  private static final int READS = 20_000;

  private SourceBenchmark() {}

  public static void main(String[] args) {
    for (int round = 1; round <= ROUNDS; round++) {
      System.out.println("round " + round);
      events();
      traces();
      reads();
    }
  }

  private static void events() {
    try (ProcConnectorSource source = new ProcConnectorSource()) {
      source.open(Checkpoint.NONE);
      try (Child flood = Child.run(Programs.flood(), Integer.toString(EXECS), "2", Programs.tiny().toString())) {
        flood.await();
      }
      Counter counter = new Counter();
      Measure measure = new Measure();
      source.drain(counter, Integer.MAX_VALUE);
      measure.print("event received and decoded", counter.count);
      System.out.println("  lost " + source.stats().lost());
    }
  }

  private static void traces() {
    try (TestInstance instance = new TestInstance();
        TraceSource source = new TraceSource(instance.settings(TraceSettings.defaultBuffer()))) {
      source.open(Checkpoint.NONE);
      Counter counter = new Counter();
      try (Child flood = Child.run(Programs.flood(), Integer.toString(EXECS), "2", Programs.tiny().toString())) {
        flood.await();
      }
      Measure measure = new Measure();
      source.drain(counter, Integer.MAX_VALUE);
      measure.print("event of the trace", counter.count);
      measure = new Measure();
      source.kept(source.position());
      measure.print("trace position kept", 1);
      measure = new Measure();
      for (int i = 0; i < READS; i++) {
        source.drain(counter, Integer.MAX_VALUE);
      }
      measure.print("empty trace drained", READS);
      System.out.println("  lost " + source.stats().lost());
    }
  }

  private static void reads() {
    ProcFs proc = new ProcFs();
    TaskStat stat = new TaskStat();
    int[] processes = proc.processes();
    Measure measure = new Measure();
    for (int i = 0; i < READS; i++) {
      proc.read(processes[i % processes.length], stat);
    }
    measure.print("stat read", READS);
    int own = (int) ProcessHandle.current().pid();
    measure = new Measure();
    for (int i = 0; i < READS; i++) {
      proc.readSettled(own, stat);
    }
    measure.print("stat read settled", READS);
    TaskDetails details = new TaskDetails(Mask.DEFAULT);
    measure = new Measure();
    for (int i = 0; i < READS / 20; i++) {
      details.read(own);
    }
    measure.print("details read", READS / 20);
  }

  /** Time and garbage of this thread since it was made. */
  private static final class Measure {

    private final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long bytes = threads.getCurrentThreadAllocatedBytes();
    private final long cpu = threads.getCurrentThreadCpuTime();
    private final long start = System.nanoTime();

    void print(String what, long count) {
      long nanos = System.nanoTime() - start;
      long used = threads.getCurrentThreadCpuTime() - cpu;
      long allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
      System.out.printf("  %-28s %9.1f ns, %9.1f of processor time, %8.1f bytes of garbage (%d)%n",
          what, (double) nanos / count, (double) used / count, (double) allocated / count, count);
    }
  }

  /** Counts only. */
  private static final class Counter implements TaskEvents {

    private long count;

    @Override
    public void cloned(
        long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {
      count++;
    }

    @Override
    public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {
      count++;
    }

    @Override
    public void renamed(long time, int tid, RawText name) {
      count++;
    }

    @Override
    public void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {
      count++;
    }

    @Override
    public void uidChanged(long time, int tid, int ruid, int euid) {
      count++;
    }

    @Override
    public void gidChanged(long time, int tid, int rgid, int egid) {
      count++;
    }

    @Override
    public void sessionStarted(long time, int tid) {
      count++;
    }

    @Override
    public void traced(long time, int tid, int tracerTid) {
      count++;
    }

    @Override
    public void coreDumped(long time, int tid) {
      count++;
    }

    @Override
    public void signalled(
        long time, int senderTid, int targetTid, int signal, int code, boolean toGroup, boolean inInterrupt) {
      count++;
    }

    @Override
    public void oomVictim(long time, int tid) {
      count++;
    }

    @Override
    public void lost(long from, long to, long missing, Gap.Cause cause) {
      count++;
    }
  }
}
