package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.boot.Report.Answer;
import io.taskhistory.api.boot.Report.Round;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stock kernel boots, user space plays, the service is started late, killed, and started again. */
class BootTest {

  @TempDir
  private static Path directory;

  private static Guest guest;

  @BeforeAll
  static void make() throws Exception {
    guest = new Guest(directory);
  }

  @Test
  void boot_thatWasNotRecorded_isToldAsFarAsProcTellsIt() throws Exception {
    Report report = guest.boot(GuestKernel.of("linux-image-cloud-amd64"), "SERVICE=--source=proc");
    for (Round round : List.of(report.first(), report.second())) {
      SoftAssertions softly = new SoftAssertions();
      round.live().forEach((pid, shown) -> {
        Answer answer = round.answers().get(pid);
        softly.assertThat(answer).as("pid %d: %s", pid, shown).isNotNull();
        if (answer != null) {
          softly.assertThat(answer.lineage()).as("pid %d", pid).isIn(shown, round.truth().get(pid));
          softly.assertThat(answer.isComplete()).as("pid %d: %s", pid, shown).isFalse();
        }
      });
      softly.assertAll();
      assertThat(round.status().at("/coverage/complete").asInt()).isZero();
      assertThat(round.status().at("/coverage/reasons/snapshot").asInt()).isPositive();
    }
  }
}
