package io.taskhistory.api.boot;

import java.util.Optional;

/**
 * What a kernel was built with.
 *
 * @param origin the file that says it; empty where none does
 */
record KernelConfig(String origin, String text) {

  /** One option. */
  enum Setting { YES, NO, UNKNOWN }

  static KernelConfig of(HostFiles files, String release) {
    String inKernel = "/proc/config.gz"; // CONFIG_IKCONFIG_PROC
    Optional<String> text = files.readCompressed(inKernel);
    if (text.isPresent()) {
      return new KernelConfig(inKernel, text.get());
    }
    for (String path : new String[] {
        "/boot/config-" + release, "/lib/modules/" + release + "/config", "/usr/lib/modules/" + release + "/config",
        "/lib/modules/" + release + "/build/.config"}) {
      text = files.read(path);
      if (text.isPresent()) {
        return new KernelConfig(path, text.get());
      }
    }
    return new KernelConfig("", "");
  }

  /** @param option such as {@code CONFIG_EVENT_TRACING} */
  Setting get(String option) {
    return origin.isEmpty() ? Setting.UNKNOWN
        : text.lines().anyMatch(line -> line.strip().equals(option + "=y")) ? Setting.YES : Setting.NO;
  }
}
