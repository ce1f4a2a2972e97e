package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.children.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemFactsTest {

  @ParameterizedTest
  @CsvSource({
      "6.6.0, true", "6.6, true", "6.18.44-fc, true", "7.0.0-rc1, true", "10.2, true", "6.5.13-generic, false",
      "5.14.0-427.el9.x86_64, false", "4.18, false", "'', false", "linux, false", "99999.1, false"})
  void isAtLeast_ofARelease_comparesNumbers(String release, boolean isThat) {
    assertThat(SystemFacts.isAtLeast(release, 6, 6)).isEqualTo(isThat);
  }

  @Test
  void isLinux_here_isTheOneThatTheJvmNeeds() {
    assertThat(SystemFacts.isLinux(2, 6)).isTrue();
    assertThat(SystemFacts.isLinux(1000, 0)).isFalse();
  }

  @Test
  void isTask_whileSomebodyHasTheTid_isTrue() {
    int thread;
    try (Child child = Child.act("thread", "{", "say", "thread", "pause", "}", "pause")) {
      thread = child.said("thread")[1];
      assertThat(SystemFacts.isTask(thread)).isTrue();
      assertThat(SystemFacts.isTask(child.pid())).isTrue();
    }
    assertThat(SystemFacts.isTask(thread)).isFalse();
    assertThat(SystemFacts.isTask(Integer.MAX_VALUE)).isFalse();
  }
}
