package io.taskhistory.collector.procfs;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cgroup that tells most about a process, and the container that its name speaks of.
 *
 * @param path in its hierarchy
 * @param container empty for none
 */
record Cgroup(RawText path, RawText container) {

  static final Cgroup UNKNOWN = new Cgroup(RawText.UNKNOWN, RawText.UNKNOWN);

  private static final String ROOT = "/";

  /**
   * How the runtimes name a container's cgroup: {@code /docker/ID}, {@code docker-ID.scope}, {@code libpod-ID.scope},
   * {@code crio-ID.scope}, {@code cri-containerd-ID.scope}, {@code …slice:cri-containerd:ID}. The cgroup of a monitor
   * ({@code crio-conmon-ID.scope}) is not the container's.
   */
  private static final Pattern ID = Pattern.compile(
      "(?:.*:)?(?:docker-|libpod-|crio-|cri-containerd-|containerd-|nerdctl-)?([0-9a-f]{64})(?:\\.scope)?");

  /** {@code /lxc/NAME}, {@code /lxc.payload/NAME}, {@code /lxc.payload.NAME}, as lxc.container.conf(5) has it. */
  private static final Pattern LXC = Pattern.compile("(?:^|.*/)lxc(?:/|\\.payload[./])([^/]+)(?:/.*)?");

  /**
   * From {@code /proc/PID/cgroup}, a line {@code hierarchy-ID:controller-list:cgroup-path} each (cgroups(7)): the
   * unified hierarchy's path if that is not the root, else the longest.
   */
  static Cgroup parse(byte[] lines) {
    String text = new String(lines, StandardCharsets.ISO_8859_1);
    String best = null;
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
      int first = line.indexOf(':');
      int second = line.indexOf(':', first + 1);
      if (first < 0 || second < 0) {
        continue;
      }
      String path = line.substring(second + 1);
      if (line.startsWith("0::") && !path.equals(ROOT)) {
        best = path;
        break;
      }
      if (best == null || path.length() > best.length()) {
        best = path;
      }
    }
    return best == null ? UNKNOWN : new Cgroup(raw(best), container(best));
  }

  /** The innermost container that {@code path} names. */
  private static RawText container(String path) {
    String[] components = path.split("/");
    for (int i = components.length - 1; i >= 0; i--) {
      Matcher id = ID.matcher(components[i]);
      if (id.matches()) {
        return raw(id.group(1));
      }
    }
    Matcher lxc = LXC.matcher(path);
    return lxc.matches() ? raw(lxc.group(1)) : RawText.EMPTY;
  }

  private static RawText raw(String text) {
    return RawText.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
