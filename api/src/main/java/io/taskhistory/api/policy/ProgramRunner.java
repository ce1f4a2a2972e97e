package io.taskhistory.api.policy;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Really runs them: one at a time but for what is to be at once, in threads of its own, with nothing to read, nowhere to
 * write, a bare environment and not for ever.
 */
public final class ProgramRunner implements Runner, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProgramRunner.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MOST_WAITING = 8;
  private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private final Duration patience;
  private final ThreadPoolExecutor others = new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS,
      new LinkedBlockingQueue<>(MOST_WAITING), work -> {
        Thread made = new Thread(work, "action");
        made.setDaemon(true);
        return made;
      });

  public ProgramRunner() {
    this(PATIENCE);
  }

  ProgramRunner(Duration patience) {
    this.patience = patience;
  }

  @Override
  public void run(List<String> command, Map<String, String> environment) {
    try {
      others.execute(() -> runNow(command, environment));
    } catch (RejectedExecutionException e) {
      LOG.error("{} is not run: {} others are waiting to be", command.get(0), MOST_WAITING);
    }
  }

  @Override
  public void runAtOnce(List<String> command, Map<String, String> environment) {
    Thread thread = new Thread(() -> runNow(command, environment), "action at once");
    thread.setDaemon(true);
    thread.start();
  }

  private void runNow(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"))
        .redirectInput(new File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().put("PATH", PATH);
    builder.environment().putAll(environment);
    try {
      await(builder.start(), command.get(0));
    } catch (IOException e) {
      LOG.error("{} cannot be run: {}", command.get(0), e.getMessage());
    }
  }

  private void await(Process process, String program) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.error("{} was ended: it had run for {} seconds", program, patience.toSeconds());
        process.destroyForcibly();
      } else if (process.exitValue() != 0) {
        LOG.error("{} failed: exit code {}", program, process.exitValue());
      }
    } catch (InterruptedException e) {
      // The service stops. What it began to do about a fault goes on.
      Thread.currentThread().interrupt();
    }
  }

  /** What runs goes on; what waits is not run. */
  @Override
  public void close() {
    others.shutdownNow();
  }
}
