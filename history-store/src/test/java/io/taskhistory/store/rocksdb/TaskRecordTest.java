package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaskRecordTest {

  private static final Boot BOOT = new Boot(
      0, "00000000-0000-4000-8000-000000000000", 0, new ClockLedger(List.of(new ClockLedger.Row(0, 0, 0))));

  private static byte[] encoded(Ending ending) {
    Task task = Task.leader(BOOT, 10, 100, Entry.root(Provenance.SNAPSHOT));
    task.rename(task.entry().name());
    task.createdBy(8, 90);
    task.end(ending);
    Bytes bytes = new Bytes(64);
    new TaskRecord().of(task).encode(bytes);
    return bytes.copy();
  }

  /** Rows as they were written before signals had origins. */
  @ParameterizedTest
  @CsvSource({"0100 26 c801 04 14, 0", "0100 2e c801 8004 04 14, 512", "0100 36 c801 04 14, -1"})
  void decode_rowsOfBefore_tellsWhatTheyTold(String hex, int waitStatus) {
    byte[] row = HexFormat.of().parseHex(hex.replace(" ", ""));
    TaskRecord read = new TaskRecord().decode(10, 100, row);
    assertThat(read.ending(BOOT)).isEqualTo(new Ending(200, waitStatus));
    assertThat(read.creatorTid).isEqualTo(8);
    assertThat(read.creatorStart).isEqualTo(90);
    assertThat(encoded(new Ending(200, waitStatus))).isEqualTo(row);
  }

  @Test
  void encode_ofATaskThatEndedByItself_takesNoByteMore() {
    int length = encoded(new Ending(200, 0)).length;
    assertThat(encoded(new Ending(200, Ending.UNREPORTED))).hasSize(length);
    assertThat(encoded(new Ending(200, 0, null, true))).hasSize(length);
    TaskId sender = new TaskId(BOOT.key(), 8, 90);
    SignalOrigin origin = new SignalOrigin(9, 190, SignalOrigin.Kind.TASK, 0, sender);
    assertThat(encoded(new Ending(200, 9, origin, false))).hasSizeLessThanOrEqualTo(length + 8);
  }
}
