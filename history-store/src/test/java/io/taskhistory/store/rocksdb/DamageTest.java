package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a value, reading it gives an answer or a refusal, and neither hangs nor eats the memory. */
final class DamageTest {

  private static final int VALUES = 20_000;

  private static final List<Consumer<byte[]>> DECODERS = List.of(
      value -> new TaskRecord().decode(10, 1_000, value),
      value -> EntryRecord.decode(1_000, 10, value),
      DetailsRecord::decode,
      value -> MetaRows.clock(new byte[13], value),
      value -> MetaRows.period(new byte[5], value),
      value -> MetaRows.boot(new byte[5], value),
      MetaRows::watermark);

  @ParameterizedTest
  @ValueSource(longs = {1, 1340, 20231108})
  void decode_randomBytes_answersOrRefuses(long seed) {
    Random random = new Random(seed);
    int answers = 0;
    for (int i = 0; i < VALUES; i++) {
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      if (value.length > 0 && random.nextInt(10) > 0) {
        value[0] = 1;
      }
      answers += decode(DECODERS.get(i % DECODERS.size()), value);
    }
    assertThat(answers).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1340, 20231108})
  void decode_detailsCutOrChanged_answersOrRefuses(long seed) {
    Random random = new Random(seed);
    Bytes whole = new Bytes(64);
    DetailsRecord.encode(HistoryStoreContract.details(1), whole);
    for (int i = 0; i < VALUES; i++) {
      byte[] value = Arrays.copyOf(whole.array, random.nextInt(whole.length + 1));
      if (value.length > 0) {
        value[random.nextInt(value.length)] = (byte) random.nextInt();
      }
      decode(DetailsRecord::decode, value);
    }
    assertThat(DetailsRecord.decode(whole.copy())).isEqualTo(HistoryStoreContract.details(1));
  }

  private static int decode(Consumer<byte[]> decoder, byte[] value) {
    try {
      decoder.accept(value);
      return 1;
    } catch (StoreException e) {
      return 0;
    }
  }
}
