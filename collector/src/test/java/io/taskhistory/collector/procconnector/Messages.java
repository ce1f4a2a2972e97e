package io.taskhistory.collector.procconnector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds the kernel's messages from the drawing, not from the constants of the class under test. */
final class Messages {

  static final int LENGTH = 76;

  private Messages() {}

  static ByteBuffer message(int what, int cpu, int sequence, long time, int... data) {
    ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    bytes.putInt(LENGTH).putShort((short) 3).putShort((short) 0).putInt(sequence).putInt(0);
    bytes.putInt(1).putInt(1).putInt(sequence).putInt(0).putShort((short) 40).putShort((short) 0);
    bytes.putInt(what).putInt(cpu).putLong(time);
    for (int number : data) {
      bytes.putInt(number);
    }
    return bytes.rewind();
  }

  static ProcEventMessage wrapped(ByteBuffer bytes) {
    ProcEventMessage message = new ProcEventMessage(bytes);
    if (!message.wrap(bytes, 0, LENGTH)) {
      throw new AssertionError("no proc event");
    }
    return message;
  }
}
