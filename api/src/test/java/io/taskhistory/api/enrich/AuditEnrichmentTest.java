package io.taskhistory.api.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where records are added, and that everything else stays as it was. */
class AuditEnrichmentTest {

  private static final long TICK = 4_000_000;
  private static final String HISTORY = "history=\"name=swapper/0;pid=1;start=20230811194329=>name=init;pid=1;"
      + "start=20230811194343=>name=sshd;pid=3767;start=20230811104535=>name=bash;pid=3787;start=20230811104549\"\n";
  private static final String SSHD = HISTORY.substring(0, HISTORY.lastIndexOf("=>name=bash")) + "\"\n";
  private static final String STAMP = "msg=audit(1691750758.500:108): ";
  private static final String ADDED = "type=UNKNOWN[1340] " + STAMP + HISTORY;
  private static final String SYSCALL = "type=SYSCALL " + STAMP + call(3787, "bash");
  private static final String PATH = "type=PATH " + STAMP + "item=0 name=\"/etc/passwd\" inode=17 nametype=NORMAL\n";
  private static final String PROCTITLE = "type=PROCTITLE " + STAMP + "proctitle=\"-bash\"\n";
  private static final String EOE = "type=EOE " + STAMP + "\n";
  private static final String OTHER = "type=SYSCALL msg=audit(1691750758.500:109): " + call(3767, "sshd")
      + "type=PROCTITLE msg=audit(1691750758.500:109): proctitle=\"sshd\"\n";

  private final Scene scene = new Scene();
  private Tally tally = new Tally();

  private static String call(int pid, String comm) {
    return "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c items=0 ppid=3767 pid=" + pid
        + " auid=1000 uid=0 tty=pts1 ses=1 comm=\"" + comm + "\" exe=\"/usr/bin/" + comm + "\" key=(null)\n";
  }

  private String enrich(String log) {
    return enrich(log, false, 1024);
  }

  private String enrich(String log, boolean all, int limit) {
    return enrich(new ByteArrayInputStream(log.getBytes(StandardCharsets.ISO_8859_1)), all, limit);
  }

  private String enrich(InputStream log, boolean all, int limit) {
    return enrich(log, new ByteArrayOutputStream(), all, limit);
  }

