package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.RawText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InFlightTest {

  private static final long[] SEEDS = {1, 2, 20261120};
  private static final int STEPS = 60_000;

  /** Against two maps, after each step. */
  @Test
  void randomSteps_giveWhatMapsGive() {
    for (long seed : SEEDS) {
      Random random = new Random(seed);
      InFlight inFlight = new InFlight();
      Map<Integer, RawText> names = new HashMap<>();
      Set<Integer> clones = new HashSet<>();
      for (int step = 0; step < STEPS; step++) {
        // Few tids at first, many later: the tables grow and shrink.
        int tid = 1 + random.nextInt(step < STEPS / 2 ? 50 : 1 << random.nextInt(1, 14));
        long time = step * 1_000_000L;
        switch (random.nextInt(7)) {
          case 0, 1 -> {
            RawText name = RawText.of("n" + step);
            inFlight.named(tid, time, name);
            names.put(tid, name);
          }
          case 2 -> {
            inFlight.cloned(tid, time);
            names.remove(tid);
            clones.add(tid);
          }
          case 3 -> assertThat(inFlight.takeName(tid)).as("seed %d, step %d", seed, step)
              .isSameAs(Objects.requireNonNullElse(names.remove(tid), RawText.UNKNOWN));
          case 4 -> assertThat(inFlight.takeClone(tid)).as("seed %d, step %d", seed, step)
              .isEqualTo(clones.remove(tid));
          case 5 -> {
            inFlight.forget(tid);
            names.remove(tid);
            clones.remove(tid);
          }
          default -> {
            if (random.nextInt(500) == 0) {
              inFlight.forgetNames(1);
              names.clear();
            }
            if (random.nextInt(100) == 0) {
              inFlight.age(time);
            }
          }
        }
      }
      Set<Integer> all = new HashSet<>(names.keySet());
      all.addAll(clones);
      assertThat(inFlight.size()).isEqualTo(all.size());
    }
  }

  @Test
  void position_keepsWhatWasHeardLately() {
    InFlight inFlight = new InFlight();
    inFlight.named(1, 0, RawText.of("old"));
    inFlight.age(10_000_000_000L);
    inFlight.named(2, 9_000_000_000L, RawText.of("new"));
    inFlight.cloned(3, 9_000_000_000L);
    byte[] bytes = new Position.Encoder(77).encode(new CpuReader[0], inFlight);
    Position position = Objects.requireNonNull(Position.decode(bytes));
    assertThat(position.isOf(77)).isTrue();
    assertThat(position.isOf(78)).isFalse();
    InFlight restored = new InFlight();
    position.restore(restored, 5);
    assertThat(restored.takeName(1)).isSameAs(RawText.UNKNOWN);
    assertThat(restored.takeName(2)).isEqualTo(RawText.of("new"));
    assertThat(restored.takeClone(3)).isTrue();
    assertThat(restored.size()).isZero();
    assertThat(inFlight.takeName(1)).isEqualTo(RawText.of("old"));
  }

  @Test
  void position_ofAThousandNames_keepsTheLatest() {
    InFlight inFlight = new InFlight();
    for (int tid = 1; tid <= 1000; tid++) {
      inFlight.named(tid, tid, RawText.of("name" + tid));
    }
    byte[] bytes = new Position.Encoder(1).encode(new CpuReader[0], inFlight);
    assertThat(bytes).hasSizeLessThan(2000);
    InFlight restored = new InFlight();
    Objects.requireNonNull(Position.decode(bytes)).restore(restored, 0);
    assertThat(restored.size()).isEqualTo(128);
    assertThat(restored.takeName(1000)).isEqualTo(RawText.of("name1000"));
    assertThat(restored.takeName(873)).isEqualTo(RawText.of("name873"));
  }

  @Test
  void position_ofRandomBytes_isSurvived() {
    for (long seed : SEEDS) {
      Random random = new Random(seed);
      InFlight inFlight = new InFlight();
      inFlight.named(5, 1, RawText.of("name"));
      byte[] sound = new Position.Encoder(1).encode(new CpuReader[0], inFlight);
      for (int round = 0; round < 5000; round++) {
        byte[] bytes = random.nextBoolean() ? sound.clone() : new byte[random.nextInt(40)];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = i == 0 || random.nextInt(3) > 0 && bytes.length == sound.length ? bytes[i]
              : (byte) random.nextInt();
        }
        if (bytes.length > 0) {
          bytes[0] = 1;
        }
        Position position = Position.decode(bytes);
        if (position != null) {
          position.restore(new InFlight(), 1);
          assertThat(position.passed(70_000)).isZero();
        }
      }
    }
  }

  @Test
  void named_beforeTheEndOfALoss_isNotRemembered() {
    InFlight inFlight = new InFlight();
    inFlight.forgetNames(100);
    inFlight.named(7, 99, RawText.of("early"));
    assertThat(inFlight.takeName(7)).as("a later one of it can be among what was lost").isEqualTo(RawText.UNKNOWN);
    inFlight.named(7, 100, RawText.of("late"));
    assertThat(inFlight.takeName(7)).isEqualTo(RawText.of("late"));
  }
}
