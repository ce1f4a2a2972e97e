package io.taskhistory.collector.logimport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.collector.masking.Mask;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.History;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Reason;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.memory.Kept;
import io.taskhistory.store.memory.MemoryHistoryStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Small logs, written out. */
class LogImportTest {

  private static final String FORK = "a0=1200011";
  private static final String CLONE3 = "a0=7ffe1000";

  private final List<String> log = new ArrayList<>();
  private final Target target = new Target();
  private long serial = 100;
  private double time = 1_700_000_000;

  private static final class Target implements ImportTarget {
    private final Kept kept = new Kept();
    private @Nullable MemoryHistoryStore store;

    @Override
    public Optional<HistoryWriter> last() {
      return Optional.ofNullable(store).map(MemoryHistoryStore::writer);
    }

    @Override
    public HistoryWriter begin(BootFacts facts) {
      MemoryHistoryStore begun = MemoryHistoryStore.open(kept, facts);
      store = begun;
      return begun.writer();
    }

    HistoryReader reader() {
      assertThat(store).isNotNull();
      return store.reader();
    }
  }

  private void write(int ppid, int pid, String comm, String what) {
    String id = String.format(Locale.ROOT, " msg=audit(%.3f:%d): ", time, serial++);
    time += 0.004;
    log.add("type=SYSCALL" + id + "arch=c000003e " + what + " items=0 ppid=" + ppid + " pid=" + pid
        + " auid=1000 uid=5 gid=6 euid=7 egid=8 tty=pts3 ses=9 comm=\"" + comm + "\" exe=\"/bin/" + comm + "\" key=(null)");
    if (what.startsWith("syscall=59 success=yes")) {
      log.add("type=EXECVE" + id + "argc=2 a0=\"" + comm + "\" a1=2D78");
    }
    log.add("type=PROCTITLE" + id + "proctitle=00");
  }

  private void clone(int ppid, int pid, String comm, int child, String flags) {
    write(ppid, pid, comm, (flags.equals(CLONE3) ? "syscall=435" : "syscall=56") + " success=yes exit=" + child + " "
        + flags);
  }

  private void exec(int ppid, int pid, String comm) {
    write(ppid, pid, comm, "syscall=59 success=yes exit=0 a0=1");
  }

  private void exit(int ppid, int pid, String comm, int code) {
    write(ppid, pid, comm, "syscall=231 a0=" + Integer.toHexString(code));
  }

  private ImportSummary run() {
    return run(null, log);
  }

  private ImportSummary run(@Nullable String node, List<String> lines) {
    LogImport log = new LogImport(target, node, Mask.DEFAULT);
    for (String line : lines) {
      byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
      log.add(bytes, 0, bytes.length);
    }
    return log.end();
  }

  private Task task(int pid) {
    return target.reader().task(pid).orElseThrow();
  }

  private static String told(Task task) {
    return History.of(task, Long.MAX_VALUE).entries().stream().map(e -> switch (e.provenance()) {
      case OBSERVED -> e.name() + ":" + e.pid();
      case SNAPSHOT -> "(" + e.name() + ":" + e.pid() + ")";
      default -> "?:" + e.pid();
    }).collect(Collectors.joining(" "));
  }

  private String told(int pid) {
    return told(task(pid));
  }

  @Test
  void child_ofWhomARecordNamesTheCaller_getsItsEntries() {
    exec(1, 500, "bash");
    clone(1, 500, "bash", 501, FORK);
    exec(500, 501, "ls");
    exit(500, 501, "ls", 3);
    ImportSummary summary = run();
    assertThat(told(501)).isEqualTo("(swapper/0:1) ?:1 bash:500 ls:501");
    assertThat(task(501).creator()).contains(task(500).id());
    assertThat(task(501).ending().orElseThrow().waitStatus()).isEqualTo(3 << 8);
    assertThat(task(500).isLive()).isTrue();
    assertThat(History.of(task(501), Long.MAX_VALUE).reasons()).contains(Reason.UNKNOWN, Reason.CREATOR_ASSUMED);
    assertThat(summary.tasks()).isEqualTo(2);
    assertThat(summary.linked()).isEqualTo(1);
    assertThat(summary.execs()).isEqualTo(2);
    assertThat(summary.gaps()).isZero();
  }

