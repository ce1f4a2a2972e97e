package io.taskhistory.api.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.policy.Action.Exec;
import io.taskhistory.api.policy.Action.Plain;
import io.taskhistory.collector.masking.MaskRules;
import io.taskhistory.store.Flush;
import io.taskhistory.store.StoreSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyReaderTest {

  private static final Path EXAMPLE = Path.of("src/main/dist/taskhistory.conf");

  @TempDir
  private Path directory;

  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("taskhistory.conf");
  }

  private Policy read(String text, String... sets) throws Exception {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    return PolicyReader.read(file, List.of(sets));
  }

  private Path program(String mode) throws Exception {
    Path program = directory.resolve("program");
    Files.writeString(program, "#!/bin/sh\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString(mode));
    return program;
  }

  @Test
  void example_hasAllKeysWithTheirDefaults() throws Exception {
    Policy example = read(Files.readString(EXAMPLE));
    assertThat(example).usingRecursiveComparison().ignoringFields("origin").isEqualTo(Policy.DEFAULT);
    assertThat(Files.readAllLines(EXAMPLE).stream().filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(line -> line.split(" ")[0])).containsExactlyInAnyOrderElementsOf(Key.labels());
  }

  @Test
  void defaults_rotateWhereThatHelpsAndNeverHalt() {
    for (Trigger trigger : Trigger.values()) {
      assertThat(Policy.DEFAULT.actions(trigger)).endsWith(Plain.LOG).doesNotContain(Plain.HALT, Plain.SUSPEND);
    }
    assertThat(Policy.DEFAULT.actions(Trigger.DISK_FULL)).containsExactly(Plain.ROTATE, Plain.LOG);
    assertThat(Policy.DEFAULT.actions(Trigger.LOSS)).containsExactly(Plain.LOG);
    assertThat(Policy.DEFAULT.storeSettings().flush()).isEqualTo(StoreSettings.DEFAULT.flush());
  }

  @Test
  void everyKey_isRead() throws Exception {
    Path program = program("rwxr-x---");
    Policy policy = read("""
        # a comment
        flush = INCREMENTAL
        freq=50
          max_store_size = 800
        max_store_size_action = log , rotate
        max_age = 12h
        max_age_action = ignore
        space_left = 10%
        space_left_action = exec PROGRAM , suspend
        admin_space_left = 0
        admin_space_left_action = halt
        queue_size = 7
        reserve = 0
        suspend_cgroups = /user.slice machine.slice/
        mask = custom
        mask_option = --pin, -k MY_KEY
        mask_option = --pan
        mask_pattern = id=([0-9]+), or so
        """.replace("PROGRAM", program.toString()), "freq=60", "loss_action=suspend");
    assertThat(policy.flush()).isEqualTo(Flush.INCREMENTAL);
    assertThat(policy.freq()).isEqualTo(60);
    assertThat(policy.maxStoreSize()).isEqualTo(800L << 20);
    assertThat(policy.maxAge()).isEqualTo(Duration.ofHours(12));
    assertThat(policy.spaceLeft()).isEqualTo(new Space(10, true));
    assertThat(policy.actions(Trigger.MAX_STORE_SIZE)).containsExactly(Plain.LOG, Plain.ROTATE);
    assertThat(policy.actions(Trigger.MAX_AGE)).containsExactly(Plain.IGNORE);
    assertThat(policy.actions(Trigger.SPACE_LEFT)).containsExactly(new Exec(program), Plain.SUSPEND);
    assertThat(policy.actions(Trigger.ADMIN_SPACE_LEFT)).containsExactly(Plain.HALT);
    assertThat(policy.actions(Trigger.LOSS)).containsExactly(Plain.SUSPEND);
    assertThat(policy.queueSize()).isEqualTo(7 << 20);
    assertThat(policy.suspendCgroups()).containsExactly("/user.slice", "/machine.slice");
    assertThat(policy.mask()).isEqualTo(
        new MaskRules(false, List.of("--pin", "-k", "MY_KEY", "--pan"), List.of("id=([0-9]+), or so")));
    assertThat(policy.origin()).contains(file.toString()).contains("--set");
    StoreSettings settings = policy.storeSettings();
    assertThat(settings.slice()).isEqualTo(Duration.ofMinutes(90));
    assertThat(settings.sliceBytes()).isEqualTo(100L << 20);
    assertThat(settings.reserve()).isZero();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      spaceleft = 5                       | did you mean space_left?
      disk_full_actoin = log              | did you mean disk_full_action?
      rubbish = 5                         | there is no key rubbish; there are flush, freq
      space_left                          | write key = value
      space_left = 5 GB                   | space_left = 5 GB: write MiB
      space_left = 100%                   | below 100%
      space_left = -1                     | write MiB
      admin_space_left = 75               | has to be less than space_left
      flush = always                      | write none, incremental or sync
      freq = 0                            | from 1 to 1000000
      max_store_size = 9                  | at least 64 MiB
      max_age = 30                        | as in 30d or 12h
      max_age = 1s                        | at least 60s
      max_age_action = suspend            | write ignore, log, rotate, exec PATH
      loss_action = rotate                | write ignore, log, suspend, halt, exec PATH
      loss_action = email                 | write ignore
      disk_full_action =                  | write ignore
      disk_full_action = ignore,log       | ignore stands alone
      disk_full_action = suspend          | suspend_cgroups, which names none
      disk_full_action = exec ls          | absolute path
      disk_full_action = exec /bin        | no regular file
      disk_full_action = exec /none/such  | cannot be looked at
      disk_full_action = exec /bin/ls -l  | cannot be looked at
      mask = all                          | write default, custom or none
      mask_option = --pin=                | write names of options
      mask_pattern = (                    | no regular expression of RE2
      mask_pattern = (?<=key)x            | no look-around
      mask_pattern = .*                   | it matches nothing at all
      suspend_cgroups = /                 | the root
      suspend_cgroups = /a/../b           | without . and ..
      """)
  void mistake_isNamedWithItsPlace(String line, String complaint) {
    assertThatThrownBy(() -> read("# one\n\n" + line + "\n")).isInstanceOf(PolicyException.class)
        .hasMessageContaining(complaint).message().satisfies(message -> assertThat(message)
            .startsWith(complaint.contains("less than") || complaint.contains("names none")
                ? file + ": " : file + ":3: "));
    assertThatThrownBy(() -> read("", line)).isInstanceOf(PolicyException.class).hasMessageContaining(complaint);
  }

  @Test
  void list_isReplacedByTheCommandLine() throws Exception {
    assertThat(read("mask_option = --a\nmask_pattern = b\n", "mask_option=--c", "mask_option=--d").mask())
        .isEqualTo(new MaskRules(true, List.of("--c", "--d"), List.of("b")));
    assertThat(read("mask_option = --a\n", "mask_option=").mask()).isEqualTo(MaskRules.DEFAULT);
    assertThat(read("mask_option = --a\n", "mask=none").mask()).isEqualTo(MaskRules.NONE);
    assertThat(PolicyReader.read(List.of("mask_option=--e")).mask().options()).containsExactly("--e");
  }

  @Test
  void key_setTwice_isRefused() {
    assertThatThrownBy(() -> read("freq = 1\nfreq = 2\n"))
        .hasMessage(file + ":2: freq was set before, at " + file + ":1; keep one of the two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw----", "rw-r---w-"})
  void file_thatOthersCanWrite_isRefused(String mode) throws Exception {
    Files.writeString(file, "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertThatThrownBy(() -> PolicyReader.read(file, List.of())).isInstanceOf(PolicyException.class)
        .hasMessageContaining("chmod 0640");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwxr-x-w-", "rw-r-----"})
  void program_thatOthersCanWrite_orNobodyCanRun_isRefused(String mode) throws Exception {
    Path program = program(mode);
    assertThatThrownBy(() -> read("loss_action = exec " + program)).hasMessageContaining("chmod");
  }

  @Test
  void file_ofSomebodyElse_isRefused() throws Exception {
    Machinery.assumeRoot();
    Files.writeString(file, "");
    Files.setAttribute(file, "unix:uid", 65534);
    assertThatThrownBy(() -> PolicyReader.read(file, List.of())).hasMessageContaining("chown root");
  }

  @Test
  void program_behindALink_isRefused() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), program("rwxr-x---"));
    assertThatThrownBy(() -> read("loss_action = exec " + link)).hasMessageContaining("no regular file");
  }

  @Test
  void file_thatIsNone_isRefused() {
    assertThatThrownBy(() -> PolicyReader.read(directory.resolve("none"), List.of()))
        .hasMessageContaining("there is no such file");
    assertThatThrownBy(() -> PolicyReader.read(directory, List.of())).isInstanceOf(PolicyException.class);
  }

  /** Whatever stands in it: it is read, or refused with one line that a terminal may see. */
  @Test
  void garbage_isRefusedInOneLine() throws Exception {
    Random random = new Random(4);
    byte[] pool = "=,#%/ \t\r\u0000\u001b[31mexec rotate space_left flush 1234567890".getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(300)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = random.nextInt(20) == 0 ? (byte) random.nextInt(256) : pool[random.nextInt(pool.length)];
      }
      Files.write(file, bytes);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      try {
        PolicyReader.read(file, List.of());
      } catch (PolicyException e) {
        assertThat(e.getMessage()).as(Arrays.toString(bytes)).startsWith(file.toString()).hasSizeLessThan(1000);
        assertThat(e.getMessage().chars().noneMatch(Character::isISOControl)).as(e.getMessage()).isTrue();
      }
    }
  }
}
