package io.taskhistory.api.policy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of its own that thaws what we have frozen when we are gone, however that came: it reads from a pipe whose
 * other end nobody but us has, and which the kernel closes at our end. What was written to it before is read first.
 */
final class FreezeGuard implements AutoCloseable {

  /** A line of input is a switch to be turned back, or {@code -}: none of those so far. */
  private static final String SCRIPT = """
      trap '' HUP INT QUIT TERM PIPE TSTP
      list=$1
      set --
      while IFS= read -r line; do
        case $line in
          -) set -- ;;
          *) set -- "$@" "$line" ;;
        esac
      done
      left=
      for file; do
        case $file in
          */cgroup.freeze) word=0 ;;
          */freezer.state) word=THAWED ;;
          *) continue ;;
        esac
        [ ! -e "$file" ] || echo $word >"$file" || left=$file
      done
      [ $# -eq 0 ] || [ -n "$left" ] || true >"$list"
      """;

  private static final long PATIENCE_SECONDS = 5;

  private final Path list;
  private @Nullable Process process;

  /** @param list the file that it empties when it has thawed all */
  FreezeGuard(Path list) {
    this.list = list;
  }

  /** Whether there is one. */
  boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Sees to it that there is one, and that it knows these. */
  void guard(List<Path> switches) throws IOException {
    Process running = process;
    if (running == null || !running.isAlive()) {
      ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", SCRIPT, "taskhistory-thaw", list.toString())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().clear();
      running = builder.start();
      process = running;
    }
    StringBuilder lines = new StringBuilder("-\n");
    switches.forEach(path -> lines.append(path).append('\n'));
    OutputStream to = running.getOutputStream();
    to.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    to.flush();
  }

  /** It ends, and thaws what it was told last: nothing where nothing is frozen. */
  @Override
  public void close() {
    Process running = process;
    process = null;
    if (running != null) {
      try {
        running.getOutputStream().close();
        running.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (IOException e) {
        running.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
