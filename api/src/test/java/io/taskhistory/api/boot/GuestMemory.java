package io.taskhistory.api.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** The initramfs: {@code /init}, a static busybox, and the players, which are compiled for it. */
final class GuestMemory {

  private GuestMemory() {}

  /** Makes one in {@code directory}. */
  static Path make(Path directory) throws IOException {
    String busybox = Tools.need("busybox", "busybox-static");
    String gcc = Tools.need("gcc", "gcc libc6-dev");
    Path root = Files.createDirectories(directory.resolve("initramfs"));
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.copy(Path.of(busybox), bin.resolve("busybox"));
    copy("init", root.resolve("init"));
    Files.setPosixFilePermissions(root.resolve("init"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Path source = directory.resolve("player.c");
    copy("player.c", source);
    Tools.run(gcc, "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", "-o", bin.resolve("player").toString(),
        source.toString());
    Path image = directory.resolve("initramfs.cpio");
    Tools.run("sh", "-c", "cd \"$0\" && find . | sort | \"$1\" cpio -o -H newc >\"$2\"", root.toString(), busybox,
        image.toString());
    return image;
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream in = Objects.requireNonNull(GuestMemory.class.getResourceAsStream("/boot/" + resource))) {
      Files.copy(in, target);
    }
  }
}
