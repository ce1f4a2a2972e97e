package io.taskhistory.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store answers to who asks for execs by their lineage. See {@link HistoryStoreContract}. */
public abstract class LineageContract extends StoreContract {

  private Entry exec(Entry parent, long time, int pid, String name) {
    Entry entry = new Entry(parent, time, pid, RawText.of(name), Provenance.OBSERVED);
    writer.save(entry);
    return entry;
  }

  private Entry unknown(Entry parent, long time, int pid) {
    Entry entry = new Entry(parent, time, pid, RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(entry);
    return entry;
  }

  private static ExecQuery query(String pattern, int most) {
    try {
      return new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, most, 1 << 20)
          .of(LineagePattern.parse(pattern));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }

  private List<Long> found(String pattern) {
    return times(store.reader().execs(query(pattern, 100)));
  }

  private static List<Long> times(ExecPage page) {
    return page.execs().stream().map(exec -> exec.entry().time()).toList();
  }

  @Test
  void execs_lineage_findsThoseWhoseHistoryEndsSo() {
    Entry sshd = exec(exec(writer.root(), 10, 1, "init"), 20, 2, "sshd");
    Entry bash = exec(sshd, 30, 3, "bash");
    exec(bash, 40, 4, "ls");
    exec(exec(bash, 50, 5, "make"), 60, 6, "sh");
    exec(exec(writer.root(), 70, 7, "named"), 80, 8, "bash");
    writer.commit(100);

    assertThat(found("bash")).containsExactly(30L, 80L);
    assertThat(found("sshd=>bash")).containsExactly(30L);
    assertThat(found("sshd=>bash=>*")).containsExactly(40L, 50L);
    assertThat(found("sshd=>bash=>**")).containsExactly(30L, 40L, 50L, 60L);
    assertThat(found("sshd=>**=>sh")).containsExactly(60L);
    assertThat(found("named=>bash=>*")).isEmpty();
    assertThat(found("swapper/0=>*")).containsExactly(10L, 70L);
    assertThat(found("*")).containsExactly(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L);
    assertThat(found("swapper/0")).isEmpty();
  }

  @Test
  void execs_lineageWithOtherFilters_findsWhatFitsAll() {
    Entry bash = exec(writer.root(), 10, 3, "bash");
    exec(bash, 20, 4, "ls").detail(HistoryStoreContract.details(1));
    exec(bash, 30, 5, "ls").detail(HistoryStoreContract.details(2));
    exec(bash, 40, 6, "cat").detail(HistoryStoreContract.details(2));
    writer.commit(100);
    ExecQuery query = query("bash=>*", 10);
    Boot boot = store.reader().boot();

    assertThat(times(store.reader().execs(new ExecQuery(RawText.of("ls"), null, 2, query.lineage(), null, null, null, 10,
        100)))).containsExactly(30L);
    assertThat(times(store.reader().execs(new ExecQuery(null, null, -1, query.lineage(), new Moment(boot, 20),
        new Moment(boot, 40), null, 10, 100)))).containsExactly(20L, 30L);
  }

  @Test
  void execs_lineageByPath_findsThoseWhosePathsAreKnownBeforeOrLater() {
    Entry dash = exec(writer.root(), 10, 3, "sh");
    dash.detail(HistoryStoreContract.details(1));
    Entry late = exec(dash, 20, 4, "late");
    exec(late, 30, 5, "ls");
    writer.commit(100);
    String path = HistoryStoreContract.details(2).program().toString();
    assertThat(found(path + "=>*")).isEmpty();

    late.detail(HistoryStoreContract.details(2));
    writer.save(late);
    writer.commit(110);

    assertThat(found(path)).containsExactly(20L);
    assertThat(found(path + "=>*")).containsExactly(30L);
    assertThat(found(HistoryStoreContract.details(1).exe() + "=>" + path + "=>ls")).containsExactly(30L);
    assertThat(found("/usr/bin/other=>*")).isEmpty();
  }

  @Test
  void execs_nameThatComesLateGoesOrChanges_countsForAllThatCameAfter() {
    Entry shell = unknown(writer.root(), 10, 3);
    exec(exec(shell, 20, 4, "make"), 30, 5, "cc");
    writer.commit(100);
    assertThat(found("bash=>make=>*")).isEmpty();
    assertThat(found("*=>make=>*")).containsExactly(30L);

    shell.know(RawText.of("bash"), Provenance.RESOLVED);
    writer.save(shell);
    writer.commit(110);
    exec(shell, 120, 6, "make");
    writer.commit(120);
    assertThat(found("bash=>make=>*")).containsExactly(30L);
    assertThat(found("bash=>make")).containsExactly(20L, 120L);

    shell.know(RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(shell);
    writer.commit(130);
    assertThat(found("bash=>make=>*")).isEmpty();
    assertThat(found("bash")).isEmpty();

    openAgain(FIRST_BOOT);
    shell = store.reader().execs(query("*", 1)).execs().get(0).entry();
    shell.know(RawText.of("dash"), Provenance.RESOLVED);
    writer.save(shell);
    writer.commit(140);
    assertThat(found("dash=>make=>*")).containsExactly(30L);
    assertThat(found("dash=>make")).containsExactly(20L, 120L);
    assertThat(found("dash")).containsExactly(10L);
    assertThat(found("bash=>**")).isEmpty();
  }

  @Test
  void execs_lineageAcrossBootsAndSlices_findsAll() {
    Entry bash = exec(writer.root(), 10, 3, "bash");
    Task task = Task.leader(writer.boot(), 3, 5, bash);
    task.rename(bash.name());
    writer.save(task);
    exec(bash, 20, 4, "ls");
    writer.commit(100);
    store.upkeep().giveUp(Integer.MAX_VALUE);
    writer.commit(200);
    exec(bash, 300, 5, "ls");
    writer.commit(400);
    assertThat(found("bash=>ls")).containsExactly(300L);
    assertThat(found("bash")).containsExactly(10L);

    openAgain(SECOND_BOOT);
    exec(exec(writer.root(), 15, 3, "bash"), 25, 4, "ls");
    writer.commit(100);
    assertThat(found("bash=>ls")).containsExactly(300L, 25L);
  }

  @Test
  void execs_lineagePages_neitherRepeatNorMissAnyWhileNewOnesCome() {
    Entry bash = exec(writer.root(), 10, 3, "bash");
    Entry other = exec(writer.root(), 11, 4, "other");
    for (int i = 0; i < 30; i++) {
      exec(i % 3 == 0 ? other : bash, 100 + i, 5, "run" + i % 2);
    }
    writer.commit(200);
    List<Long> seen = new ArrayList<>();
    @Nullable ExecCursor after = null;
    int more = 300;
    do {
      ExecPage page = store.reader().execs(query("bash=>*", 3).after(after));
      assertThat(page.execs()).hasSizeLessThanOrEqualTo(3);
      seen.addAll(times(page));
      after = page.next().orElse(null);
      if (more < 305) {
        exec(more % 2 == 0 ? bash : other, more, 5, "new" + more);
        writer.commit(more++);
      }
    } while (after != null);

    assertThat(seen).hasSize(23).doesNotHaveDuplicates().isSorted().contains(300L, 302L, 304L).doesNotContain(301L);
  }

  @Test
  void execs_lineageScanLimit_endsThePageAndGoesOn() {
    Entry bash = exec(writer.root(), 10, 3, "bash");
    for (int i = 0; i < 50; i++) {
      exec(bash, 100 + i, 5, i % 10 == 9 ? "rare" : "run");
    }
    writer.commit(200);
    ExecQuery query = query("bash=>rare", 10);
    List<Long> seen = new ArrayList<>();
    @Nullable ExecCursor after = null;
    int pages = 0;
    do {
      ExecPage page = store.reader().execs(
          new ExecQuery(null, null, -1, query.lineage(), null, null, after, 10, 3));
      seen.addAll(times(page));
      after = page.next().orElse(null);
      pages++;
    } while (after != null);

    assertThat(seen).containsExactly(109L, 119L, 129L, 139L, 149L);
    assertThat(pages).isBetween(2, 20);
  }
}