  @Test
  void exec_bringsItsDetails() {
    exec(1, 500, "bash");
    run();
    Entry entry = task(500).entry();
    assertThat(entry.details().argv()).containsExactly(RawText.of("bash"), RawText.of("-x"));
    assertThat(entry.details().exe()).isEqualTo(RawText.of("/bin/bash"));
    assertThat(entry.details().tty()).isEqualTo(RawText.of("pts/3"));
    assertThat(List.of(entry.details().uid(), entry.details().gid(), entry.details().euid(), entry.details().egid(),
        entry.details().loginuid(), entry.details().sessionid())).containsExactly(5L, 6L, 7L, 8L, 1000L, 9L);
  }

  /** As after vfork(2): the clone returns, and is written down, when the child has exec'd, or is over. */
  @Test
  void child_thatRanBeforeItsCloneReturned() {
    exec(1, 500, "bash");
    double entered = time;
    exec(500, 501, "ls");
    exit(500, 501, "ls", 0);
    double now = time;
    time = entered;
    clone(1, 500, "bash", 501, "a0=4111");
    time = now;
    clone(1, 500, "bash", 502, FORK);
    exec(500, 502, "cat");
    run();
    assertThat(told(501)).isEqualTo("(swapper/0:1) ?:1 bash:500 ls:501");
    assertThat(task(501).creator()).contains(task(500).id());
    assertThat(told(502)).isEqualTo("(swapper/0:1) ?:1 bash:500 cat:502");
  }

  /** The caller is in a pid namespace, and its child's number there is that of another process in the log. */
  @Test
  void clone_inAPidNamespace_doesNotTakeWhoHasThatPid() {
    exec(1, 500, "sshd");
    exec(1, 600, "runc");
    clone(1, 600, "runc", 500, FORK);
    exec(600, 700, "app");
    exec(1, 500, "sshd2");
    run();
    assertThat(told(500)).doesNotContain("runc").endsWith("sshd2:500");
    assertThat(task(500).creator()).isEmpty();
    assertThat(told(700)).isEqualTo("(swapper/0:1) ?:1 (runc:600) app:700");
    assertThat(task(700).creator()).isEmpty();
  }

  @Test
  void orphan_ofACallerWhoseNamespaceIsProven_isLinkedByItsNumber() {
    exec(1, 500, "bash");
    for (int child = 501; child < 504; child++) {
      clone(1, 500, "bash", child, FORK);
      write(500, child, "bash", "syscall=257 success=yes exit=3 a0=1");
    }
    clone(500, 503, "bash", 504, FORK);
    exit(500, 503, "bash", 0);
    exec(1, 504, "daemon");
    run();
    assertThat(told(504)).isEqualTo("(swapper/0:1) ?:1 bash:500 daemon:504");
    assertThat(task(504).creator()).contains(task(503).id());
  }

  /** An orphan of somebody of whom nothing is known: its reaper is an ancestor, and that is all. */
  @Test
  void orphan_ofNobodyKnown_hangsFromItsReaper() {
    write(0, 1, "systemd", "syscall=257 success=yes exit=3 a0=1");
    exec(1, 504, "daemon");
    run();
    assertThat(told(504)).isEqualTo("(swapper/0:1) (systemd:1) daemon:504");
    assertThat(History.of(task(504), Long.MAX_VALUE).reasons()).contains(Reason.SNAPSHOT, Reason.CREATOR_ASSUMED);
  }

  /** It may have been created before its reaper's execs. */
  @Test
  void child_withoutAClone_hasNoneOfItsParentsExecsForCertain() {
    exec(1, 500, "login");
    exec(1, 500, "bash");
    write(500, 501, "login", "syscall=257 success=yes exit=3 a0=1");
    run();
    assertThat(told(501)).isEqualTo("(swapper/0:1) ?:1 (bash:500) (login:501)");
  }

