package io.taskhistory.store;

import java.util.List;

/**
 * What a check of a store has found.
 *
 * @param findings the first ones; none where the store is sound
 * @param more how many others there are
 * @param notes what is no damage and yet worth knowing
 * @param tasks how many were read, live and ended
 * @param entries how many were read, each as often as it is kept
 * @param bytes how many bytes of tables and logs were compared with their checksums
 */
public record CheckReport(
    List<Finding> findings, long more, List<String> notes, long tasks, long entries, long bytes) {

  /**
   * One thing that is wrong.
   *
   * @param where the file, or the row of the store
   */
  public record Finding(String where, String what) {}

  public CheckReport {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }

  public boolean isSound() {
    return findings.isEmpty();
  }
}
