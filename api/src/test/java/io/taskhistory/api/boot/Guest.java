package io.taskhistory.api.boot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A machine that QEMU emulates, so that it needs neither root nor KVM. It boots, plays what {@code init} says, sends its
 * report over its second serial line, and is off.
 */
final class Guest {

  /** Whole runs take less than half a minute; a host with more to do takes longer. */
  private static final long PATIENCE_SECONDS = 300;
  private static final int TAIL = 40;

  private final Path directory;
  private final Path disk;
  private final Path memory;

  private Guest(Path directory, Path memory, Path disk) {
    this.directory = directory;
    this.memory = memory;
    this.disk = disk;
  }

  /** Makes all that guests with the service share in {@code directory}; skips the test where the host lacks a part. */
  static Guest withService(Path directory) throws Exception {
    Tools.need("qemu-system-x86_64", "qemu-system-x86");
    return new Guest(directory, GuestMemory.make(directory), GuestDisk.make(directory));
  }

  /**
   * The same, where {@code init} plays in another way.
   *
   * @param init a resource of this package's
   * @param children programs of the collector's tests
   */
  static Guest withService(Path directory, String init, List<String> children) throws Exception {
    Tools.need("qemu-system-x86_64", "qemu-system-x86");
    return new Guest(directory, GuestMemory.make(directory, init, children), GuestDisk.make(directory));
  }

  /**
   * The same for guests that {@code init} plays in another way.
   *
   * @param init a resource of this package's
   * @param children programs of the collector's tests
   * @param main a class of the tests that java runs instead of the service
   * @param programs of the host
   */
  static Guest with(Path directory, String init, List<String> children, Class<?> main, String... programs)
      throws Exception {
    Tools.need("qemu-system-x86_64", "qemu-system-x86");
    return new Guest(directory, GuestMemory.make(directory, init, children),
        GuestDisk.make(directory, main, programs));
  }

  /**
   * Boots {@code kernel}; what came of it.
   *
   * @param parameters more of them on the kernel's command line; capital ones become {@code init}'s environment
   */
  Report boot(Path kernel, String... parameters) throws Exception {
    return Report.unpack(play(kernel, parameters));
  }

  /** As {@link #boot}; the directory where what the guest sent lies packed. */
  Path play(Path kernel, String... parameters) throws Exception {
    Run run = run(kernel, parameters);
    if (!run.isOver()) {
      // Not the service's fault: an emulated machine stops dead once in a while.
      run = run(kernel, parameters);
    }
    if (!run.isDone()) {
      throw new AssertionError("the guest did not come to its end:\n" + run.tail());
    }
    return run.directory;
  }

  private Run run(Path kernel, String... parameters) throws Exception {
    Run run = new Run(Files.createTempDirectory(directory, "run"));
    List<String> append = new ArrayList<>(List.of("console=ttyS0", "quiet", "panic=-1", "mitigations=off"));
    append.addAll(List.of(parameters));
    Process qemu = new ProcessBuilder("qemu-system-x86_64", "-accel", "tcg,thread=multi",
        // 6.12 oopses with the cmpxchg16b of QEMU 7.2.
        "-cpu", "max,-cx16", "-smp", "2", "-m", "1024", "-nodefaults", "-no-user-config", "-display", "none",
        "-no-reboot", "-serial", "file:" + run.console(), "-serial", "file:" + run.directory.resolve(Report.ARCHIVE),
        "-kernel", kernel.toString(), "-initrd", memory.toString(),
        "-drive", "file=" + disk + ",if=none,id=disk,format=raw,readonly=on", "-device", "nvme,drive=disk,serial=disk",
        "-append", String.join(" ", append))
        .redirectErrorStream(true).redirectOutput(run.directory.resolve("qemu").toFile()).start();
    try {
      qemu.getOutputStream().close();
      qemu.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } finally {
      qemu.destroyForcibly().waitFor();
    }
    return run;
  }

  /** One boot, and what it wrote to its console. */
  private record Run(Path directory) {

    Path console() {
      return directory.resolve("console");
    }

    private List<String> lines(Path file) throws IOException {
      return Files.exists(file)
          ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines().toList() : List.of();
    }

    private boolean hasLine(String start) throws IOException {
      return lines(console()).stream().anyMatch(line -> line.startsWith("guest: " + start));
    }

    boolean isDone() throws IOException {
      return hasLine("done ");
    }

    boolean isOver() throws IOException {
      return isDone() || hasLine("failed");
    }

    String tail() throws IOException {
      List<String> all = new ArrayList<>(lines(directory.resolve("qemu")));
      all.addAll(lines(console()));
      return String.join("\n", all.subList(Math.max(0, all.size() - TAIL), all.size()));
    }
  }
}
