package io.taskhistory.api.live;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that ask one service, which is started before the first and stopped after the last of a class. */
abstract class AskingTest extends LiveTest {

  @TempDir
  private static Path home;

  private static @Nullable LiveService running;

  @BeforeAll
  static void startService() {
    running = new LiveService(home);
  }

  @AfterAll
  static void stopService() throws InterruptedException {
    if (running != null) {
      try (LiveService service = running) {
        running = null;
        service.stop();
      }
    }
  }

  static LiveService service() {
    return Objects.requireNonNull(running);
  }
}
