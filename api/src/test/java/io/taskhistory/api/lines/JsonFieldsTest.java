package io.taskhistory.api.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFieldsTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
      "{\"a\":{\"b\":1}}|a.b|1", "{\"a.b\":1}|a.b|1", "{\"a\":{\"b.c\":\"x\"}}|a.b.c|x",
      "{\"a.b\":{\"c\":2.50}}|a.b.c|2.50", "{\"x\":{\"b\":{\"c\":3}}}|*.b.c|3",
      "{\"a\":[0,{\"b\":4}]}|a.1.b|4", "{\"ab\":{\"b\":1}}|a.b|", "{\"a\":{\"bc\":1}}|a.b|",
      "{\"a\":{\"b\":[1]}}|a.b|", "{\"a\":{\"b\":null}}|a.b|", "{\"a\":{\"b\":true}}|a.b|", "{\"a\":1,\"a\":2}|a|2",
      "{\"\":1}|a|", "{\"a\":{\"\":{\"b\":5}}}|a..b|5"})
  void path_isFound(String line, String path, String value) {
    JsonFields fields = new JsonFields(List.of(path), "", "added");
    for (int i = 0; i < 2; i++) {
      assertThat(fields.read(bytes(line), 0, bytes(line).length)).isTrue();
      assertThat(fields.value(0)).isEqualTo(value);
      assertThat(fields.insertAt()).isEqualTo(line.length() - 1);
      assertThat(fields.canAdd()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
      "{\"c\":{\"x\":1},\"d\":2}|11|true", "{\"c\":{\"x\":1,\"added\":2}}|21|false",
      "{\"added\":1,\"c\":{\"x\":{}}}|22|true",
      "{\"c\":1}|-1|false", "{\"d\":{\"c\":{\"x\":1}}}|-1|false", "{\"c\":[{\"x\":1}]}|-1|false", "{}|-1|false"})
  void container_isFound(String line, int insertAt, boolean canAdd) {
    JsonFields fields = new JsonFields(List.of("c.x"), "c", "added");
    assertThat(fields.read(bytes(line), 0, line.length())).isTrue();
    assertThat(fields.insertAt()).isEqualTo(insertAt);
    assertThat(fields.canAdd()).isEqualTo(canAdd);
  }

  @Test
  void bytes_ofAnyKind_areNoFault() {
    Random random = new Random(11);
    List<String> seeds = List.of(
        "{\"output_fields\":{\"evt.time\":1691750750000000000,\"proc.pid\":3787},\"time\":\"2023-08-11T10:45:50Z\"}",
        "{\"process_exec\":{\"process\":{\"pid\":3787,\"binary\":\"/usr/bin/\\u0062ash\"}},"
            + "\"time\":\"x\",\"\u00fc\":[{},[]]}");
    JsonFields fields = new JsonFields(
        List.of("output_fields.proc.pid", "*.process.pid", "time"), "output_fields", "taskhistory.");
    for (int i = 0; i < 200_000; i++) {
      byte[] line = bytes(seeds.get(i % 2));
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        int at = random.nextInt(line.length);
        switch (random.nextInt(3)) {
          case 0 -> line[at] = (byte) random.nextInt(256);
          case 1 -> line[at] = (byte) "{}[]\",:\\0".charAt(random.nextInt(9));
          default -> line = Arrays.copyOf(line, Math.max(1, at));
        }
      }
      byte[] padded = new byte[line.length + 7];
      System.arraycopy(line, 0, padded, 3, line.length);
      if (fields.read(padded, 3, 3 + line.length) && fields.canAdd()) {
        assertThat(fields.insertAt()).isBetween(4, 2 + line.length);
        assertThat(padded[fields.insertAt()]).isEqualTo((byte) '}');
      }
    }
  }

  @Test
  void keys_ofAnyNumber_areFound() {
    JsonFields fields = new JsonFields(List.of("*.p"), "", "added");
    for (int i = 0; i < 10_000; i++) {
      String line = "{\"k" + i + "\":{\"p\":" + i + "}}";
      assertThat(fields.read(bytes(line), 0, line.length())).isTrue();
      assertThat(fields.value(0)).isEqualTo(Integer.toString(i));
    }
  }
}
