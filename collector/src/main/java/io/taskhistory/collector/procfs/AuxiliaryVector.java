package io.taskhistory.collector.procfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds AT_EXECFN in {@code /proc/PID/auxv}: where in the process's memory the kernel put the name that exec was asked
 * for (getauxval(3)).
 *
 * <pre>
 *   type, value, type, value, …, AT_NULL (0), 0     each as wide as a pointer of the process: 8 bytes or 4
 * </pre>
 */
final class AuxiliaryVector {

  private static final int AT_NULL = 0;
  private static final int AT_EXECFN = 31;

  /** No architecture's types (include/uapi/linux/auxvec.h and its asm/auxvec.h) reach this. */
  private static final long MAX_TYPE = 1024;

  private AuxiliaryVector() {}

  /** The address, or 0 where the vector has none. */
  static long execfn(byte[] vector) {
    ByteBuffer bytes = ByteBuffer.wrap(vector).order(ByteOrder.nativeOrder());
    long address = execfn(bytes, Long.BYTES);
    return address >= 0 ? address : Math.max(0, execfn(bytes, Integer.BYTES));
  }

  /** -1 where a type is impossible, so that numbers of that width are not what stands here. */
  private static long execfn(ByteBuffer bytes, int width) {
    long address = 0;
    for (int at = 0; at + 2 * width <= bytes.limit(); at += 2 * width) {
      long type = number(bytes, at, width);
      if (type < 0 || type > MAX_TYPE) {
        return -1;
      }
      if (type == AT_NULL) {
        return address;
      }
      if (type == AT_EXECFN) {
        address = number(bytes, at + width, width);
      }
    }
    return -1;
  }

  private static long number(ByteBuffer bytes, int at, int width) {
    return width == Long.BYTES ? bytes.getLong(at) : Integer.toUnsignedLong(bytes.getInt(at));
  }
}
