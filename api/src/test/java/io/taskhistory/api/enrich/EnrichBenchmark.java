package io.taskhistory.api.enrich;

import io.taskhistory.api.Scene;
import io.taskhistory.api.http.ApiServer;
import io.taskhistory.api.http.Bounds;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How fast an audit log is enriched against a store of a million ended tasks, beside copying it: in the service's own
 * process, and through HTTP with curl. The module's README says how to run it. Arguments: how many tasks (1,000,000),
 * how many of them the log speaks of (100,000), on every how manieth task (1: all that ran one after the other).
 *
 * <p>The log is what auditd writes with rules for execve, openat and kill: of each task an exec (5 records), then a
 * file opened (4), and of every second a signal to another (3); in the order of time, over all pids, each event another
 * pid than the one before.
 */
final class EnrichBenchmark {

  private static final int ROUNDS = 5;
  private static final int DEPTH = 7;
  private static final int PID_MAX = 32_768;
  private static final long TICK = 4_000_000;
  private static final long WALL = 1_700_000_000_000_000_000L;
  private static final BootFacts BOOT =
      new BootFacts("5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", WALL, new ClockLedger.Row(0, WALL, 0));

  private final Path directory;
  private final Path log;
  private final int[] tids;
  private final long[] starts;
  private final Scene.FixedCollector collector = new Scene.FixedCollector();
  private long records;

