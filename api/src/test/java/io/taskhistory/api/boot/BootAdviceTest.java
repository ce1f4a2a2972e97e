package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.boot.BootAdvice.LoaderView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootAdviceTest {

  private static final String RECORDED = "trace_event=sched:sched_process_fork,sched:sched_process_exec,"
      + "sched:sched_process_exit,task:task_newtask,task:task_rename trace_buf_size=4M trace_clock=global";

  @TempDir
  private Path root;

  @BeforeEach
  void layOut() throws IOException {
    kernel("6.1.0-56-amd64");
    file("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 quiet\n");
    stat(3000, 2);
    file("/proc/uptime", "120.50 230.00\n");
    file("/proc/meminfo", "MemTotal:        8000000 kB\nMemFree: 1 kB\n");
    file("/boot/config-6.1.0-56-amd64", "CONFIG_FTRACE=y\nCONFIG_EVENT_TRACING=y\n# CONFIG_BOOT_CONFIG is not set\n");
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path.substring(1));
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
  }

  private void kernel(String release) throws IOException {
    file("/proc/sys/kernel/osrelease", release + "\n");
  }

  private void stat(long processes, int cpus) throws IOException {
    StringBuilder stat = new StringBuilder("cpu  1 2 3\n");
    for (int cpu = 0; cpu < cpus; cpu++) {
      stat.append("cpu").append(cpu).append(" 1 2 3\n");
    }
    file("/proc/stat", stat + "intr 5\nprocesses " + processes + "\nprocs_running 2\n");
  }

  private BootAdvice advice() {
    return BootAdvice.of(new HostFiles(root));
  }

  @Test
  void parameters_areForTheGlobalBuffer() {
    assertThat(advice().parameters()).isEqualTo(RECORDED);
    assertThat(advice().config()).isEqualTo("/boot/config-6.1.0-56-amd64");
    assertThat(advice().lacks()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      ''                                                                                         | false
      trace_clock=global                                                                         | false
      trace_event=sched:* trace_buf_size=1M trace_clock=global                                   | false
      trace_event=sched:*,task: trace_buf_size=1M trace_clock=global                             | true
      trace_event=sched,task_newtask,task_rename trace_buf_size=1M trace_clock=global            | true
      trace_event=sched:*,task: trace_buf_size=1M trace_clock=mono                               | false
      trace_event=sched:*,task: trace_clock=global                                               | false
      trace_event=sched:*,task: trace_buf_size=1M trace_clock=global trace_event=initcall        | false
      -- trace_event=sched:*,task: trace_buf_size=1M trace_clock=global                          | false
      """)
  void thisBoot_isRecordedWithAllOfThem(String commandLine, boolean recorded) throws IOException {
    file("/proc/cmdline", "quiet " + commandLine + "\n");
    assertThat(advice().recorded()).isEqualTo(recorded);
    file("/proc/cmdline", "quiet " + RECORDED + " " + commandLine.replaceAll("trace_\\S+", "") + "\n");
    assertThat(advice().missing()).isEmpty();
  }

  @Test
  void missing_isWhatTheCommandLineLacks() throws IOException {
    file("/proc/cmdline", RECORDED.replace("task:task_rename", "task:other").replace("global", "boot"));
    assertThat(advice().missing()).containsExactly("trace_event=task:task_rename", "trace_clock=global");
  }

  /** Processes started, seconds up, processors; MiB for each of them, and all of that. */
  @ParameterizedTest
  @CsvSource({"100, 20, 2, 4, 8", "40000, 300, 2, 16, 32", "40000, 6000, 2, 4, 8", "40000, 300, 64, 1, 64",
      "100000000, 300, 1, 64, 64", "20000, 300, 4, 8, 32"})
  void buffer_holdsTheStartOfABoot(long processes, double uptime, int cpus, long mebibytes, long memory)
      throws IOException {
    stat(processes, cpus);
    file("/proc/uptime", uptime + " 1.00\n");
    BootAdvice advice = advice();
    assertThat(advice.buffer().mebibytes()).isEqualTo(mebibytes);
    assertThat(advice.parameters()).contains("trace_buf_size=" + mebibytes + "M ");
    assertThat(advice.memory()).isEqualTo(memory << 20);
    assertThat(advice.buffer().startedSoFar()).isEqualTo(processes);
  }

  @Test
  void buffer_ofASmallMachine_leavesItsMemory() throws IOException {
    stat(100_000, 2);
    file("/proc/meminfo", "MemTotal:         131072 kB\n");
    assertThat(advice().memory()).isEqualTo(8 << 20);
  }

  @Test
  void kernel_builtWithoutEvents_cannot() throws IOException {
    file("/boot/config-6.1.0-56-amd64", "CONFIG_FTRACE=y\n# CONFIG_EVENT_TRACING is not set\n");
    assertThat(advice().lacks()).containsExactly("CONFIG_EVENT_TRACING=y");
    Files.delete(root.resolve("boot/config-6.1.0-56-amd64"));
    assertThat(advice().lacks()).as("nobody says so").isEmpty();
    assertThat(advice().config()).isEmpty();
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(root.resolve("proc/config.gz")))) {
      out.write("CONFIG_EVENT_TRACING=y\n".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(advice().lacks()).containsExactly("CONFIG_FTRACE=y");
    assertThat(advice().config()).isEqualTo("/proc/config.gz");
  }

  @Test
  void missed_dependsOnTheKernel() throws IOException {
    assertThat(advice().missed()).hasSize(2);
    assertThat(advice().instance()).contains("not known to this kernel");
    kernel("6.12.117+deb12-cloud-amd64");
    assertThat(advice().missed()).hasSize(1);
    assertThat(advice().instance()).contains("local");
  }

  private List<String> loaders() {
    return advice().bootloaders().stream().map(loader -> loader.name() + " " + loader.file()).toList();
  }

  private List<String> steps() {
    return advice().bootloaders().stream().map(LoaderView::steps).findFirst().orElseThrow();
  }

  @Test
  void bootloader_isToldByItsFiles() throws IOException {
    assertThat(loaders()).isEmpty();
    file("/boot/cmdline.txt", "root=/dev/mmcblk0p2");
    assertThat(loaders()).as("it could be anybody's").isEmpty();
    file("/boot/config.txt", "");
    assertThat(loaders()).containsExactly("Raspberry Pi /boot/cmdline.txt");
    file("/boot/extlinux/extlinux.conf", "");
    file("/boot/loader/entries/debian.conf", "");
    assertThat(loaders()).startsWith("systemd-boot /boot/loader/entries", "extlinux /boot/extlinux/extlinux.conf");
    file("/etc/kernel/cmdline", "");
    assertThat(loaders()).startsWith("systemd-boot, or a unified kernel image /etc/kernel/cmdline");
    file("/etc/default/grub", "");
    assertThat(loaders()).startsWith("GRUB /etc/default/grub");
  }

  @Test
  void grub_isToldInItsOwnWay() throws IOException {
    file("/etc/default/grub", "");
    assertThat(steps()).endsWith("run grub-mkconfig -o /boot/grub/grub.cfg");
    file("/boot/grub2/grub.cfg", "");
    assertThat(steps()).endsWith("run grub2-mkconfig -o /boot/grub2/grub.cfg");
    file("/usr/sbin/update-grub", "");
    assertThat(steps()).containsExactly("add them to GRUB_CMDLINE_LINUX=\"…\"", "run update-grub");
    file("/usr/sbin/grubby", "");
    assertThat(steps()).containsExactly("run grubby --update-kernel=ALL --args=\"" + RECORDED + "\"");
  }

  @Test
  void uBoot_isToldByItsFiles() throws IOException {
    file("/boot/boot.scr", "");
    assertThat(loaders()).containsExactly("U-Boot /boot/boot.scr");
    file("/boot/uEnv.txt", "");
    assertThat(loaders()).containsExactly("U-Boot /boot/uEnv.txt");
    file("/boot/armbianEnv.txt", "");
    assertThat(loaders()).containsExactly("U-Boot /boot/armbianEnv.txt");
    file("/etc/default/u-boot", "");
    assertThat(loaders()).startsWith("U-Boot with a menu /etc/default/u-boot");
  }

  @Test
  void host_withoutAnything_getsAdviceAllTheSame() {
    BootAdvice advice = BootAdvice.of(new HostFiles(root.resolve("nowhere")));
    assertThat(advice.kernel()).isEmpty();
    assertThat(advice.parameters()).isEqualTo(RECORDED);
    assertThat(advice.recorded()).isFalse();
  }
}
