package io.taskhistory.api.policy;

import io.taskhistory.api.policy.Action.Plain;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Something that can happen and has an action. */
public enum Trigger {
  /** The store takes more than {@code max_store_size}. */
  MAX_STORE_SIZE(true, EnumSet.allOf(Plain.class)),
  /** The oldest history is older than {@code max_age}. Whoever were suspended for that would be so for ever. */
  MAX_AGE(true, EnumSet.of(Plain.IGNORE, Plain.LOG, Plain.ROTATE)),
  /** Less than {@code space_left} is free on the file system of the data directory. */
  SPACE_LEFT(true, EnumSet.allOf(Plain.class)),
  /** Less than {@code admin_space_left} is. */
  ADMIN_SPACE_LEFT(true, EnumSet.allOf(Plain.class)),
  /** What happened cannot be kept, as there is no space. */
  DISK_FULL(true, EnumSet.allOf(Plain.class)),
  /** What happened cannot be kept for another reason. */
  DISK_ERROR(false, EnumSet.complementOf(EnumSet.of(Plain.ROTATE))),
  /** What waits to be kept has become too much, and some of it was given up. */
  OVERFLOW(false, EnumSet.complementOf(EnumSet.of(Plain.ROTATE))),
  /** A source lost events. */
  LOSS(false, EnumSet.complementOf(EnumSet.of(Plain.ROTATE)));

  private final boolean rotatesByDefault;
  private final Set<Plain> allowed;

  Trigger(boolean rotatesByDefault, Set<Plain> allowed) {
    this.rotatesByDefault = rotatesByDefault;
    this.allowed = allowed;
  }

  /** As programs that are run are told, and {@code status} shows it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What its action is set by. */
  String key() {
    return label() + "_action";
  }

  /** Besides exec. */
  boolean allows(Plain action) {
    return allowed.contains(action);
  }

  List<Action> defaultActions() {
    return rotatesByDefault ? List.of(Plain.ROTATE, Plain.LOG) : List.of(Plain.LOG);
  }

  /** What may be written, for a person. */
  String choices() {
    StringBuilder text = new StringBuilder();
    for (Plain action : Plain.values()) {
      if (allows(action)) {
        text.append(action).append(", ");
      }
    }
    return text + "exec PATH, or several with a comma between them";
  }
}
