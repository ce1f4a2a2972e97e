package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file system of the data directory. */
interface Disk {

  /** How many bytes are free there for us. */
  long free() throws IOException;

  long total() throws IOException;

  /** A look is one statvfs(3). */
  static Disk of(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory);
    return new Disk() {
      @Override
      public long free() throws IOException {
        return store.getUsableSpace();
      }

      @Override
      public long total() throws IOException {
        return store.getTotalSpace();
      }
    };
  }
}
