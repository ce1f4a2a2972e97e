package io.taskhistory.api.audisp;

import io.taskhistory.api.service.DataDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the plugin is told, in the words of auditd.conf(5) where it has some.
 *
 * @param log where the enriched log goes
 * @param maxLogFile MiB in it, about, before it is rotated
 * @param numLogs how many there are, the one that is written included; fewer than 2: it is never rotated
 * @param queue MiB that may wait between the dispatcher and the log
 * @param all whether events of a single record are enriched, too
 * @param limit bytes of a history; 0 is no limit, null what the service thinks fit
 * @param directory where the service says how it is reached
 */
public record Settings(
    Path log, int maxLogFile, int numLogs, int queue, boolean all, @Nullable Integer limit, DataDirectory directory) {

  public static final Path DEFAULT_LOG = Path.of("/var/log/audit/taskhistory.log");

  private static final int LEAST_LIMIT = 256;

  /** @throws IllegalArgumentException if it says what cannot be done; the message says what can */
  public Settings {
    within("--max-log-file", maxLogFile, 1, 1 << 20);
    within("--num-logs", numLogs, 0, 999);
    within("--queue", queue, 1, 64);
    if (limit != null && limit != 0 && limit < LEAST_LIMIT) {
      throw new IllegalArgumentException("--limit has to be 0, for none, or at least " + LEAST_LIMIT);
    }
    log = log.toAbsolutePath().normalize();
    if (log.getParent() == null) {
      throw new IllegalArgumentException("--output has to name a file");
    }
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(option + " has to be from " + least + " to " + most);
    }
  }
}
