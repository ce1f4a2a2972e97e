package io.taskhistory.api.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether files are what they were: their inodes, sizes and times, as one stat(2) each tells. The change time is among
 * them, which nobody can set back, so an edit in place within a tick of the modification time shows, too.
 */
public record FileState(List<Map<String, Object>> files) {

  /**
   * What {@code paths} are now; links are followed. One that is not there is a state as well.
   *
   * @throws IOException where a disk does not tell
   */
  public static FileState of(List<Path> paths) throws IOException {
    List<Map<String, Object>> files = new ArrayList<>();
    for (Path path : paths) {
      try {
        files.add(Files.readAttributes(path, "unix:dev,ino,size,lastModifiedTime,ctime"));
      } catch (NoSuchFileException e) {
        files.add(Map.of());
      }
    }
    return new FileState(List.copyOf(files));
  }
}
