package io.taskhistory.api.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The names of users, as this system has them. They are not those of another machine, whose service is asked through a
 * tunnel or whose logs were imported; so they are used only for what happened in the boot that this machine is in.
 */
final class Users {

  /** For tasks without a login, {@code loginuid} is (uid_t) -1. */
  private static final long NO_LOGIN = 0xffff_ffffL;
  private static final int MOST_BYTES = 1 << 20;
  private static final int PATIENCE_SECONDS = 2;

  private final String boot;
  private final LongFunction<@Nullable String> system;
  private final Map<Long, String> known = new HashMap<>();

  /**
   * Users of a machine.
   *
   * @param boot the kernel's id of the boot that it is in
   * @param system the name of a uid, null where it has none
   */
  Users(String boot, LongFunction<@Nullable String> system) {
    this.boot = boot;
    this.system = system;
  }

  static Users ofThisMachine() {
    String boot;
    try {
      boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      boot = "";
    }
    return new Users(boot, Users::ask);
  }

  /** The name of {@code uid}, or its digits; {@code -} where nobody had logged in. */
  String name(long uid, String ofBoot) {
    if (uid == NO_LOGIN) {
      return "-";
    }
    if (boot.isEmpty() || !boot.equals(ofBoot)) {
      return Long.toString(uid);
    }
    return known.computeIfAbsent(uid, asked -> {
      @Nullable String found = system.apply(asked);
      return found == null || found.isBlank() ? Long.toString(asked) : Terminal.clean(found);
    });
  }

  /** Its name and number, as id(1) writes them. */
  String both(long uid, String ofBoot) {
    String name = name(uid, ofBoot);
    return name.equals("-") || name.equals(Long.toString(uid)) ? name : name + " (" + uid + ")";
  }

  /** Name services know users that no file has; getent(1) asks them all. */
  private static @Nullable String ask(long uid) {
    if (uid == 0) {
      return "root";
    }
    try {
      Process getent = new ProcessBuilder("getent", "passwd", Long.toString(uid))
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
      getent.getOutputStream().close();
      // A name service that hangs would hold up the answer.
      if (!getent.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        getent.destroyForcibly();
        return null;
      }
      try (InputStream answer = getent.getInputStream()) {
        String line = new String(answer.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        return getent.exitValue() == 0 && line.indexOf(':') > 0 ? line.substring(0, line.indexOf(':')) : null;
      }
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