  @Test
  void threads_areNoProcesses() {
    exec(1, 500, "java");
    clone(1, 500, "java", 501, "a0=3d0f00");
    clone(1, 500, "java", 502, CLONE3);
    write(1, 500, "java", "syscall=60 a0=0");
    assertThat(run().tasks()).isEqualTo(1);
    assertThat(task(500).isLive()).isTrue();
    assertThat(target.reader().task(501)).isEmpty();
    assertThat(target.reader().task(502)).isEmpty();
  }

  @Test
  void failures_areNothing() {
    exec(1, 500, "bash");
    write(1, 500, "bash", "syscall=59 success=no exit=-2 a0=1");
    write(1, 500, "bash", "syscall=56 success=no exit=-11 a0=1200011");
    ImportSummary summary = run();
    assertThat(summary.tasks()).isEqualTo(1);
    assertThat(summary.execs()).isEqualTo(1);
  }

  /** Who is killed writes nothing; that its pid is given away says that it is over. */
  @Test
  void pid_thatACloneReturnsAgain_isAnothers() {
    exec(1, 500, "bash");
    for (int child = 501; child < 504; child++) {
      clone(1, 500, "bash", child, FORK);
      exec(500, child, "c" + child);
    }
    exec(1, 600, "nginx");
    clone(1, 600, "nginx", 601, FORK);
    exec(600, 601, "w1");
    clone(1, 600, "nginx", 602, FORK);
    exec(600, 602, "w2");
    clone(1, 600, "nginx", 503, FORK);
    exec(600, 503, "worker");
    run();
    assertThat(told(503)).isEqualTo("(swapper/0:1) ?:1 nginx:600 worker:503");
    Task before = target.reader().children(task(500).id(), null, 10).get(2);
    assertThat(told(before)).endsWith("bash:500 c503:503");
    assertThat(before.ending().orElseThrow().isObserved()).isFalse();
  }

  @Test
  void signal_thatDumpsCore_endsTheProcess() {
    exec(1, 500, "crash");
    log.add("type=ANOM_ABEND msg=audit(" + String.format(Locale.ROOT, "%.3f", time) + ":" + serial++
        + "): auid=1000 uid=0 gid=0 ses=3 pid=500 comm=\"crash\" exe=\"/bin/crash\" sig=11 res=1");
    run();
    assertThat(task(500).ending().orElseThrow().signal()).isEqualTo(11);
  }

  @Test
  void serials_thatAreMissing_areAGap() {
    exec(1, 500, "bash");
    serial += 7;
    clone(1, 500, "bash", 501, FORK);
    exec(500, 501, "ls");
    ImportSummary summary = run();
    assertThat(summary.gaps()).isEqualTo(1);
    assertThat(summary.missing()).isEqualTo(7);
    Gap gap = target.reader().gaps(target.reader().boot()).get(0);
    assertThat(gap.source()).isEqualTo("audit-log");
    assertThat(gap.lost()).isEqualTo(7);
    assertThat(History.of(task(501), Long.MAX_VALUE).reasons()).contains(Reason.GAP);
  }

  @Test
  void exec_thatIsMissing_showsByTheImage() {
    exec(1, 500, "bash");
    serial++;
    write(1, 500, "vim", "syscall=257 success=yes exit=3 a0=1");
    run();
    assertThat(told(500)).isEqualTo("(swapper/0:1) ?:1 bash:500 (vim:500)");
  }