  private EnrichBenchmark(Path directory, int tasks) {
    this.directory = directory;
    this.log = directory.resolve("audit.log");
    this.tids = new int[tasks];
    this.starts = new long[tasks];
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    int tasks = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int named = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
    int step = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    Path directory = Files.createTempDirectory("enrich-benchmark");
    try {
      new EnrichBenchmark(directory, tasks).run(named, step);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private void run(int named, int step) throws IOException, InterruptedException {
    Path data = directory.resolve("data");
    try (HistoryStore store = RocksDbHistoryStore.open(data, BOOT)) {
      fill(store.writer());
    }
    writeLog(named, step);
    report("%d tasks ended; a log of %d records, %d MB", tids.length, records, Files.size(log) >> 20);
    try (HistoryStore store = RocksDbHistoryStore.open(data, BOOT)) {
      for (int i = 0; i < ROUNDS; i++) {
        double copied = seconds(this::copy);
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        double enriched = seconds(() -> enrich(store.reader()));
        double processor = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9;
        report("in one process: %,.0f records/s, %,.0f by the processor's time; copying it %,.0f, ratio %.3f",
            records / enriched, records / processor, records / copied, copied / enriched);
      }
      overHttp(store);
    }
    Runtime runtime = Runtime.getRuntime();
    report("heap: %d MB at most, of %d", runtime.totalMemory() >> 20, runtime.maxMemory() >> 20);
  }

  private void fill(HistoryWriter writer) {
    Random random = new Random(1);
    Entry shell = writer.root();
    for (int i = 0; i < DEPTH; i++) {
      shell = new Entry(shell, 1000 + i, i + 1, RawText.of("parent" + i), Provenance.OBSERVED);
      writer.save(shell);
      Task task = Task.leader(writer.boot(), i + 1, 500 + i, shell);
      task.rename(shell.name());
      writer.save(task);
    }
    long time = Scene.SECOND;
    for (int i = 0; i < tids.length; i++) {
      tids[i] = 1_000 + i % (PID_MAX - 1_000);
      time += 400_000 + random.nextInt(200_000);
      starts[i] = time;
      Task task = Task.leader(writer.boot(), tids[i], time, shell);
      task.createdBy(DEPTH, 500 + DEPTH - 1);
      Entry entry = new Entry(shell, time + 300_000, tids[i], RawText.of("tool" + i % 100), Provenance.OBSERVED);
      writer.save(entry);
      task.enter(entry);
      task.rename(entry.name());
      task.end(new Ending(time + 700_000 + random.nextInt(3_000_000), 0));
      writer.save(task);
      if (i % 100 == 99) {
        writer.commit(time);
      }
    }
    writer.commit(time + Scene.SECOND);
    collector.watermark = time + Scene.SECOND;
  }

  private void writeLog(int named, int step) throws IOException {
    try (PrintStream out = new PrintStream(
        new BufferedOutputStream(Files.newOutputStream(log), 1 << 16), false, StandardCharsets.US_ASCII)) {
      int serial = 1;
      int first = (tids.length - named * step) / 2;
      for (int i = first; i < first + named * step; i += step) {
        exec(out, i, serial++);
        open(out, Math.max(first, i - step), serial++);
        if (i / step % 2 == 0) {
          kill(out, i, serial++);
        }
      }
    }
  }

  private static String identity(long time, int serial) {
    long stamp = (WALL + time) / TICK * TICK;
    return " msg=audit(%d.%03d:%d): ".formatted(stamp / Scene.SECOND, stamp / 1_000_000 % 1000, serial);
  }

  private String call(int number, int i, String comm) {
    return "arch=c000003e syscall=" + number + " success=yes exit=0 a0=55d0a1b2c3d4 a1=55d0a1b2c400 a2=55d0a1b2c500"
        + " a3=8 items=1 ppid=" + DEPTH + " pid=" + tids[i] + " auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000"
        + " egid=1000 sgid=1000 fsgid=1000 tty=pts0 ses=3 comm=\"" + comm + "\" exe=\"/usr/bin/" + comm
        + "\" subj=unconfined key=\"watched\"\u001dARCH=x86_64 SYSCALL=x AUID=\"user\" UID=\"user\" GID=\"user\""
        + " EUID=\"user\" SUID=\"user\" FSUID=\"user\" EGID=\"user\" SGID=\"user\" FSGID=\"user\"\n";
  }

  private static String path(String identity, String comm) {
    return "type=CWD" + identity + "cwd=\"/home/user\"\ntype=PATH" + identity + "item=0 name=\"/usr/bin/" + comm
        + "\" inode=1311 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0"
        + " cap_fver=0 cap_frootid=0\u001dOUID=\"root\" OGID=\"root\"\n";
  }

  private void exec(PrintStream out, int i, int serial) {
    String identity = identity(starts[i] + 250_000, serial);
    String comm = "tool" + i % 100;
    out.print("type=SYSCALL" + identity + call(59, i, comm) + "type=EXECVE" + identity + "argc=2 a0=\"" + comm
        + "\" a1=\"--number=" + i + "\"\n" + path(identity, comm) + "type=PROCTITLE" + identity
        + "proctitle=746F6F6C002D2D6E756D6265723D31\n");
    records += 5;
  }

  private void open(PrintStream out, int i, int serial) {
    String identity = identity(starts[i] + 600_000, serial);
    String comm = "tool" + i % 100;
    out.print("type=SYSCALL" + identity + call(257, i, comm) + path(identity, comm) + "type=PROCTITLE" + identity
        + "proctitle=746F6F6C002D2D6E756D6265723D31\n");
    records += 4;
  }

  private void kill(PrintStream out, int i, int serial) {
    String identity = identity(starts[i] + 600_000, serial);
    out.print("type=SYSCALL" + identity + call(62, i, "tool" + i % 100) + "type=OBJ_PID" + identity + "opid=" + DEPTH
        + " oauid=1000 ouid=0 oses=3 ocomm=\"parent" + (DEPTH - 1) + "\"\u001dOAUID=\"user\" OUID=\"root\"\n"
        + "type=PROCTITLE" + identity + "proctitle=746F6F6C002D2D6E756D6265723D31\n");
    records += 3;
  }

  /** Something to be timed. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static double seconds(Work work) throws IOException, InterruptedException {
    long began = System.nanoTime();
    work.run();
    return (System.nanoTime() - began) / 1e9;
  }

  private void copy() throws IOException {
    try (InputStream in = Files.newInputStream(log)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private void enrich(HistoryReader reader) throws IOException {
    try (InputStream in = Files.newInputStream(log)) {
      Tally tally = new AuditEnrichment(reader, collector, TICK)
          .enrich(in, OutputStream.nullOutputStream(), false, 1024);
      if (tally.added < tally.events) {
        report("not all were found: %s", tally.totals().json());
      }
    }
  }

  private void overHttp(HistoryStore store) throws IOException, InterruptedException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
    try (ApiServer server = new ApiServer(
        store.reader(), collector, Bounds.of(store.upkeep()), "benchmark", listening, null)) {
      server.start();
      for (int i = 0; i < ROUNDS; i++) {
        double copied = seconds(() -> command("cat", log.toString()));
        double enriched = seconds(() -> command("curl", "-sS", "-X", "POST", "-T", log.toString(),
            "http://127.0.0.1:" + port + "/api/v1/enrich/audit"));
        report("through HTTP with curl: %,.0f records/s; cat %,.0f, ratio %.3f", records / enriched, records / copied,
            copied / enriched);
      }
    }
  }

  private static void command(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    if (process.waitFor() != 0) {
      throw new IOException(command[0] + " failed");
    }
  }

  private static void report(String format, Object... values) {
    System.out.println(format.formatted(values));
  }
}
