package io.taskhistory.api.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.audit.EventBatches.Batch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventBatchesTest {

  private static final long TICK = EventBatches.TICK.toNanos();

  private final EventBatches batches = new EventBatches();
  private final List<Batch> made = new ArrayList<>();

  private void add(byte[] bytes, int piece) {
    for (int from = 0; from < bytes.length; from += piece) {
      batches.add(bytes, from, Math.min(piece, bytes.length - from));
      take(batches::poll);
    }
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    add(bytes, bytes.length);
  }

  private void take(Supplier<@Nullable Batch> next) {
    for (Batch batch = next.get(); batch != null; batch = next.get()) {
      made.add(batch);
    }
  }

  private byte[] all() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    made.forEach(batch -> out.writeBytes(batch.bytes()));
    return out.toByteArray();
  }

  private List<String> texts() {
    return made.stream().map(batch -> new String(batch.bytes(), StandardCharsets.ISO_8859_1)).toList();
  }

  private static String record(String type, int serial) {
    return "type=" + type + " msg=audit(1691750738." + serial % 1000 + ":" + serial + "): pid=" + serial + "\n";
  }

  /** Events of up to five records, the records of several among one another. */
  private static byte[] log(Random random, int events) {
    StringBuilder log = new StringBuilder();
    List<int[]> open = new ArrayList<>();
    for (int i = 0; i < events || !open.isEmpty();) {
      if (i < events && (open.isEmpty() || open.size() < 8 && random.nextInt(3) == 0)) {
        open.add(new int[] {i++, 1 + random.nextInt(5)});
      }
      int[] event = open.get(random.nextInt(open.size()));
      log.append(record("SYSCALL", event[0]).replace("pid", "x".repeat(random.nextInt(300))));
      if (--event[1] == 0) {
        open.remove(event);
      }
    }
    return log.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1 << 16, 4099})
  void batches_ofALongLog_cutNoEvent(int piece) {
    byte[] log = log(new Random(piece), 20_000);
    add(log, piece);
    take(batches::rest);
    assertThat(all()).isEqualTo(log);
    assertThat(made).hasSizeBetween(3, 20).allMatch(Batch::isText);
    Map<String, Integer> batchOf = new HashMap<>();
    for (int i = 0; i < made.size(); i++) {
      int batchNumber = i;
      assertThat(made.get(i).bytes()).endsWith('\n').hasSizeLessThan(2 * EventBatches.SIZE);
      for (String line : texts().get(i).split("\n")) {
        assertThat(batchOf.computeIfAbsent(line.replaceAll(".*audit|\\).*", ""), key -> batchNumber)).isEqualTo(i);
      }
    }
  }

  @Test
  void bytes_ofAnyKind_comeOutAsTheyWere() {
    Random random = new Random(7);
    for (int round = 0; round < 10; round++) {
      made.clear();
      ByteArrayOutputStream in = new ByteArrayOutputStream();
      for (int i = 0; i < 200; i++) {
        byte[] noise = new byte[random.nextInt(random.nextInt(20) == 0 ? 2 * EventBatches.SIZE : 2000)];
        random.nextBytes(noise);
        if (random.nextBoolean()) {
          Arrays.fill(noise, (byte) 'a');
        }
        in.writeBytes(record("PATH", random.nextInt(20)).getBytes(StandardCharsets.ISO_8859_1));
        in.writeBytes(noise);
      }
      add(in.toByteArray(), 1 + random.nextInt(1 << 17));
      take(batches::rest);
      assertThat(batches.isEmpty()).isTrue();
      assertThat(all()).isEqualTo(in.toByteArray());
      assertThat(made).allMatch(batch -> batch.bytes().length <= EventBatches.MOST + EventBatches.SIZE);
    }
  }

  @Test
  void event_withoutEnd_isCutForMemorysSake() {
    byte[] line = record("EXECVE", 1).repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 300; i++) {
      add(line, line.length);
    }
    assertThat(made).hasSizeGreaterThan(2).allMatch(batch -> batch.bytes().length < EventBatches.MOST + line.length);
  }

  @Test
  void line_tooLong_isNoText() {
    String log = "x".repeat(EventBatches.SIZE + 5);
    add(record("CWD", 1));
    add(log.getBytes(StandardCharsets.ISO_8859_1), 1 << 16);
    add(log.getBytes(StandardCharsets.ISO_8859_1), 1 << 16);
    add("end\n" + record("PATH", 2));
    take(batches::rest);
    assertThat(texts().get(0)).isEqualTo(record("CWD", 1));
    assertThat(texts().get(made.size() - 1)).isEqualTo(record("PATH", 2));
    assertThat(made.subList(1, made.size() - 1)).isNotEmpty().noneMatch(Batch::isText);
    assertThat(new String(all(), StandardCharsets.ISO_8859_1)).isEqualTo(
        record("CWD", 1) + log + log + "end\n" + record("PATH", 2));
  }

  @Test
  void quiet_forAWhile_givesWhatSettled() {
    add(record("SYSCALL", 1) + "type=CWD msg=au");
    take(() -> batches.pollQuiet(TICK));
    take(() -> batches.pollQuiet(2 * TICK));
    assertThat(made).isEmpty();
    take(() -> batches.pollQuiet(5 * TICK));
    assertThat(texts()).containsExactly(record("SYSCALL", 1));
    assertThat(batches.isEmpty()).isFalse();
    take(batches::rest);
    assertThat(texts()).containsExactly(record("SYSCALL", 1), "type=CWD msg=au");
  }

  @Test
  void trickle_isNotKeptForLong_norCutInAnEvent() {
    for (int i = 0; i < 40; i++) {
      add(record("SYSCALL", i));
      long now = Duration.ofMillis(100).toNanos() * i;
      take(() -> batches.pollQuiet(now));
      add(record("PROCTITLE", i));
    }
    assertThat(made).hasSizeGreaterThan(10);
    assertThat(texts()).allSatisfy(text -> assertThat(text).startsWith("type=SYSCALL")
        .endsWith(text.substring(text.lastIndexOf("type=PROCTITLE"))));
  }

  @Test
  void events_ofTwoNodes_areTwoEvents() {
    add("node=a " + record("SYSCALL", 1) + "node=b " + record("SYSCALL", 1));
    take(() -> batches.pollQuiet(1));
    add("node=b " + record("CWD", 1));
    take(() -> batches.pollQuiet(6 * TICK));
    assertThat(texts()).containsExactly("node=a " + record("SYSCALL", 1));
  }
}
