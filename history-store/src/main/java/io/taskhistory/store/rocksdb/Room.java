package io.taskhistory.store.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much this process can still write. For root that is all that is free, f_bfree of statfs(2); others get f_bavail,
 * as file systems keep some of it back (ext4_has_free_clusters() of fs/ext4/balloc.c, by default a twentieth of all).
 */
final class Room {

  private static final boolean IS_ROOTS = isRoot();

  private Room() {}

  static long in(Path directory) {
    return IS_ROOTS ? directory.toFile().getFreeSpace() : directory.toFile().getUsableSpace();
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