  /** Up to a few thousand events can come in any order, records of several mixed. */
  @Test
  void records_inAnyOrder_giveTheSame() {
    exec(1, 500, "bash");
    for (int child = 501; child < 520; child++) {
      clone(1, 500, "bash", child, FORK);
      exec(500, child, "c" + child);
      exit(500, child, "c" + child, 0);
    }
    for (int seed = 0; seed < 50; seed++) {
      List<String> shuffled = new ArrayList<>(log);
      Collections.shuffle(shuffled, new Random(seed));
      Target other = new Target();
      LogImport mixed = new LogImport(other, null, Mask.DEFAULT);
      shuffled.forEach(line -> mixed.add(line.getBytes(StandardCharsets.ISO_8859_1), 0, line.length()));
      assertThat(mixed.end().tasks()).isEqualTo(20);
      for (int child = 501; child < 520; child++) {
        Task task = other.reader().task(child).orElseThrow();
        assertThat(told(task)).as("seed %d", seed).isEqualTo("(swapper/0:1) ?:1 bash:500 c" + child + ":" + child);
      }
    }
  }

  @Test
  void serials_thatBeginAgain_areAnotherBoot() {
    exec(1, 500, "old");
    time += 600;
    serial = 3;
    write(0, 1, "systemd", "syscall=257 success=yes exit=3 a0=1");
    exec(1, 501, "new");
    assertThat(run().boots()).isEqualTo(2);
    List<Boot> boots = target.reader().boots();
    assertThat(boots).hasSize(2).allMatch(Boot::isImported);
    assertThat(told(501)).isEqualTo("(swapper/0:1) (systemd:1) new:501");
    assertThat(task(501).boot()).isEqualTo(boots.get(1));
    assertThat(task(500).boot()).isEqualTo(boots.get(0));
    assertThat(task(500).isLive()).isFalse();
  }

  /** The log of the last boot was rotated away down to higher serials. */
  @Test
  void boot_thatSaysSo_withSerialsBeyondTheLast() {
    exec(1, 500, "old");
    time += 600;
    log.add("type=DAEMON_START msg=audit(" + String.format(Locale.ROOT, "%.3f", time) + ":4711): op=start pid=400");
    serial = 900;
    exec(1, 501, "early");
    log.add("type=SYSTEM_BOOT msg=audit(" + String.format(Locale.ROOT, "%.3f", time) + ":" + serial++
        + "): pid=600 uid=0 auid=4294967295 ses=4294967295 msg=' comm=\"systemd-update-utmp\" res=success'");
    exec(1, 502, "late");
    ImportSummary summary = run();
    assertThat(summary.boots()).isEqualTo(2);
    assertThat(summary.gaps()).isZero();
    assertThat(task(501).boot()).isEqualTo(task(502).boot()).isNotEqualTo(task(500).boot());
  }

  /** Nothing is ordered by the wall clock; the ledger says how it was set. */
  @Test
  void clock_setBack() {
    exec(1, 500, "bash");
    clone(1, 500, "bash", 501, FORK);
    exec(500, 501, "before");
    double wall = time - 3600;
    time = wall;
    clone(1, 500, "bash", 502, FORK);
    exec(500, 502, "after");
    assertThat(run().boots()).isEqualTo(1);
    Boot boot = target.reader().boot();
    assertThat(boot.clock().rows()).hasSize(2);
    assertThat(told(502)).endsWith("bash:500 after:502");
    assertThat(task(502).entry().time()).isGreaterThan(task(501).entry().time());
    assertThat(boot.wallAt(task(502).entry().time()) / 1e9).isBetween(wall - 1, wall + 1);
  }

  @Test
  void secondImport_goesOnAfterTheFirst() {
    exec(1, 500, "bash");
    clone(1, 500, "bash", 501, FORK);
    exec(500, 501, "ls");
    run();
    int old = log.size();
    exec(500, 501, "cat");
    exit(500, 501, "cat", 0);
    ImportSummary summary = run();
    assertThat(summary.events()).isEqualTo(2);
    assertThat(summary.older()).isEqualTo(3);
    assertThat(summary.boots()).isEqualTo(1);
    assertThat(summary.gaps()).isZero();
    assertThat(old).isLessThan(log.size());
    assertThat(told(501)).isEqualTo("(swapper/0:1) ?:1 bash:500 ls:501 cat:501");
    assertThat(target.reader().boots()).hasSize(1);
  }

