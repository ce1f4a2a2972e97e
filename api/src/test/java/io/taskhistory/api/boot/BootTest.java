package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.boot.Report.Answer;
import io.taskhistory.api.boot.Report.Round;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stock kernel boots, user space plays, the service is started late, killed, and started again. */
@Tag("long")
class BootTest {

  @TempDir
  private static Path directory;

  private static Guest guest;

  @BeforeAll
  static void make() throws Exception {
    guest = Guest.withService(directory);
  }

  private static final String STABLE = "linux-image-cloud-amd64";
  private static final String NEWER = "linux-image-6.12-cloud-amd64";

  @Test
  void boot_thatWasNotRecorded_isToldAsFarAsProcTellsIt() throws Exception {
    Report report = guest.boot(GuestKernel.of(STABLE), "SERVICE=--source=auto");
    for (Round round : List.of(report.first(), report.second())) {
      SoftAssertions softly = new SoftAssertions();
      round.live().forEach((pid, shown) -> {
        Answer answer = round.answers().get(pid);
        softly.assertThat(answer).as("pid %d: %s", pid, shown).isNotNull();
        if (answer != null) {
          softly.assertThat(answer.lineage()).as("pid %d", pid).isIn(shown, round.truth().get(pid));
          // Of kernel threads it is known without a recording: kthreadd starts all of them, and none calls exec.
          softly.assertThat(answer.isComplete() && !answer.lineage().equals(Report.KERNEL))
              .as("pid %d: %s", pid, shown).isFalse();
        }
      });
      softly.assertAll();
      long others = round.live().values().stream().filter(shown -> !shown.equals(Report.KERNEL)).count();
      assertThat(round.status().at("/coverage/reasons/snapshot").asLong()).isGreaterThanOrEqualTo(others);
      assertThat(round.status().at("/coverage/share").asDouble()).isLessThan(1);
    }
  }

  @Test
  void boot_thatWasRecorded_isWholeFromTheFirstThreadOn() throws Exception {
    String parameters = RecordingParameters.text(new BootBuffer(0, 0, 16, 2));
    assertWhole(guest.boot(GuestKernel.of(STABLE), "SERVICE=--source=auto", parameters));
  }

  /** What kernels before 6.3 do not know. */
  @Test
  void boot_recordedIntoAnInstance_isWholeToo() throws Exception {
    assertWhole(guest.boot(GuestKernel.of(NEWER, STABLE), "SERVICE=--source=auto",
        "trace_instance=boot," + String.join(",", RecordingParameters.EVENTS), "trace_buf_size=16M"));
  }

  /** Also of those that have ended, and of the kernel's threads; and so it stays when the service has been killed. */
  private static void assertWhole(Report report) {
    for (Round round : List.of(report.first(), report.second())) {
      SoftAssertions softly = new SoftAssertions();
      round.truth().forEach((pid, truth) ->
          softly.assertThat(round.answers().get(pid)).as("pid %d", pid).isEqualTo(new Answer(truth, true)));
      softly.assertAll();
      JsonNode status = round.status();
      assertThat(status.at("/coverage/reasons")).isEmpty();
      assertThat(status.at("/coverage/complete")).isEqualTo(status.at("/coverage/live"));
      assertThat(status.at("/coverage/share").asDouble()).isEqualTo(1);
      assertThat(status.at("/gaps").valueStream().filter(gap -> !gap.at("/source").asText().equals("proc")))
          .as("of the connector, which tells exit codes, there is one while the service is down").isEmpty();
    }
  }
}
