package io.taskhistory.api.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is configured: a file of lines {@code key = value} and comments that begin with {@code #}, as
 * auditd.conf(5) has them, and then what the command line sets, which wins.
 */
public final class PolicyReader {

  /** Read where it is there and no other is named. */
  public static final Path DEFAULT_FILE = Path.of("/etc/taskhistory.conf");

  private static final String DEFAULTS = "the defaults (there is no " + DEFAULT_FILE + ")";
  private static final int MOST_BYTES = 64 << 10;
  private static final int MOST_SHOWN = 80;

  private final Draft draft = new Draft();
  private final Map<Key, String> places = new EnumMap<>(Key.class);

  private PolicyReader() {}

  /**
   * Reads.
   *
   * @param file null for {@link #DEFAULT_FILE}, which need not be there
   * @param sets each {@code key=value}
   * @throws PolicyException where anything in it is wrong
   */
  public static Policy read(@Nullable Path file, List<String> sets) {
    PolicyReader reader = new PolicyReader();
    String origin = DEFAULTS;
    Path from = file == null ? DEFAULT_FILE : file.toAbsolutePath();
    if (file != null || Files.exists(from)) {
      reader.file(from);
      origin = from.toString();
    }
    return reader.completed(origin, sets);
  }

  /** Reads what the command line sets, and no file. */
  public static Policy read(List<String> sets) {
    return new PolicyReader().completed("the defaults", sets);
  }

  private Policy completed(String origin, List<String> sets) {
    places.clear();
    sets.forEach(set -> assign("--set " + shown(set), set));
    checkTogether(origin);
    return draft.policy(sets.isEmpty() ? origin : origin + " and --set");
  }

  private void file(Path file) {
    int number = 0;
    for (String line : text(file).split("\n", -1)) {
      number++;
      String content = line.strip();
      if (!content.isEmpty() && content.charAt(0) != '#') {
        assign(file + ":" + number, content);
      }
    }
  }

  private void assign(String where, String line) {
    int equals = line.indexOf('=');
    if (equals < 0) {
      throw new PolicyException(where + ": write key = value");
    }
    String label = line.substring(0, equals).strip();
    String value = line.substring(equals + 1).strip();
    Key key = Key.of(label).orElseThrow(() -> new PolicyException(where + ": there is no key " + shown(label)
        + Suggestion.of(label, Key.labels()).map(near -> "; did you mean " + near + "?")
        .orElse("; there are " + String.join(", ", Key.labels()))));
    String before = places.putIfAbsent(key, where);
    if (before == null) {
      key.clear(draft);
    } else if (!key.isList()) {
      throw new PolicyException(where + ": " + key.label() + " was set before, at " + before + "; keep one of the two");
    }
    try {
      key.set(draft, value);
    } catch (IllegalArgumentException e) { // as is what Path.of() makes of a NUL
      throw new PolicyException(where + ": " + key.label() + " = " + shown(value) + ": " + e.getMessage(), e);
    }
  }

  /** What only shows in several keys at once. */
  private void checkTogether(String origin) {
    Space left = draft.spaceLeft;
    Space admin = draft.adminSpaceLeft;
    if (left.amount() > 0 && left.isShare() == admin.isShare() && admin.amount() >= left.amount()) {
      throw new PolicyException(origin + ": admin_space_left (" + admin + ") has to be less than space_left (" + left
          + "): it is the second warning");
    }
    if (draft.suspendCgroups.isEmpty()) {
      draft.actions.forEach((trigger, actions) -> {
        if (actions.contains(Action.Plain.SUSPEND)) {
          throw new PolicyException(origin + ": " + trigger.key()
              + " = suspend says whom to suspend by suspend_cgroups, which names none; set it, to /user.slice"
              + " for example");
        }
      });
    }
  }

  /** @throws PolicyException where others than root could have written it: it can name programs to run */
  private static String text(Path file) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      if (!Files.isRegularFile(file) || !Actions.isTrusted(file.toRealPath(), mode)) {
        throw new PolicyException(file + ": others than root could have written it, and it can name programs to run;"
            + " chown root it, and chmod 0640");
      }
      byte[] bytes = start(file);
      if (bytes.length > MOST_BYTES) {
        throw new PolicyException(file + ": is no configuration, as it is larger than " + MOST_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new PolicyException(file + ": there is no such file; name another with --config", e);
    } catch (CharacterCodingException e) {
      throw new PolicyException(file + ": is not text in UTF-8", e);
    } catch (IOException e) {
      throw new PolicyException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static byte[] start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }

  /** Of text that anybody may have written: a line of it at most, and not all of a long one. */
  private static String shown(String text) {
    String line = text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c).limit(MOST_SHOWN)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    return line.isEmpty() ? "(nothing)" : line.length() < text.length() ? line + "…" : line;
  }
}
