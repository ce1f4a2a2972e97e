package io.taskhistory.api.boot;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A kernel as Debian ships it, downloaded and unpacked but never installed. The cloud flavour has the disk that guests
 * get, and its file system, built in. It is kept where {@code mvn clean} leaves it alone.
 */
final class GuestKernel {

  private static final Path CACHE = Path.of(".cache", "kernels");

  private GuestKernel() {}

  /**
   * The kernel that a meta package asks for now; skips the test where apt does not have it.
   *
   * @param metaPackages such as {@code linux-image-cloud-amd64}; the first that apt knows is taken
   */
  static Path of(String... metaPackages) throws Exception {
    assumeThat(System.getProperty("os.arch")).as("the guest is an x86-64 machine").isEqualTo("amd64");
    Tools.need("apt-get", "apt");
    Tools.need("dpkg-deb", "dpkg");
    Optional<String> name = Optional.empty();
    for (int i = 0; i < metaPackages.length && name.isEmpty(); i++) {
      name = Machinery.run(List.of("apt-cache", "depends", "--important", metaPackages[i])).out().lines()
          .map(String::strip).filter(line -> line.startsWith("Depends: linux-image-"))
          .map(line -> line.substring("Depends: ".length())).findFirst();
    }
    assumeThat(name).as("apt knows one of %s (apt-get update)", List.of(metaPackages)).isPresent();
    Path kernel = CACHE.resolve(name.orElseThrow() + ".vmlinuz").toAbsolutePath();
    if (!Files.exists(kernel)) {
      download(name.orElseThrow(), kernel);
    }
    return kernel;
  }

  private static void download(String name, Path kernel) throws Exception {
    Files.createDirectories(CACHE);
    Path directory = Files.createTempDirectory(CACHE, "download");
    try {
      Machinery.Outcome download =
          Machinery.run(List.of("env", "-C", directory.toString(), "apt-get", "download", "-q", name));
      assumeThat(download.code()).as("apt-get download %s: %s", name, download.err()).isZero();
      Tools.run("sh", "-c", "dpkg-deb --fsys-tarfile \"$0\"/*.deb | tar x -C \"$0\" --wildcards './boot/vmlinuz-*'",
          directory.toString());
      try (Stream<Path> unpacked = Files.list(directory.resolve("boot"))) {
        Files.move(unpacked.findFirst().orElseThrow(), kernel, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }
}
