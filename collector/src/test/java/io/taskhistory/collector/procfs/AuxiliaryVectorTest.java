package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AuxiliaryVectorTest {

  private static byte[] wide(long... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.nativeOrder());
    for (long number : numbers) {
      bytes.putLong(number);
    }
    return bytes.array();
  }

  private static byte[] narrow(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES).order(ByteOrder.nativeOrder());
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return bytes.array();
  }

  @Test
  void execfn_ofEitherWidth_isFound() {
    assertThat(AuxiliaryVector.execfn(wide(33, 0x7fff00000000L, 31, 0x7ffe12345678L, 0, 0))).isEqualTo(0x7ffe12345678L);
    assertThat(AuxiliaryVector.execfn(narrow(32, 0xf7f00000, 31, 0xfff12345, 16, 7, 0, 0))).isEqualTo(0xfff12345L);
  }

  @Test
  void execfn_missingOrCutOff_isNone() {
    assertThat(AuxiliaryVector.execfn(wide(33, 5, 0, 0))).isZero();
    assertThat(AuxiliaryVector.execfn(wide(33, 5, 31, 9))).isZero();
    assertThat(AuxiliaryVector.execfn(new byte[0])).isZero();
    assertThat(AuxiliaryVector.execfn(new byte[7])).isZero();
  }

  @Test
  void execfn_anyBytes_neverThrows() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      AuxiliaryVector.execfn(bytes);
    }
  }
}
