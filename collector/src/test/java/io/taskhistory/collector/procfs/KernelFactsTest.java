package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.children.Child;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelFactsTest {

  @Test
  void read_isWhatTheSystemsToolsSay() {
    KernelFacts facts = KernelFacts.read();
    assertThat(facts.bootId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    try (Child getconf = Child.run(Path.of("/usr/bin/getconf"), "CLK_TCK");
        Child uname = Child.run(Path.of("/usr/bin/uname"), "-r");
        Child pidMax = Child.run(Path.of("/bin/cat"), "/proc/sys/kernel/pid_max")) {
      assertThat(facts.pidMax()).isEqualTo(Integer.parseInt(pidMax.line()));
      assertThat(facts.clockTicksPerSecond()).isEqualTo(Long.parseLong(getconf.line()));
      assertThat(facts.release()).isEqualTo(uname.line());
    }
  }
}
