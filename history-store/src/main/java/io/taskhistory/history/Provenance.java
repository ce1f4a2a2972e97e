package io.taskhistory.history;

import java.util.Locale;

/** How an entry is known. The order is that of the bytes on disk: only ever append. */
public enum Provenance {
  /** The event was seen, and the name came with it. */
  OBSERVED,
  /** The event was seen; the name was read from /proc a moment later, with nothing of that task in between. */
  RESOLVED,
  /** Seen in a /proc scan; entries can be missing between this one and its neighbours. */
  SNAPSHOT,
  /** Something happened here and nobody knows what. */
  UNKNOWN;

  /** The word that every interface uses. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
