package io.taskhistory.api.lines;

import java.util.Locale;

/** How a log writes times. */
public enum TimeFormat {
  /** RFC 3339, or a number since 1970, its unit told by how many digits it has. */
  AUTO,
  RFC3339,
  /** Seconds since 1970, with a fraction or without. */
  EPOCH,
  EPOCH_MS,
  EPOCH_US,
  EPOCH_NS,
  /** Microseconds on the monotonic clock. */
  MONO_US;

  /** As the command line writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