  private String enrich(InputStream log, ByteArrayOutputStream out, boolean all, int limit) {
    try {
      tally = new AuditEnrichment(scene.reader(), scene.collector, TICK).enrich(log, out, all, limit);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void event_withProctitle_getsItsHistoryAfterThat() {
    assertThat(enrich(SYSCALL + PATH + PROCTITLE)).isEqualTo(SYSCALL + PATH + PROCTITLE + ADDED);
    assertThat(enrich(SYSCALL + PATH + PROCTITLE + EOE)).isEqualTo(SYSCALL + PATH + PROCTITLE + ADDED + EOE);
    assertThat(tally.totals()).isEqualTo(new EnrichmentCounts.Totals(4, 1, 1, 0, 0, 0));
  }

  @Test
  void event_withoutProctitle_getsItsHistoryBeforeEoe() {
    assertThat(enrich(SYSCALL + PATH + EOE)).isEqualTo(SYSCALL + PATH + ADDED + EOE);
  }

  @Test
  void event_withoutEnd_getsItsHistoryAfterItsLastRecord() {
    String late = "type=CONFIG_CHANGE msg=audit(1691750761.000:200): op=remove_rule key=(null) list=4 res=1\n";
    assertThat(enrich(SYSCALL + PATH)).isEqualTo(SYSCALL + PATH + ADDED);
    assertThat(enrich(SYSCALL + PATH + OTHER + late)).startsWith(SYSCALL + PATH + ADDED).contains("\"sshd\"\n");
    assertThat(enrich(SYSCALL + OTHER + PATH + late.repeat(2000)))
        .startsWith(SYSCALL).contains(PATH + ADDED + late).contains(SSHD);
  }

  @Test
  void events_mixed_areKeptApart() {
    String a = SYSCALL;
    String b = OTHER.lines().findFirst().orElseThrow() + "\n";
    String bEnd = OTHER.substring(b.length());
    String addedB = ADDED.replace(":108", ":109").replace(HISTORY, SSHD);
    assertThat(enrich(a + b + PATH + bEnd + PROCTITLE + EOE))
        .isEqualTo(a + b + PATH + bEnd + addedB + PROCTITLE + ADDED + EOE);
    assertThat(tally.totals().events()).isEqualTo(2);
  }

  @Test
  void event_outOfOrder_getsItsHistoryOnce() {
    assertThat(enrich(PROCTITLE + PATH + SYSCALL + OTHER)).startsWith(PROCTITLE + PATH + SYSCALL + ADDED);
    assertThat(enrich(SYSCALL + PROCTITLE + PATH + OTHER + EOE)).startsWith(SYSCALL + PROCTITLE + ADDED + PATH);
    assertThat(tally.added).isEqualTo(2);
    assertThat(enrich(EOE + PROCTITLE + PATH)).isEqualTo(EOE + PROCTITLE + PATH);
  }

  @Test
  void event_ofAnotherNode_isAnother() {
    String a = "node=web1 ";
    String b = "node=web2 ";
    assertThat(enrich(a + SYSCALL + b + SYSCALL + a + PROCTITLE + b + PROCTITLE)).isEqualTo(
        a + SYSCALL + b + SYSCALL + a + PROCTITLE + a + ADDED + b + PROCTITLE + b + ADDED);
  }

  @Test
  void event_enriched_staysAsItIs() {
    String log = SYSCALL + PATH + PROCTITLE + OTHER + PROCTITLE.replace("108", "110")
        + SYSCALL.replace("108", "110").replace("items=0", "items=1");
    String once = enrich(log);
    assertThat(tally.added).isEqualTo(3);
    assertThat(enrich(once)).isEqualTo(once);
    assertThat(tally.added).isZero();
    String all = enrich(log + login(), true, 0);
    assertThat(tally.added).isEqualTo(4);
    assertThat(enrich(all, true, 0)).isEqualTo(all);
  }

  private static String login() {
    return "type=USER_LOGIN msg=audit(1691750758.600:300): pid=3767 uid=0 auid=1000 ses=1 msg='op=login pid=1 id=1000"
        + " exe=\"/usr/sbin/sshd\" hostname=? addr=? terminal=/dev/pts/1 res=success'\u001dUID=\"root\"\n";
  }

  @Test
  void event_ofOneRecord_getsItsHistoryIfAsked() {
    String seccomp = "type=SECCOMP msg=audit(1691750758.700:301): auid=1000 uid=0 gid=0 ses=1 pid=3787 comm=\"bash\""
        + " exe=\"/bin/bash\" sig=31 arch=c000003e syscall=101 compat=0 ip=0x7f code=0x0\n";
    assertThat(enrich(login() + seccomp)).isEqualTo(login() + seccomp);
    assertThat(tally.totals()).isEqualTo(new EnrichmentCounts.Totals(2, 2, 0, 0, 0, 0));
    assertThat(enrich(login() + seccomp, true, 1024)).isEqualTo(
        login() + "type=UNKNOWN[1340] msg=audit(1691750758.600:300): " + SSHD
            + seccomp + "type=UNKNOWN[1340] msg=audit(1691750758.700:301): " + HISTORY);
  }

  @Test
  void event_withLoginAmongItsRecords_isOne() {
    String login = "type=LOGIN " + STAMP + "pid=3787 uid=0 old-auid=4294967295 auid=0 res=1\n";
    assertThat(enrich(login + SYSCALL + PROCTITLE)).isEqualTo(login + SYSCALL + PROCTITLE + ADDED);
    assertThat(enrich(SYSCALL + login + PROCTITLE, true, 1024)).isEqualTo(SYSCALL + login + PROCTITLE + ADDED);
  }

  @Test
  void event_aboutOthers_saysTheirHistoriesToo() {
    String object = "type=OBJ_PID " + STAMP + "opid=3767 oauid=-1 ouid=0 oses=-1 ocomm=\"sshd\"\n";
    String nobody = "type=OBJ_PID " + STAMP + "opid=9999 oauid=-1 ouid=0 oses=-1 ocomm=\"x\"\n";
    String second = "type=UNKNOWN[1340] " + STAMP + "opid=3767 " + SSHD;
    assertThat(enrich(SYSCALL + object + nobody + PROCTITLE))
        .isEqualTo(SYSCALL + object + nobody + PROCTITLE + ADDED + second);
    assertThat(tally.totals()).isEqualTo(new EnrichmentCounts.Totals(4, 1, 2, 0, 1, 0));
    assertThat(enrich(SYSCALL + PROCTITLE + OTHER + object)).endsWith(object + second);
    assertThat(enrich(SYSCALL + object.repeat(100) + PROCTITLE)).endsWith(second);
    assertThat(tally.added).isEqualTo(65);
  }

  @Test
  void line_whateverItIs_passesAsItIs() {
    for (String odd : List.of("nonsense\n", "\n\r\n", "\0\0\n", "type=SYSCALL msg=audit(1.2:\n", "----\n",
        "x".repeat(70_000) + "\n", ("y".repeat(600_000) + "\r\n").repeat(2))) {
      assertThat(enrich(odd + SYSCALL + PROCTITLE + odd)).isEqualTo(odd + SYSCALL + PROCTITLE + ADDED + odd);
      assertThat(enrich(SYSCALL + odd + PATH + odd).replace(ADDED, "")).isEqualTo(SYSCALL + odd + PATH + odd);
    }
    assertThat(enrich("")).isEmpty();
    assertThat(enrich("nonsense\n\nx")).isEqualTo("nonsense\n\nx");
    assertThat(tally.totals()).isEqualTo(new EnrichmentCounts.Totals(3, 0, 0, 0, 0, 2));
  }

  @Test
  void line_withReturn_isFollowedByOne() {
    String log = (SYSCALL + PROCTITLE).replace("\n", "\r\n");
    assertThat(enrich(log)).isEqualTo(log + ADDED.replace("\n", "\r\n"));
  }

  /** RHEL 6 and 7: no PROCTITLE, no colon after what the daemon says, words before fields, two spaces. */
  @Test
  void log_asOlderSystemsWriteIt_passesAsItIs() {
    String stamp = "msg=audit(1691750758.500:";
    List<String> lines = List.of(
        "type=USER_CMD " + stamp + "101): user pid=3787 uid=497 auid=700 msg='cwd=\"/\" cmd=6C73 terminal=? res=success'",
        "type=DAEMON_END " + stamp + "102): auditd normal halt, sending auid=? pid=? subj=? res=success",
        "type=DAEMON_CONFIG " + stamp + "103) config changed, auid=0 pid=3787 subj=system_u:system_r:auditd_t:s0",
        "type=UNKNOWN[1329] msg=?",
        "type=USER_ROLE_CHANGE " + stamp + "105): pid=3787 uid=0 msg='pam: default-context=u:r:t:s0-s0:c0.c1023'",
        "type=SOCKADDR " + stamp + "106): saddr=01002F7661722F72756E",
        "type=TTY " + stamp + "107): tty pid=3787 uid=1000 major=136 minor=0 comm=\"bash\" data=7F0D",
        "type=EXECVE " + stamp + "109): argc=2 a0=\"grep\" a1=\"regex=8\"");
    String log = String.join("\n", lines) + "\n";
    assertThat(enrich(log)).isEqualTo(log);
    assertThat(tally.unparsable).isEqualTo(1);
    String cwd = "type=CWD " + STAMP + " cwd=\"/home\"\n";
    assertThat(enrich(log + SYSCALL + cwd + PATH)).isEqualTo(log + SYSCALL + cwd + PATH + ADDED);
  }

  @Test
  void line_withoutEnd_staysTheLast() {
    String cut = PROCTITLE.substring(0, PROCTITLE.length() - 1);
    assertThat(enrich(SYSCALL + cut)).isEqualTo(SYSCALL + ADDED + cut);
    String whole = SYSCALL.substring(0, SYSCALL.length() - 1);
    assertThat(enrich(whole)).isEqualTo(ADDED + whole);
    String inPid = SYSCALL.substring(0, SYSCALL.indexOf(" pid=3787") + " pid=3787".length());
    assertThat(enrich(inPid)).isEqualTo(inPid);
  }

  @Test
  void history_isCutAsAsked() {
    Task bash = scene.reader().task(3787).orElseThrow();
    Entry entry = bash.entry();
    for (int i = 0; i < 100; i++) {
      entry = scene.entry(entry, 171 * Scene.SECOND + i, 5000, "n" + i, Provenance.OBSERVED);
    }
    scene.process(5000, 170 * Scene.SECOND, entry, bash);
    scene.commit(1000 * Scene.SECOND);
    String log = (SYSCALL.replace("pid=3787", "pid=5000") + PROCTITLE).replace("1691750758", "1691750858");
    assertThat(historyIn(enrich(log))).hasSizeBetween(950, 1021).endsWith("name=n99;pid=5000;start=20230811104620");
    assertThat(historyIn(enrich(log, false, 256))).hasSizeBetween(200, 253);
    assertThat(historyIn(enrich(log, false, 0))).startsWith("name=swapper/0").hasSizeGreaterThan(3000);
  }

  private static String historyIn(String log) {
    String start = "history=\"";
    return log.substring(log.indexOf(start) + start.length(), log.lastIndexOf('"'));
  }

  @Test
  void events_tooManyOpen_doNotHoldUpMore() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      log.append(SYSCALL.replace("items=0", "items=5").replace(":108", ":" + (1000 + i)));
    }
    String enriched = enrich(log.toString());
    assertThat(tally.added).isEqualTo(20_000);
    assertThat(without(enriched)).isEqualTo(log.toString());
  }

