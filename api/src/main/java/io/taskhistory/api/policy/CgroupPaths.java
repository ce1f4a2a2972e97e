package io.taskhistory.api.policy;

import java.util.ArrayList;
import java.util.List;

/** The names of cgroups as they are configured: paths as in /proc/PID/cgroup, with spaces between them. */
final class CgroupPaths {

  private static final int MOST = 32;
  private static final int MOST_CHARS = 512;

  private CgroupPaths() {}

  /** @throws IllegalArgumentException where one is none; the message says what is wrong */
  static List<String> parse(String text) {
    List<String> paths = new ArrayList<>();
    for (String word : text.strip().split("[\\s,]+")) {
      if (!word.isEmpty()) {
        paths.add(path(word));
      }
    }
    if (paths.size() > MOST) {
      throw new IllegalArgumentException("name at most " + MOST + " cgroups");
    }
    return List.copyOf(paths);
  }

  private static String path(String word) {
    StringBuilder path = new StringBuilder();
    for (String part : word.split("/")) {
      if (part.equals("..") || part.equals(".")) {
        throw new IllegalArgumentException("write the path of a cgroup without . and .., as in /user.slice");
      }
      if (!part.isEmpty()) {
        path.append('/').append(part);
      }
    }
    if (path.length() == 0) {
      throw new IllegalArgumentException("the root of all cgroups cannot be frozen; name one below it");
    }
    if (path.length() > MOST_CHARS || path.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("this is no path of a cgroup; write one as in /user.slice");
    }
    return path.toString();
  }
}