  /** Serials begin again at each boot, so those of an earlier one can be higher. */
  @Test
  void secondImport_ofAnEarlierBoot_isLeftOut() {
    exec(1, 500, "sshd");
    clone(1, 500, "sshd", 501, FORK);
    write(500, 501, "sshd", "syscall=2 success=yes");
    run();
    log.clear();
    time -= 86_400;
    clone(500, 501, "named", 502, FORK);
    exec(501, 502, "sh");
    ImportSummary summary = run();
    assertThat(summary.older()).isEqualTo(2);
    assertThat(summary.events()).isZero();
    assertThat(target.reader().task(502)).isEmpty();
  }

  @Test
  void secondImport_ofAnotherMachine_isRefused() {
    exec(1, 500, "sshd");
    List<String> named = log.stream().map(line -> "node=web1 " + line).toList();
    run(null, named);
    log.clear();
    clone(1, 500, "named", 501, FORK);
    List<String> other = log.stream().map(line -> "node=db1 " + line).toList();
    assertThatThrownBy(() -> run(null, other)).isInstanceOf(ImportException.class)
        .hasMessageContaining("node=web1").hasMessageContaining("node=db1").hasMessageContaining("of its own");
    assertThatThrownBy(() -> run("db1", other)).isInstanceOf(ImportException.class)
        .hasMessageContaining("node=web1");
    assertThatThrownBy(() -> run(null, log)).isInstanceOf(ImportException.class)
        .hasMessageContaining("one without a name");
    assertThat(run("web1", log.stream().map(line -> "node=web1 " + line).toList()).events()).isEqualTo(1);
  }

  @Test
  void severalMachines_areRefused_unlessOneIsChosen() {
    exec(1, 500, "bash");
    List<String> both = new ArrayList<>();
    log.forEach(line -> both.add("node=web1 " + line));
    log.forEach(line -> both.add("node=web2 " + line));
    assertThatThrownBy(() -> run(null, both)).isInstanceOf(ImportException.class)
        .hasMessageContaining("node=web1").hasMessageContaining("node=web2").hasMessageContaining("--node");
  }

  @Test
  void machine_chosen() {
    exec(1, 500, "bash");
    List<String> both = new ArrayList<>();
    log.forEach(line -> both.add("node=web1 " + line));
    log.forEach(line -> both.add("node=web2 " + line.replace("bash", "dash")));
    ImportSummary summary = run("web2", both);
    assertThat(summary.others()).isEqualTo(3);
    assertThat(task(500).entry().name()).isEqualTo(RawText.of("dash"));
  }

  @Test
  void lines_thatAreNone_areCounted() {
    exec(1, 500, "bash");
    log.add(1, "garbage");
    log.add("type=SYSCALL msg=audit(17000");
    log.add("");
    ImportSummary summary = run();
    assertThat(summary.unparsable()).isEqualTo(2);
    assertThat(summary.records()).isEqualTo(3);
    assertThat(task(500).entry().provenance()).isEqualTo(Provenance.OBSERVED);
  }

  /** Whatever is in a file: no exception, and nothing that grows without bound. */
  @Test
  void bytes_ofAnyKind() {
    for (int child = 501; child < 520; child++) {
      clone(1, 500, "bash", child, child % 3 == 0 ? CLONE3 : FORK);
      exec(500, child, "c" + child);
      exit(500, child, "c" + child, 0);
    }
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      LogImport any = new LogImport(new Target(), null, Mask.DEFAULT);
      for (String line : log) {
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        for (int j = random.nextInt(4); j > 0; j--) {
          int at = random.nextInt(bytes.length);
          bytes[at] = (byte) (random.nextBoolean() ? '0' + random.nextInt(10) : random.nextInt(256));
        }
        any.add(bytes, 0, bytes.length - (random.nextInt(5) == 0 ? random.nextInt(bytes.length) : 0));
      }
      assertThat(any.end().records()).isPositive();
    }
  }
}
