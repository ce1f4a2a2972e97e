package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The value of an entry's details.
 *
 * <pre>
 *   0         1       2
 *   | version | flags | exe | program | argv | cwd | uid | euid | gid | egid | loginuid | sessionid | tty | cgroup
 *   | container | nspid |
 *
 *   text      varint, 0 for unknown or its length + 1, then the bytes
 *   argv      varint, 0 for unknown or the number of arguments + 1, then the arguments as texts
 *   number    zigzag
 *
 *   flags     bit 0 there were more arguments, 1 program is the same as exe and left out
 * </pre>
 */
final class DetailsRecord {

  static final int VERSION = 1;

  private static final int ARGV_TRUNCATED = 1;
  private static final int PROGRAM_IS_EXE = 1 << 1;
  private static final int LONGEST_TEXT = 1 << 20;

  private DetailsRecord() {}

  static void encode(Details d, Bytes out) {
    boolean programIsExe = d.program().equals(d.exe());
    out.clear().u8(VERSION).u8((d.argvTruncated() ? ARGV_TRUNCATED : 0) | (programIsExe ? PROGRAM_IS_EXE : 0));
    text(d.exe(), out);
    if (!programIsExe) {
      text(d.program(), out);
    }
    @Nullable List<RawText> argv = d.argv();
    out.varint(argv == null ? 0 : argv.size() + 1);
    if (argv != null) {
      argv.forEach(argument -> text(argument, out));
    }
    text(d.cwd(), out);
    out.zigzag(d.uid()).zigzag(d.euid()).zigzag(d.gid()).zigzag(d.egid());
    out.zigzag(d.loginuid()).zigzag(d.sessionid());
    text(d.tty(), out);
    text(d.cgroup(), out);
    text(d.container(), out);
    out.zigzag(d.nspid());
  }

  static Details decode(byte[] value) {
    BytesReader in = BytesReader.value(value, VERSION, "details");
    int flags = in.u8();
    RawText exe = text(in);
    RawText program = (flags & PROGRAM_IS_EXE) != 0 ? exe : text(in);
    List<RawText> argv = null;
    int arguments = in.count(in.left());
    if (arguments > 0) {
      argv = new ArrayList<>(arguments - 1);
      for (int i = 1; i < arguments; i++) {
        argv.add(text(in));
      }
    }
    return new Details(
        exe, program, argv, (flags & ARGV_TRUNCATED) != 0, text(in), in.zigzag(), in.zigzag(), in.zigzag(),
        in.zigzag(), in.zigzag(), in.zigzag(), text(in), text(in), text(in), in.zigzag());
  }

  private static void text(RawText text, Bytes out) {
    if (text.isKnown()) {
      out.varint(text.length() + 1).text(text);
    } else {
      out.u8(0);
    }
  }

  private static RawText text(BytesReader in) {
    int length = in.count(LONGEST_TEXT + 1);
    return length == 0 ? RawText.UNKNOWN : in.text(length - 1);
  }
}
