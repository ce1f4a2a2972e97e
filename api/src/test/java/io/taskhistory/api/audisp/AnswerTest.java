package io.taskhistory.api.audisp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {

  private static final String RECORDS = "node=a type=SYSCALL msg=audit(1.000:1): pid=7\n"
      + "type=EOE msg=audit(1.000:1): \n";
  private static final String HISTORY = "type=UNKNOWN[1340] msg=audit(1.000:1): history=\"name=init\"\n";
  private static final String SUMMARY = "#taskhistory {\"lines\":2}\n";

  private static int length(String records, String answer) {
    byte[] bytes = Records.bytes(answer);
    return Answer.length(Records.bytes(records), bytes, bytes.length);
  }

  @Test
  void records_withHistoriesBetweenThem_areTheLog() {
    String first = RECORDS.substring(0, RECORDS.indexOf('\n') + 1);
    String log = first + HISTORY + "node=a " + HISTORY + RECORDS.substring(first.length());
    assertThat(length(RECORDS, log + SUMMARY)).isEqualTo(log.length());
    assertThat(length(RECORDS, RECORDS + SUMMARY)).isEqualTo(RECORDS.length());
  }

  @Test
  void histories_amongTheRecords_areRecords() {
    assertThat(length(RECORDS + HISTORY, RECORDS + HISTORY + SUMMARY)).isEqualTo((RECORDS + HISTORY).length());
    assertThat(length(RECORDS + HISTORY, RECORDS + SUMMARY)).as("one is missing").isNegative();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RECORDS, "node=a type=SYSCALL msg=audit(1.000:1): pid=7\n" + SUMMARY,
      RECORDS + "type=USER msg=audit(1.000:1): \n" + SUMMARY, RECORDS + SUMMARY + "more\n",
      RECORDS + "type=UNKNOWN[1340] msg=audit(1", "{\"status\":500}"})
  void anythingElse_isNoAnswer(String answer) {
    assertThat(length(RECORDS, answer)).isNegative();
  }
}
