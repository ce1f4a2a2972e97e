package io.taskhistory.api.service;

import io.taskhistory.api.service.Checkup.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Whether the kernel's trace buffer can be had. Where it cannot, the proc connector has to do. */
final class TracefsCheck {

  private static final String NAME = "tracefs";
  private static final List<String> EVENTS = List.of("sched/sched_process_fork", "sched/sched_process_exec",
      "sched/sched_process_exit", "task/task_newtask", "task/task_rename");
  private static final String MOUNT_POINT = "sys/kernel/tracing";
  private static final String BELOW_DEBUGFS = "sys/kernel/debug/tracing";
  /** Since 5.4; LOCKDOWN_TRACEFS of include/linux/security.h is among what confidentiality forbids. */
  private static final String LOCKDOWN = "sys/kernel/security/lockdown";

  private TracefsCheck() {}

  /** @param root where the host's {@code /} is */
  static Check of(Path root, String instance) {
    if (text(root.resolve(LOCKDOWN)).contains("[confidentiality]")) {
      return missing("the kernel's lockdown (confidentiality) forbids it; the proc connector alone is used",
          "boot without lockdown=confidentiality");
    }
    Path tracefs = root.resolve(MOUNT_POINT);
    if (Files.notExists(tracefs)) {
      return missing("there is no /" + MOUNT_POINT + "; the proc connector alone is used",
          "it needs a kernel with CONFIG_FTRACE=y and CONFIG_EVENT_TRACING=y, and the host's /sys");
    }
    try {
      if (!isMounted(tracefs)) {
        tracefs = root.resolve(BELOW_DEBUGFS);
        if (!isMounted(tracefs)) {
          return missing("is not mounted", "mount -t tracefs tracefs /sys/kernel/tracing, with sudo");
        }
      }
      return mounted(tracefs, instance);
    } catch (IOException e) {
      return missing("is not ours to look into", "run this with sudo");
    }
  }

  /** @throws IOException where that is not for us to know */
  private static boolean isMounted(Path tracefs) throws IOException {
    try {
      Files.readAttributes(tracefs.resolve("instances"), "*");
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Check mounted(Path tracefs, String instance) {
    for (String event : EVENTS) {
      if (Files.notExists(tracefs.resolve("events").resolve(event))) {
        return missing("lacks the event " + event + "; the proc connector alone is used",
            "it needs a kernel with CONFIG_EVENT_TRACING=y");
      }
    }
    Path ours = tracefs.resolve("instances").resolve(instance);
    return new Check(NAME, true, false, "is mounted and has all events; the instance " + instance
        + (Files.notExists(ours) ? " is made at the first start"
            : text(ours.resolve("tracing_on")).startsWith("1") ? " is there and records"
            : " is there and does not record"), "");
  }

  private static Check missing(String finding, String remedy) {
    return new Check(NAME, false, false, finding, remedy);
  }

  /** Of a file that may not be there. */
  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
