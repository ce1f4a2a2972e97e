package io.taskhistory.api.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/** The initramfs: {@code /init}, a static busybox, and the players, which are compiled for it. */
final class GuestMemory {

  private GuestMemory() {}

  /** Makes one in {@code directory}. */
  static Path make(Path directory) throws IOException {
    Path root = begin(directory, "init");
    compile(directory, root, "/boot/player.c", "player");
    return pack(directory, root);
  }

  /** One with another {@code init}, and with other players: {@code children} of the collector's tests. */
  static Path make(Path directory, String init, List<String> children) throws IOException {
    Path root = begin(directory, init);
    for (String child : children) {
      compile(directory, root, "/children/" + child + ".c", child);
    }
    return pack(directory, root);
  }

  private static Path begin(Path directory, String init) throws IOException {
    String busybox = Tools.need("busybox", "busybox-static");
    Path root = Files.createDirectories(directory.resolve("initramfs"));
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.copy(Path.of(busybox), bin.resolve("busybox"));
    copy("/boot/" + init, root.resolve("init"));
    Files.setPosixFilePermissions(root.resolve("init"), PosixFilePermissions.fromString("rwxr-xr-x"));
    return root;
  }

  private static void compile(Path directory, Path root, String resource, String name) throws IOException {
    String gcc = Tools.need("gcc", "gcc libc6-dev");
    Path source = directory.resolve(name + ".c");
    copy(resource, source);
    Tools.run(gcc, "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", "-o",
        root.resolve("bin").resolve(name).toString(), source.toString());
  }

  private static Path pack(Path directory, Path root) {
    Path image = directory.resolve("initramfs.cpio");
    Tools.run("sh", "-c", "cd \"$0\" && find . | sort | \"$1\" cpio -o -H newc >\"$2\"", root.toString(),
        Tools.need("busybox", "busybox-static"), image.toString());
    return image;
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream in = Objects.requireNonNull(GuestMemory.class.getResourceAsStream(resource))) {
      Files.copy(in, target);
    }
  }
}
