package io.taskhistory.api.policy;

import io.taskhistory.store.Flush;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Everything that can be configured. */
enum Key {
  FLUSH((draft, text) -> draft.flush = flush(text)),
  FREQ((draft, text) -> draft.freq = (int) number(text, 1, 1_000_000, "how many records")),
  MAX_STORE_SIZE((draft, text) -> draft.maxStoreSize = maxStoreSize(text)),
  MAX_STORE_SIZE_ACTION(Trigger.MAX_STORE_SIZE),
  MAX_AGE((draft, text) -> draft.maxAge = age(text)),
  MAX_AGE_ACTION(Trigger.MAX_AGE),
  SPACE_LEFT((draft, text) -> draft.spaceLeft = Space.parse(text)),
  SPACE_LEFT_ACTION(Trigger.SPACE_LEFT),
  ADMIN_SPACE_LEFT((draft, text) -> draft.adminSpaceLeft = Space.parse(text)),
  ADMIN_SPACE_LEFT_ACTION(Trigger.ADMIN_SPACE_LEFT),
  DISK_FULL_ACTION(Trigger.DISK_FULL),
  DISK_ERROR_ACTION(Trigger.DISK_ERROR),
  OVERFLOW_ACTION(Trigger.OVERFLOW),
  LOSS_ACTION(Trigger.LOSS),
  QUEUE_SIZE((draft, text) -> draft.queueSize = number(text, 1, 4096, "how many MiB") << 20),
  RESERVE((draft, text) -> draft.reserve = number(text, 0, 4096, "how many MiB") << 20),
  SUSPEND_CGROUPS((draft, text) -> draft.suspendCgroups = CgroupPaths.parse(text)),
  MASK((draft, text) -> draft.mask = mask(text)),
  MASK_OPTION((draft, text) -> draft.maskMore(text.isEmpty() ? List.of() : List.of(text.split("[ ,]+")), List.of())),
  MASK_PATTERN((draft, text) -> draft.maskMore(List.of(), text.isEmpty() ? List.of() : List.of(text)));

  private static final Pattern AGE = Pattern.compile("([0-9]{1,6})([smhd])");
  private static final long LEAST_AGE_SECONDS = 60;
  /** The log that is written ahead, and what is being sorted, take half of that by themselves. */
  private static final long LEAST_STORE_MIB = 64;

  private final BiConsumer<Draft, String> setter;

  Key(BiConsumer<Draft, String> setter) {
    this.setter = setter;
  }

  Key(Trigger trigger) {
    this((draft, text) -> draft.actions.put(trigger, Actions.parse(trigger, text)));
  }

  /** As it is written. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it may stand several times, for one after the other; else for one alone. */
  boolean isList() {
    return this == MASK_OPTION || this == MASK_PATTERN;
  }

  /** Forgets what was read before, as what is set by the command line wins. */
  void clear(Draft draft) {
    if (this == MASK_OPTION) {
      draft.maskOptions.clear();
    } else if (this == MASK_PATTERN) {
      draft.maskPatterns.clear();
    }
  }

  static Optional<Key> of(String label) {
    return Arrays.stream(values()).filter(key -> key.label().equalsIgnoreCase(label)).findFirst();
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Key::label).toList();
  }

  /** @throws IllegalArgumentException where the value is none of this; the message says what is */
  void set(Draft draft, String value) {
    setter.accept(draft, value);
  }

  private static Flush flush(String text) {
    return Arrays.stream(Flush.values()).filter(flush -> flush.name().equalsIgnoreCase(text)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("write none, incremental or sync"));
  }

  private static Draft.Masking mask(String text) {
    return Arrays.stream(Draft.Masking.values()).filter(mask -> mask.name().equalsIgnoreCase(text)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("write default, custom or none"));
  }

  private static long number(String text, long least, long most, String what) {
    if (text.matches("[0-9]{1,9}") && Long.parseLong(text) >= least && Long.parseLong(text) <= most) {
      return Long.parseLong(text);
    }
    throw new IllegalArgumentException("write " + what + ", from " + least + " to " + most);
  }

  private static long maxStoreSize(String text) {
    long mebibytes = number(text, 0, 999_999_999, "how many MiB");
    if (mebibytes != 0 && mebibytes < LEAST_STORE_MIB) {
      throw new IllegalArgumentException("write at least " + LEAST_STORE_MIB + " MiB, or 0 for no limit");
    }
    return mebibytes << 20;
  }

  private static Duration age(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Matcher m = AGE.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("write a number with d, h, m or s behind it, as in 30d or 12h; 0 for no limit");
    }
    long number = Long.parseLong(m.group(1));
    Duration age = switch (m.group(2)) {
      case "d" -> Duration.ofDays(number);
      case "h" -> Duration.ofHours(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofSeconds(number);
    };
    if (age.toSeconds() < LEAST_AGE_SECONDS) {
      throw new IllegalArgumentException("write at least " + LEAST_AGE_SECONDS + "s, or 0 for no limit");
    }
    return age;
  }
}