  static String without(String enriched) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (from < enriched.length()) {
      int newline = enriched.indexOf('\n', from);
      int to = newline < 0 ? enriched.length() : newline + 1;
      String line = enriched.substring(from, to);
      if (!line.contains("type=UNKNOWN[1340] msg=audit(")) {
        lines.add(line);
      }
      from = to;
    }
    return String.join("", lines);
  }

  @Test
  void log_followed_isNotHeldBack() {
    String open = SYSCALL.replace("108", "111");
    String whole = SYSCALL + PATH + PROCTITLE;
    Followed log = new Followed(whole, open, "half a ", "line\n");
    String enriched = enrich(log, log.out, false, 1024);
    assertThat(log.seen).containsExactly(
        "", whole + ADDED, whole + ADDED + open, whole + ADDED + open, whole + ADDED + open + "half a line\n");
    assertThat(enriched).isEqualTo(whole + ADDED + open + "half a line\n" + ADDED.replace("108", "111"));
  }

  @Test
  void log_followedThatKnowsNoProctitle_getsItsHistoriesAtOnce() {
    String open = SYSCALL.replace("items=0", "items=1");
    Followed log = new Followed(open, PATH, OTHER);
    enrich(log, log.out, false, 1024);
    assertThat(log.seen).startsWith("", open, open + PATH + ADDED);
  }

  /** Gives out one piece after the other, and notes what has come of those before. */
  private static final class Followed extends InputStream {

    private final List<String> pieces;
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final List<String> seen = new ArrayList<>();

    Followed(String... pieces) {
      this.pieces = new ArrayList<>(List.of(pieces));
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      seen.add(out.toString(StandardCharsets.ISO_8859_1));
      if (pieces.isEmpty()) {
        return -1;
      }
      byte[] piece = pieces.remove(0).getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(piece, 0, into, offset, piece.length);
      return piece.length;
    }
  }
}
