package io.taskhistory.api.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in, in whatever pieces, goes out; and nothing but histories with it. */
class PassageFuzzTest {

  private static final int ROUNDS = 1500;

  private static final String[] LINES = {
      "type=SYSCALL msg=audit(1691750758.%03d:%d): arch=c000003e syscall=59 success=yes exit=0 a0=1 items=2 ppid=3767"
          + " pid=%d auid=0 tty=(none) ses=1 comm=\"bash\" exe=\"/bin/bash\" key=(null)\u001dARCH=x86_64"
          + " SYSCALL=execve",
      "node=web1 type=SYSCALL msg=audit(1691750758.%03d:%d): arch=40000003 syscall=5 success=no items=0 pid=%d"
          + " comm=6261",
      "type=EXECVE msg=audit(1691750758.%03d:%d): argc=3 a0=\"bash\" a1=\"-c\" a2=\"%d\"",
      "type=CWD msg=audit(1691750758.%03d:%d):  cwd=2F746D702F6120622063",
      "type=PATH msg=audit(1691750758.%03d:%d): item=0 name=\"/bin/bash\" inode=%d",
      "type=OBJ_PID msg=audit(1691750758.%03d:%d): opid=%d oauid=-1 ouid=0 oses=-1 ocomm=\"sshd\"",
      "type=PROCTITLE msg=audit(1691750758.%03d:%d): proctitle=2D62617368",
      "node=web1 type=PROCTITLE msg=audit(1691750758.%03d:%d): proctitle=2D62617368",
      "type=EOE msg=audit(1691750758.%03d:%d): ",
      "type=USER_CMD msg=audit(1691750762.%03d:%d): user pid=%d uid=497 msg='cwd=\"/\" cmd=2F75"
          + " terminal=? res=success'",
      "type=LOGIN msg=audit(1691750758.%03d:%d): login pid=%d uid=0 old auid=4294967295 new auid=0",
      "type=AVC msg=audit(1691750758.%03d:%d): apparmor=\"DENIED\" pid=%d comm=\"bash\" peer=\"unconfined\"",
      "type=DAEMON_CONFIG msg=audit(1691750758.%03d:%d) config changed, auid=0 pid=%d res=success",
      "", "----", "time->Fri Nov 20 14:44:23 2026"};
  private static final String[] ENDS = {"\n", "\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\0\n", "\n\n", ""};
  private static final int[] PIDS = {1, 2, 3767, 3787, 3788, 3900, 4000, 77, 0};

  private final Scene scene = new Scene();
  private final AuditEnrichment enrichment = new AuditEnrichment(scene.reader(), scene.collector, 4_000_000);

  @ParameterizedTest
  @ValueSource(longs = {1340, 1691750758, 20231108, 7})
  void log_ofAnyBytes_comesOutAsItWas(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    long added = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] log = log(random, 1 + random.nextInt(80));
      for (int mutations = random.nextInt(3) == 0 ? random.nextInt(40) : 0; mutations > 0; mutations--) {
        log[random.nextInt(log.length)] = mutation(random);
      }
      added += check(log, random, i);
    }
    assertThat(added).isGreaterThan(ROUNDS);
  }

  @Test
  void log_long_comesOutAsItWas() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 8; i++) {
      byte[] log = log(random, 20_000);
      for (int newlines = random.nextInt(4); newlines > 0; newlines--) {
        int from = random.nextInt(log.length);
        for (int at = from; at < Math.min(log.length, from + 300_000); at++) {
          log[at] = log[at] == '\n' ? (byte) '_' : log[at];
        }
      }
      check(log, random, i);
    }
  }

  private long check(byte[] log, SplittableRandom random, int round) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean all = random.nextBoolean();
    int limit = random.nextBoolean() ? 1024 : 0;
    int most = 1 + random.nextInt(random.nextBoolean() ? 40 : 200_000);
    Tally tally = enrichment.enrich(new Pieces(log, random, most), out, all, limit);
    String was = new String(log, StandardCharsets.ISO_8859_1);
    String enriched = out.toString(StandardCharsets.ISO_8859_1);
    assertThat(AuditEnrichmentTest.without(enriched).equals(AuditEnrichmentTest.without(was)))
        .as("round %d", round).isTrue();
    assertThat(lines(enriched) - lines(was)).isEqualTo(tally.added);
    return tally.added;
  }

  private static long lines(String text) {
    return text.chars().filter(c -> c == '\n').count();
  }

  private static byte[] log(SplittableRandom random, int lines) {
    StringBuilder log = new StringBuilder();
    int serial = random.nextInt(1000);
    for (int i = 0; i < lines; i++) {
      String line = LINES[random.nextInt(LINES.length)];
      int of = serial - random.nextInt(3);
      log.append(line.formatted(of % 1000, of, PIDS[random.nextInt(PIDS.length)]));
      log.append(ENDS[random.nextInt(ENDS.length)]);
      serial += random.nextInt(4) == 0 ? 1 : 0;
    }
    return log.append('.').toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte mutation(SplittableRandom random) {
    String likely = "\n\n\r =\"'():.0129\u001d\0";
    return (byte) (random.nextBoolean() ? random.nextInt(256) : likely.charAt(random.nextInt(likely.length())));
  }

  /** Comes in pieces of any size, with pauses. */
  private static final class Pieces extends InputStream {

    private final ByteArrayInputStream in;
    private final SplittableRandom random;
    private final int most;

    Pieces(byte[] bytes, SplittableRandom random, int most) {
      this.in = new ByteArrayInputStream(bytes);
      this.random = random;
      this.most = most;
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return in.read(into, offset, Math.min(length, 1 + random.nextInt(most)));
    }

    @Override
    public int available() {
      return random.nextInt(3) == 0 ? 0 : in.available();
    }
  }
}
