package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.RawText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatLineTest {

  private static final String REST = " S 11 22 33 34817 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 61400 9 10"
      + " 18446744073709551615 12 13 140722000000000 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 14 15 16 17 18 19 20 256\n";

  private final StatLine line = new StatLine();
  private final TaskStat stat = new TaskStat();

  private boolean parse(byte[] bytes) {
    return line.parse(ByteBuffer.wrap(bytes), bytes.length, stat);
  }

  private boolean parse(String text) {
    return parse(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void parse_ordinaryLine_takesAllFields() {
    assertThat(parse("4711 (bash)" + REST)).isTrue();
    assertThat(stat.tid).isEqualTo(4711);
    assertThat(stat.comm).isEqualTo(RawText.of("bash"));
    assertThat(stat.state).isEqualTo('S');
    assertThat(stat.ppid).isEqualTo(11);
    assertThat(stat.ttyNr).isEqualTo(34817);
    assertThat(stat.flags).isEqualTo(4194560);
    assertThat(stat.numThreads).isEqualTo(3);
    assertThat(stat.starttime).isEqualTo(61400);
    assertThat(stat.startstack).isEqualTo(140722000000000L);
    assertThat(stat.exitCode).isEqualTo(256);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "a) S 1 (b    | a) S 1 (b",
    "))))         | ))))",
    "(            | (",
    "a<newline>b  | a<newline>b",
    "a\\nb        | a\\nb",
    "a\\\\b       | a\\\\b",
    "x\\          | x\\",
  })
  void parse_hostileName_isTakenWhole(String shown, String comm) {
    assertThat(parse("4711 (" + shown.replace("<newline>", "\n") + ")" + REST)).isTrue();
    assertThat(stat.comm).isEqualTo(RawText.of(comm.replace("<newline>", "\n")));
    assertThat(stat.startstack).isEqualTo(140722000000000L);
  }

  @Test
  void parse_emptyName_isKnownToBeEmpty() {
    assertThat(parse("4711 ()" + REST)).isTrue();
    assertThat(stat.comm).isSameAs(RawText.EMPTY);
  }

  @ParameterizedTest
  @CsvSource({
    "kworker/1:2-events,        69238880, kworker/1:2",
    "kworker/u8:0+flush-254:0,  69238880, kworker/u8:0",
    "kworker/R-mm_percpu_wq,    69238880, kworker/R-mm_pe",
    "rcu_tasks_trace_kthread,   2129984,  rcu_tasks_trace",
    "ksoftirqd/0,               2129984,  ksoftirqd/0",
  })
  void parse_kernelThread_takesTheCommOfWhatIsShown(String shown, int flags, String comm) {
    assertThat(parse("12 (" + shown + ")" + REST.replace("4194560", Integer.toString(flags)))).isTrue();
    assertThat(stat.isKernelThread()).isTrue();
    assertThat(stat.comm).isEqualTo(RawText.of(comm));
  }

  @Test
  void parse_nameSeenBefore_allocatesNone() {
    parse("1 (bash)" + REST);
    RawText first = stat.comm;
    parse("2 (bash)" + REST);
    assertThat(stat.comm).isSameAs(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1 ", "1 (", "1 ()", "1 (a", "1 (a)", "1 (a) ", "1 (a) S", "1 (a) S 2 3",
      "x (a) S 1", "(a) S 1", "99999999999 (a) S 1", "-1 (a) S 1"})
  void parse_cutOrForeignLine_isRefused(String text) {
    assertThat(parse(text)).isFalse();
  }

  /** Seeded, so that a failure can be repeated. */
  @Test
  void parse_anyBytes_neverThrows() {
    Random random = new Random(20261120);
    byte[] seed = ("4711 (ba)sh)" + REST).getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = seed.clone();
      for (int changes = random.nextInt(8); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      line.parse(ByteBuffer.wrap(bytes), random.nextInt(bytes.length + 1), stat);
      assertThat(stat.comm.length()).isLessThanOrEqualTo(bytes.length);
    }
  }
}
