package io.taskhistory.collector.procfs;

import io.taskhistory.history.RawText;

/** The name of a controlling terminal, from {@code tty_nr} of proc_pid_stat(5). */
final class Terminal {

  /** Majors of Documentation/admin-guide/devices.txt. */
  private static final int TTY_MAJOR = 4;
  private static final int TTYAUX_MAJOR = 5;
  private static final int UNIX98_PTY_SLAVE_MAJOR = 136;
  private static final int UNIX98_PTY_SLAVE_LAST = 143;

  /** Minors of {@link #TTY_MAJOR} from here on are serial ports. */
  private static final int FIRST_SERIAL = 64;

  private Terminal() {}

  /** As in /dev; {@code major:minor} where we do not know the driver, empty for none. */
  static RawText name(int ttyNr) {
    if (ttyNr == 0) {
      return RawText.EMPTY;
    }
    // new_encode_dev() of include/linux/kdev_t.h
    int major = ttyNr >>> 8 & 0xfff;
    int minor = ttyNr & 0xff | ttyNr >>> 12 & 0xfff00;
    if (major >= UNIX98_PTY_SLAVE_MAJOR && major <= UNIX98_PTY_SLAVE_LAST) {
      return RawText.of("pts/" + (minor + (major - UNIX98_PTY_SLAVE_MAJOR) * 256));
    }
    if (major == TTY_MAJOR) {
      return RawText.of(minor < FIRST_SERIAL ? "tty" + minor : "ttyS" + (minor - FIRST_SERIAL));
    }
    if (major == TTYAUX_MAJOR && minor == 1) {
      return RawText.of("console");
    }
    return RawText.of(major + ":" + minor);
  }
}
