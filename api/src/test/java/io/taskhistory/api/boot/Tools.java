package io.taskhistory.api.boot;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Programs of the host that a guest is made with. */
final class Tools {

  private Tools() {}

  /** Where a program is; skips the test where there is none. */
  static String need(String program, String debianPackage) {
    // mke2fs is where people's PATH does not lead.
    Optional<String> path = Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
        .map(directory -> Path.of(directory, program)).filter(Files::isExecutable).map(Path::toString).findFirst();
    assumeThat(path).as("this needs %s (apt-get install --no-install-recommends %s)", program, debianPackage)
        .isPresent();
    return path.orElseThrow();
  }

  /** Runs a program that has to succeed; what it wrote. */
  static String run(String... command) {
    try {
      Machinery.Outcome outcome = Machinery.run(List.of(command));
      if (outcome.code() != 0) {
        throw new IllegalStateException(List.of(command) + " failed: " + outcome.err() + outcome.out());
      }
      return outcome.out();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
