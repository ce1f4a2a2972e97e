package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreHealth;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What RocksDB and the file system complain of, as an administrator can use it. */
final class Health {

  private final Path directory;
  private volatile StoreHealth writing = StoreHealth.FINE;
  private volatile @Nullable StoreHealth damage;

  Health(Path directory) {
    this.directory = directory;
  }

  /** Of the last write; and damage that was found, which stays for as long as this goes on. */
  StoreHealth now() {
    StoreHealth found = damage;
    return found == null || writing.state() == StoreHealth.State.FULL ? writing : found;
  }

  /** Of the last write alone. */
  StoreHealth writing() {
    return writing;
  }

  /** A write has succeeded. */
  void fine() {
    if (writing != StoreHealth.FINE) {
      writing = StoreHealth.FINE;
    }
  }

  /** For the one who asked RocksDB to open, read or write. */
  StoreException cannot(String what, Exception e) {
    String message = String.valueOf(e.getMessage());
    boolean isDamage = isCorruption(e);
    boolean isFull = !isDamage && isFull(e, message);
    String full = isDamage
        ? damagedText(message)
        : "Cannot " + what + " the data directory " + directory + ": " + message + (isFull
            ? ". Make room on its file system" : ". Check the space and the health of its file system");
    StoreHealth state = new StoreHealth(isFull ? StoreHealth.State.FULL : StoreHealth.State.FAILING, full);
    if (isDamage) {
      damage = state;
    } else if (!what.equals("read")) {
      writing = state;
    }
    return new StoreException(full, e);
  }

  StoreException damaged(Inspection.Damage found) {
    return new StoreException(found(found));
  }

  /** Something was found that no write shows. */
  String found(Inspection.Damage found) {
    String text = damagedText(found.file() + ": " + found.what());
    damage = new StoreHealth(StoreHealth.State.FAILING, text);
    return text;
  }

  private String damagedText(String what) {
    return "The data directory " + directory + " is damaged: " + what + ". taskhistory check --data-dir " + directory
        + " tells how far, taskhistory repair --data-dir " + directory + " saves what is sound";
  }

  private static boolean isCorruption(Exception e) {
    Status status = e instanceof RocksDBException rocks ? rocks.getStatus() : null;
    return status != null && status.getCode() == Status.Code.Corruption;
  }

  /** ENOSPC and EDQUOT; RocksDB has a code of its own for the first only. */
  private static boolean isFull(Exception e, String message) {
    Status status = e instanceof RocksDBException rocks ? rocks.getStatus() : null;
    return status != null && status.getSubCode() == Status.SubCode.NoSpace
        || message.contains("No space left on device") || message.contains("Disk quota exceeded");
  }
}
