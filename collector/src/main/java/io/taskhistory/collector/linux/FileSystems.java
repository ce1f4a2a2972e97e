package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

/** Mounts, as mount(2) does. */
public final class FileSystems {

  /** MS_NOSUID | MS_NODEV | MS_NOEXEC of include/uapi/linux/mount.h. */
  private static final long FLAGS = 2 | 4 | 8;

  private FileSystems() {}

  /**
   * Mounts a file system of the kernel's own, without options.
   *
   * @throws LinuxException where that is refused
   */
  public static void mount(String type, String target) {
    CString name = CString.of(type);
    CString where = CString.of(target);
    Native.check("mount(" + type + ")", LIBC.mount(name.address(), where.address(), name.address(), FLAGS, 0));
  }
}
