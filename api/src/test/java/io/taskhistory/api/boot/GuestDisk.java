package io.taskhistory.api.boot;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The guest's disk, an ext4 image, read only:
 *
 * <pre>
 *   jre/         a runtime with the modules that the service needs
 *   app/         the class path, as jars
 *   app.jsa      what a run on the host has loaded: without it the emulated machine takes three times as long to start
 *   lib/ lib64/  the libraries that those are linked with
 *   arguments    all of java's command line but the service's own, for the root of the disk as working directory
 * </pre>
 */
final class GuestDisk {

  private static final String MODULES =
      "java.base,java.logging,java.management,java.naming,java.xml,jdk.net,jdk.unsupported,jdk.zipfs";
  private static final String ROCKSDB = "librocksdbjni-linux64.so";
  private static final Pattern LIBRARY = Pattern.compile("(?m)^\\s*(?:\\S+ => )?(/\\S+) \\(0x");
  private static final String LOADER = "ld-linux-x86-64.so.2";
  private static final int MEBI = 1 << 20;

  private final Path root;
  private final List<String> flags =
      new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));

  private GuestDisk(Path root) {
    this.root = root;
    if (Runtime.version().feature() >= 23) {
      flags.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    }
  }

  /** Makes one in {@code directory}. */
  static Path make(Path directory) throws Exception {
    GuestDisk disk = new GuestDisk(Files.createDirectories(directory.resolve("disk")));
    disk.runtime();
    List<String> classPath = new ArrayList<>(List.of("-cp", disk.application()));
    disk.libraries(directory);
    classPath.add("io.taskhistory.api.Main");
    disk.archive(directory, classPath);
    return disk.image(directory);
  }

  /**
   * One whose {@code arguments} run another class, of the tests, and with programs of the host in {@code bin/}. Without
   * {@code app.jsa}: what such a class does may be nothing for the host.
   */
  static Path make(Path directory, Class<?> main, String... programs) throws Exception {
    GuestDisk disk = new GuestDisk(Files.createDirectories(directory.resolve("disk")));
    disk.runtime();
    String classPath = disk.application() + ":" + disk.tests(main);
    Path bin = Files.createDirectories(disk.root.resolve("bin"));
    for (String program : programs) {
      Files.copy(Path.of(program), bin.resolve(Path.of(program).getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
    }
    disk.libraries(directory);
    Files.write(disk.root.resolve("arguments"),
        Stream.concat(disk.flags.stream(), Stream.of("-cp", classPath, main.getName())).toList());
    return disk.image(directory);
  }

  private Path image(Path directory) throws IOException {
    Path image = directory.resolve("disk.ext4");
    Tools.run(Tools.need("mke2fs", "e2fsprogs"), "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d",
        root.toString(), image.toString(), size() * 5 / 4 / MEBI + 16 + "M");
    return image;
  }

  /** Brings the tests to the disk. */
  private String tests(Class<?> main) {
    String name = "app/tests.jar";
    String classes = main.getProtectionDomain().getCodeSource().getLocation().getPath();
    ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err, "--create", "--file",
        root.resolve(name).toString(), "-C", classes, ".");
    return name;
  }

  private void runtime() {
    Optional<ToolProvider> jlink = ToolProvider.findFirst("jlink");
    assumeThat(jlink).as("this needs a whole JDK, with jlink").isPresent();
    PrintStream out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    int code = jlink.orElseThrow().run(out, System.err, "--add-modules", MODULES, "--strip-debug", "--no-man-pages",
        "--no-header-files", "--output", root.resolve("jre").toString());
    assumeThat(code).as("jlink makes a runtime").isZero();
  }

  /** Brings what this test runs on to the disk: the class path, from its root. An archive of classes is for jars only. */
  private String application() throws IOException {
    Files.createDirectories(root.resolve("app"));
    List<String> classPath = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path from = Path.of(part);
      if (!Files.exists(from) || from.endsWith("test-classes") || part.endsWith("-tests.jar")) {
        continue;
      }
      String name = "app/" + classPath.size() + "-" + (Files.isDirectory(from) ? "classes.jar" : from.getFileName());
      if (Files.isDirectory(from)) {
        ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err, "--create", "--file",
            root.resolve(name).toString(), "-C", part, ".");
      } else {
        Files.copy(from, root.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
      }
      classPath.add(name);
    }
    return String.join(":", classPath);
  }

  private void libraries(Path directory) throws IOException {
    Files.createDirectories(root.resolve("lib"));
    Files.createDirectories(root.resolve("lib64"));
    List<Path> linked = new ArrayList<>(files(root.resolve("jre/lib"), ".so"));
    linked.add(root.resolve("jre/bin/java"));
    if (Files.exists(root.resolve("bin"))) {
      linked.addAll(files(root.resolve("bin"), ""));
    }
    for (Path jar : files(root.resolve("app"), "linux64.jar")) {
      try (FileSystem inside = FileSystems.newFileSystem(jar)) {
        linked.add(Files.copy(inside.getPath(ROCKSDB), directory.resolve(ROCKSDB)));
      }
    }
    for (Path file : linked) {
      Matcher m = LIBRARY.matcher(Tools.run("ldd", file.toString()));
      while (m.find()) {
        Path library = Path.of(m.group(1));
        if (!library.startsWith(root)) {
          String name = library.getFileName().toString();
          Files.copy(library, root.resolve(name.equals(LOADER) ? "lib64" : "lib").resolve(name),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /** Runs the service on the host, where it may run, to see which classes it loads. */
  private void archive(Path directory, List<String> classPath) throws Exception {
    Path classes = directory.resolve("classes");
    Process service = start(command("-Xshare:off", "-XX:DumpLoadedClassList=" + classes), classPath, "--data-dir",
        directory.resolve("data").toString(), "run", "--listen", "127.0.0.1:0", "--auth", "none", "--source", "proc");
    try (BufferedReader out = service.inputReader()) {
      String ready = out.readLine();
      if (ready != null) {
        String api = ready.substring("ready ".length()) + "/api/v1/";
        HttpClient client = HttpClient.newHttpClient();
        client.send(HttpRequest.newBuilder(URI.create(api + "status")).build(), BodyHandlers.discarding());
        client.send(HttpRequest.newBuilder(URI.create(api + "lineages"))
            .POST(HttpRequest.BodyPublishers.ofString("{\"pid\":1}")).build(), BodyHandlers.discarding());
      }
    } finally {
      service.destroy();
      service.waitFor();
    }
    Process dump = start(command("-Xshare:dump", "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=app.jsa",
        "-Xlog:disable"), classPath);
    dump.getInputStream().transferTo(OutputStream.nullOutputStream());
    if (dump.waitFor() != 0) {
      throw new IllegalStateException("java -Xshare:dump failed");
    }
    flags.add("-Xshare:auto");
    flags.add("-XX:SharedArchiveFile=app.jsa");
    Files.write(root.resolve("arguments"), Stream.concat(flags.stream(), classPath.stream()).toList());
  }

  private List<String> command(String... more) {
    List<String> command = new ArrayList<>(List.of(root.resolve("jre/bin/java").toString()));
    command.addAll(flags);
    command.addAll(List.of(more));
    return command;
  }

  private Process start(List<String> command, List<String> classPath, String... arguments) throws IOException {
    command.addAll(classPath);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(root.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private long size() throws IOException {
    return files(root, "").stream().mapToLong(file -> file.toFile().length()).sum();
  }

  private static List<Path> files(Path directory, String end) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(end)).toList();
    }
  }
}
