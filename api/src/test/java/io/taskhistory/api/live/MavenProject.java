package io.taskhistory.api.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A tiny project with a class and a test. It has this project's own for a parent, so nothing has to be downloaded. */
final class MavenProject {

  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  private static final String POM = """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <parent>
          <groupId>io.taskhistory</groupId>
          <artifactId>taskhistory</artifactId>
          <version>%s</version>
          <relativePath>%s</relativePath>
        </parent>
        <artifactId>workload</artifactId>
      </project>
      """;

  private static final String MAIN = """
      package workload;

      /** Something to compile. */
      public final class Something {
        private Something() {}
      }
      """;

  private static final String TEST = """
      package workload;

      import java.util.stream.IntStream;
      import org.junit.jupiter.api.Test;

      final class SomethingTest {
        @Test
        void processes_areStartedByWorkers() {
          IntStream.range(0, 200).parallel().forEach(i -> {
            try {
              new ProcessBuilder("sh", "-c", "true; exec true").start().waitFor();
            } catch (java.io.IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
        }
      }
      """;

  private MavenProject() {}

  /** Makes it in {@code directory}; what builds it. */
  static List<String> create(Path directory) throws IOException {
    Path project = Files.createDirectories(directory.resolve("project"));
    Path parent = Path.of("..", "pom.xml").toRealPath();
    Matcher version = VERSION.matcher(Files.readString(parent));
    if (!version.find()) {
      throw new IllegalStateException("no version in " + parent);
    }
    write(project.resolve("pom.xml"), POM.formatted(version.group(1), project.toRealPath().relativize(parent)));
    // Without it the checks that newer JDKs bring find the compiler closed to them.
    write(project.resolve(".mvn/jvm.config"), Files.readString(parent.resolveSibling(".mvn/jvm.config")));
    write(project.resolve("src/main/java/workload/Something.java"), MAIN);
    write(project.resolve("src/test/java/workload/SomethingTest.java"), TEST);
    List<String> command = new ArrayList<>(List.of("mvn", "-o", "-q", "-B", "-f", project.toString(), "package"));
    String repository = System.getProperty("localRepository"); // as surefire tells its tests
    if (repository != null) {
      command.add("-Dmaven.repo.local=" + repository);
    }
    return command;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
