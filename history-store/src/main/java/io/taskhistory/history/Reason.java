package io.taskhistory.history;

/** Why a history is not complete. */
public enum Reason {
  /** An entry comes from a /proc scan: others may be missing around it. */
  SNAPSHOT("snapshot"),
  /** An entry's name is not known. */
  UNKNOWN("unknown"),
  /** Somewhere on the way the source named the new task's parent, which need not be the task that called clone. */
  CREATOR_ASSUMED("creator-assumed"),
  /** A source lost events while a process on the way was alive, and nothing proves that none of them was its. */
  GAP("gap");

  private final String label;

  Reason(String label) {
    this.label = label;
  }

  /** The word that every interface uses. */
  public String label() {
    return label;
  }
}
