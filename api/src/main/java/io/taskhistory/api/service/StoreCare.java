package io.taskhistory.api.service;

import io.taskhistory.store.CheckReport;
import io.taskhistory.store.Progress;
import io.taskhistory.store.RepairReport;

/** Checks and repairs the store in a data directory that no service uses. */
public final class StoreCare {

  private StoreCare() {}

  /** Whether there is a store. */
  public static boolean isIn(DataDirectory directory) {
    return Stores.isIn(directory.path());
  }

  /**
   * Reads all of it and says what is wrong.
   *
   * @throws io.taskhistory.store.StoreException where it is in use or cannot be read
   */
  public static CheckReport check(DataDirectory directory, Progress progress) {
    return Stores.check(directory.path(), progress);
  }

  /**
   * Puts a new store in its place that has all that is sound; the old one stays beside it.
   *
   * @throws io.taskhistory.store.StoreException where it is in use, or nothing can be saved; it is then as it was
   */
  public static RepairReport repair(DataDirectory directory, Progress progress) {
    return Stores.repair(directory.path(), progress);
  }
}
