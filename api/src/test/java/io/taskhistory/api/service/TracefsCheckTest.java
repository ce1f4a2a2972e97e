package io.taskhistory.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.service.Checkup.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracefsCheckTest {

  @TempDir
  private Path root;

  private Check check() {
    return TracefsCheck.of(root, "ours");
  }

  private Path directory(String path) throws IOException {
    return Files.createDirectories(root.resolve(path));
  }

  private void events(String tracefs) throws IOException {
    directory(tracefs + "/instances");
    for (String event : List.of("sched/sched_process_fork", "sched/sched_process_exec", "sched/sched_process_exit",
        "task/task_newtask", "task/task_rename")) {
      directory(tracefs + "/events/" + event);
    }
  }

  @Test
  void tracefs_thatIsNotThere_isSaidWithWhatToDo() throws IOException {
    assertThat(check().ok()).isFalse();
    assertThat(check().required()).as("the proc connector does, too").isFalse();
    assertThat(check().remedy()).contains("CONFIG_EVENT_TRACING");
    directory("sys/kernel/tracing");
    assertThat(check().finding()).isEqualTo("is not mounted");
    assertThat(check().remedy()).startsWith("mount -t tracefs");
  }

  @Test
  void event_thatIsMissing_isNamed() throws IOException {
    events("sys/kernel/tracing");
    Files.delete(root.resolve("sys/kernel/tracing/events/task/task_rename"));
    assertThat(check().ok()).isFalse();
    assertThat(check().finding()).contains("task/task_rename");
  }

  @Test
  void instance_isTold() throws IOException {
    directory("sys/kernel/tracing");
    events("sys/kernel/debug/tracing");
    assertThat(check().ok()).isTrue();
    assertThat(check().finding()).endsWith("the instance ours is made at the first start");
    events("sys/kernel/tracing");
    Path on = directory("sys/kernel/tracing/instances/ours").resolve("tracing_on");
    Files.writeString(on, "1\n");
    assertThat(check().finding()).endsWith("the instance ours is there and records");
    Files.writeString(on, "0\n");
    assertThat(check().finding()).endsWith("the instance ours is there and does not record");
  }

  @Test
  void lockdown_isNamed() throws IOException {
    events("sys/kernel/tracing");
    Path lockdown = directory("sys/kernel/security").resolve("lockdown");
    Files.writeString(lockdown, "none [integrity] confidentiality\n");
    assertThat(check().ok()).isTrue();
    Files.writeString(lockdown, "none integrity [confidentiality]\n");
    assertThat(check().ok()).isFalse();
    assertThat(check().finding()).contains("lockdown");
  }
}
