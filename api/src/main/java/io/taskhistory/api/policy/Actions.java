package io.taskhistory.api.policy;

import io.taskhistory.api.policy.Action.Exec;
import io.taskhistory.api.policy.Action.Plain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads lists of actions, and checks what is to be run as auditd does. */
final class Actions {

  private static final String EXEC = "exec";
  private static final int MOST = 8;

  private Actions() {}

  /** @throws IllegalArgumentException where it is none; the message says what is wrong or allowed */
  static List<Action> parse(Trigger trigger, String text) {
    String[] words = text.split(",", -1);
    List<Action> actions = new ArrayList<>();
    for (String word : words) {
      actions.add(action(trigger, word.strip()));
    }
    if (actions.size() > MOST) {
      throw new IllegalArgumentException("write at most " + MOST + " actions");
    }
    if (actions.contains(Plain.IGNORE) && actions.size() > 1) {
      throw new IllegalArgumentException("ignore stands alone: it means that nothing is done");
    }
    return List.copyOf(actions);
  }

  private static Action action(Trigger trigger, String word) {
    String[] parts = word.split("\\s+", 2);
    if (parts[0].equalsIgnoreCase(EXEC)) {
      Path program = Path.of(parts.length > 1 ? parts[1] : "");
      problem(program).ifPresent(problem -> {
        throw new IllegalArgumentException(problem);
      });
      return new Exec(program);
    }
    return Arrays.stream(Plain.values())
        .filter(action -> action.toString().equalsIgnoreCase(word) && trigger.allows(action)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("write " + trigger.choices()));
  }

  /**
   * Why a program is not run: as in auditd, it has to be one that nobody but root can have chosen (check_exe_name() in
   * auditd-config.c of the audit package). Links are not followed.
   */
  static Optional<String> problem(Path program) {
    if (!program.isAbsolute()) {
      return Optional.of("exec takes the absolute path of a program, without arguments");
    }
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(program, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Set<PosixFilePermission> mode = attributes.permissions();
      if (!attributes.isRegularFile()) {
        return Optional.of(program + " is no regular file; name the program itself, and no arguments");
      }
      if (!isTrusted(program, mode)) {
        return Optional.of(program + " could have been written by others than root; chown root it, and chmod 0750");
      }
      return mode.contains(PosixFilePermission.OWNER_EXECUTE)
          ? Optional.empty() : Optional.of(program + " is not executable; chmod 0750 it");
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.of(program + " cannot be looked at (" + e.getClass().getSimpleName()
          + "); name a program that is there, and no arguments");
    }
  }

  /** Whether a file is root's, or ours, and nobody else can write it. */
  static boolean isTrusted(Path file, Set<PosixFilePermission> mode) throws IOException {
    Object owner = Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return (owner.equals(0) || owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")))
        && !mode.contains(PosixFilePermission.GROUP_WRITE) && !mode.contains(PosixFilePermission.OTHERS_WRITE);
  }
}
