package io.taskhistory.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every expected text was worked out by hand from the format's description, not by the code. */
class HistoryStyleTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long BOOT = Instant.parse("2023-08-11T19:43:29Z").getEpochSecond() * SECOND;

  private final Boot boot = new Boot(
      0, "01234567-89ab-cdef-0123-456789abcdef", BOOT, new ClockLedger(List.of(new ClockLedger.Row(0, BOOT, 0))));

  private Entry at(Entry parent, long seconds, int pid, String name) {
    return new Entry(parent, seconds * SECOND + 999_999_999, pid, RawText.of(name), Provenance.OBSERVED);
  }

  private History history(Entry last) {
    return History.of(Task.leader(boot, 4000, 1, last), Long.MAX_VALUE);
  }

  @Test
  void kernel_workedExampleOfThePatch() {
    // In the patch's own example sshd's start was read off a clock that a time zone had not yet been applied to.
    Entry init = at(Entry.root(Provenance.OBSERVED), 14, 1, "init");
    Entry sshd = at(init, 60 * 60, 3767, "sshd");
    assertThat(HistoryStyle.KERNEL.write(history(sshd), 1024)).isEqualTo(
        "name=swapper/0;pid=1;start=20230811194329=>name=init;pid=1;start=20230811194343"
            + "=>name=sshd;pid=3767;start=20230811204329");
  }

  @Test
  void kernel_escapesEveryByteThatCouldBeTakenForStructure() {
    byte[] name = {'a', ' ', '"', '=', '>', '\n', '\\', (byte) 0xff, ';', '?', 'Z', '.', '_', '-', '/'};
    Entry entry = new Entry(Entry.root(Provenance.OBSERVED), 1, 7, RawText.of(name), Provenance.OBSERVED);
    assertThat(HistoryStyle.NAMES.write(history(entry), 0))
        .isEqualTo("swapper/0=>a\\040\\042\\075\\076\\012\\134\\377\\073\\077Z._-/");
  }

  @Test
  void everyStyle_unknownIsABareQuestionMarkAndARealOneIsNot() {
    Entry unknown = new Entry(Entry.root(Provenance.OBSERVED), 1, 7, RawText.UNKNOWN, Provenance.UNKNOWN);
    Entry real = new Entry(unknown, 2, 7, RawText.of("?"), Provenance.OBSERVED);
    assertThat(HistoryStyle.NAMES.write(history(real), 0)).isEqualTo("swapper/0=>?=>\\077");
    assertThat(HistoryStyle.KERNEL.write(history(real), 0)).contains("name=?;pid=7").contains("name=\\077;pid=7");
    assertThat(HistoryStyle.DOMAIN.write(history(real), 0)).isEqualTo("<kernel> ? \\077");
  }

  @Test
  void kernel_taskThatHasNotExecedSinceItsForkEndsWithItsCreatorsItem() {
    Entry bash = at(Entry.root(Provenance.OBSERVED), 5, 300, "bash");
    Task forked = Task.leader(boot, 301, 6 * SECOND, bash);
    assertThat(HistoryStyle.KERNEL.write(History.of(forked, Long.MAX_VALUE), 0))
        .isEqualTo("name=swapper/0;pid=1;start=20230811194329=>name=bash;pid=300;start=20230811194334");
  }

  @Test
  void limit_dropsTheOldestUntilAtMostLimitMinusThreeBytesRemain() {
    // "name=swapper/0;pid=1;start=20230811194329" has 41 bytes; "name=aaaaaaaaaa;pid=5;start=20230811194330" 42.
    Entry e = Entry.root(Provenance.OBSERVED);
    for (int i = 0; i < 6; i++) {
      e = new Entry(e, SECOND + i, 5, RawText.of("aaaaaaaaaa"), Provenance.OBSERVED);
    }
    String item = "name=aaaaaaaaaa;pid=5;start=20230811194330";
    String five = String.join("=>", List.of(item, item, item, item, item));
    String six = five + "=>" + item;
    assertThat(five).hasSize(218);
    assertThat(six).hasSize(262);
    assertThat(HistoryStyle.KERNEL.write(history(e), 264)).isEqualTo(five);
    assertThat(HistoryStyle.KERNEL.write(history(e), 265)).isEqualTo(six);
    assertThat(HistoryStyle.KERNEL.write(history(e), 307)).isEqualTo(six);
    assertThat(HistoryStyle.KERNEL.write(history(e), 308))
        .isEqualTo("name=swapper/0;pid=1;start=20230811194329=>" + six);
    assertThat(HistoryStyle.KERNEL.write(history(e), 0)).hasSize(305);
  }

  @Test
  void limit_leavesRoomForTheLongestItemThereIs() {
    byte[] name = "\377".repeat(15).getBytes(StandardCharsets.ISO_8859_1);
    List<Entry> chain = new ArrayList<>(List.of(Entry.root(Provenance.OBSERVED)));
    for (int i = 0; i < 40; i++) {
      chain.add(new Entry(chain.get(i), i + 1, 4194303, RawText.of(name), Provenance.OBSERVED));
    }
    String text = HistoryStyle.KERNEL.write(history(chain.get(40)), HistoryStyle.MIN_LIMIT);
    assertThat(text).startsWith("name=\\377").hasSizeLessThanOrEqualTo(253);
  }

  @Test
  void limit_belowTheSmallestIsRefused() {
    History history = history(Entry.root(Provenance.OBSERVED));
    assertThatIllegalArgumentException().isThrownBy(() -> HistoryStyle.KERNEL.write(history, 255));
    assertThatIllegalArgumentException().isThrownBy(() -> HistoryStyle.KERNEL.write(history, -1));
    assertThat(HistoryStyle.KERNEL.write(history, 256)).isNotEmpty();
  }

  @Test
  void domain_isWhatTomoyoWrites() {
    Entry systemd = at(Entry.root(Provenance.OBSERVED), 1, 1, "systemd");
    systemd.detail(program("/usr/lib/systemd/systemd"));
    Entry odd = at(systemd, 2, 9, "a b\\c");
    odd.detail(program("/opt/a b\\c?\u00e9"));
    Entry unreadable = at(odd, 3, 10, "w x?");
    assertThat(HistoryStyle.DOMAIN.write(history(unreadable), 0))
        .isEqualTo("<kernel> /usr/lib/systemd/systemd /opt/a\\040b\\\\c?\\303\\251 w\\040x\\077");
    assertThat(HistoryStyle.DOMAIN.write(history(Entry.root(Provenance.OBSERVED)), 0)).isEqualTo("<kernel>");
  }

  private static Details program(String path) {
    Details none = Details.UNKNOWN;
    return new Details(none.exe(), RawText.of(path), null, false, none.cwd(), -1, -1, -1, -1, -1, -1, none.tty(),
        none.cgroup(), none.container(), -1);
  }
}
