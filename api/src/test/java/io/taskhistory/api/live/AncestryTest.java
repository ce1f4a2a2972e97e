package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who descends from whom, on the live kernel. */
class AncestryTest extends AskingTest {

  @Test
  void taskFromBefore_hasOneEntryForEachProcessAboveIt() {
    int self = (int) ProcessHandle.current().pid();
    assertThat(service().lineage(self)).isEqualTo(Witness.ownLineage());
    JsonNode task = service().task(self);
    assertThat(task.get("complete").asBoolean()).isFalse();
    assertThat(task.get("reasons")).extracting(JsonNode::asText).contains("snapshot");
  }

  @Test
  void shells_nestedWithAPipeline_areAllThere() {
    // The producer holds its end of the pipe open as 3, and so the consumer waits; both tell us through 4.
    String pipeline = actor("producer") + " say producer pause 3>&1 >&4 | "
        + actor("consumer") + " say consumer pause >&4";
    Child shell = keep(Child.start(new ProcessBuilder("sh", "-c", "exec 4>&1; sh -c '" + pipeline + "; :'; :")));
    Map<String, int[]> said = new HashMap<>();
    for (int i = 0; i < 2; i++) {
      String[] line = shell.line().split(" ");
      said.put(line[0], new int[] {Integer.parseInt(line[1]), Integer.parseInt(line[3])});
    }
    int inner = said.get("producer")[1];
    assertThat(said.get("consumer")[1]).isEqualTo(inner);
    assertThat(Witness.stat(inner).orElseThrow().ppid()).isEqualTo(shell.pid());

    Lineage outerShell = service().lineage(shell.pid());
    assertThat(outerShell.steps()).endsWith(new Lineage.Step("sh", shell.pid()));
    assertThat(service().lineage(inner)).isEqualTo(outerShell.and("sh", inner));
    said.forEach((name, pids) -> {
      assertThat(service().lineage(pids[0])).isEqualTo(outerShell.and("sh", inner).and(name, pids[0]));
      assertThat(service().text(pids[0], "names")).endsWith("=>sh=>sh=>" + name);
    });
  }

  @Test
  void daemon_hasItsCreatorsHistory_andAnotherReaper() {
    Child child = act("say", "top", "fork", "{", "setsid", "say", "middle", "fork", "{", "exec", actor("daemon"), "x",
        "say", "daemon", "pause", "}", "exit", "0", "}", "reap", "pause");
    int top = child.said("top")[0];
    int middle = child.said("middle")[0];
    int daemon = child.said("daemon")[0];
    int reaper = await().until(() -> Witness.stat(daemon).orElseThrow().ppid(), ppid -> ppid != middle);

    await().untilAsserted(() -> assertThat(service().task(daemon).get("reaper").asText())
        .isEqualTo(service().task(reaper).get("task").asText()));
    assertThat(service().lineage(daemon)).isEqualTo(service().lineage(top).and("daemon", daemon));
    JsonNode creator = service().task(service().task(daemon).get("creator").asText());
    assertThat(creator.get("tid").asInt()).isEqualTo(middle);
    assertThat(creator.get("state").asText()).isEqualTo("ended");
    assertThat(service().task(creator.get("creator").asText()).get("tid").asInt()).isEqualTo(top);
    assertThat(service().lineage(middle)).as("it never called exec").isEqualTo(service().lineage(top));
  }

  @Test
  void threads_shareTheirProcesssHistory() {
    Child child = act("exec", actor("many"), "many", "say", "leader", "wait", "thread", OPEN, "say", "thread",
        "pause", CLOSE, "pause");
    int[] leader = child.said("leader");
    assertThat(service().text(leader[0], "names").strip()).endsWith("=>many");
    child.go();
    int[] thread = child.said("thread");
    assertThat(thread[1]).isNotEqualTo(thread[0]);
    JsonNode task = service().task(thread[1]);
    assertThat(task.get("tid").asInt()).isEqualTo(thread[1]);
    assertThat(task.get("tgid").asInt()).isEqualTo(leader[0]);
    assertThat(task.get("comm").asText()).isEqualTo("many");
    assertThat(service().kernelText(thread[1])).isEqualTo(service().kernelText(leader[0]));
    assertThat(service().text(thread[1], "names")).endsWith("=>many");
  }

  @Test
  void leader_leaving_isNotTheEndOfItsProcess() {
    Child child = act("say", "leader", "thread", "{", "say", "thread", "wait", "leave", "}", "leave");
    int leader = child.said("leader")[0];
    int thread = child.said("thread")[1];
    await().until(() -> Witness.stat(leader).orElseThrow().isDead());
    assertThat(service().task(leader).get("state").asText()).isEqualTo("live");
    assertThat(service().task(thread).get("state").asText()).isEqualTo("live");
    child.go();
    assertThat(child.await()).isZero();
    await().untilAsserted(() -> {
      assertThat(service().task(leader).get("state").asText()).isEqualTo("ended");
      assertThat(service().task(thread).get("state").asText()).isEqualTo("ended");
      assertThat(service().task(leader).path("exit").path("code").asInt(-1)).isZero();
    });
  }

  @Test
  void kernelThreads_haveTheRootEntryAlone() {
    List<Integer> threads = Arrays.stream(Witness.processes()).boxed()
        .filter(pid -> Witness.stat(pid).filter(Witness.Stat::isKernelThread).isPresent()).toList();
    assertThat(threads).contains(2);
    List<JsonNode> answers = service().lineages(threads.stream().map(tid -> "{\"pid\":" + tid + "}").toList());
    assertThat(answers).hasSameSizeAs(threads).allSatisfy(answer ->
        assertThat(answer.get("history").asText()).matches("name=swapper/0;pid=1;start=[0-9]{14}"));
    assertThat(service().text(2, "names")).isEqualToIgnoringNewLines("swapper/0");
    assertThat(service().text(2, "domain")).isEqualToIgnoringNewLines("<kernel>");
    assertThat(service().task(2).get("kernel_thread").asBoolean()).isTrue();
  }

  @Test
  void exec_thatFails_addsNothing() throws IOException {
    String text = Files.writeString(directory.resolve("text"), "no program").toString();
    Path empty = Files.createFile(directory.resolve("empty"));
    Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rwxr-xr-x"));
    Child child = act("say", "before", "wait", "try", "/nowhere", "try", text, "try", text + "/x", "try",
        empty.toString(), "fork", "{", "try", text, "say", "child", "pause", "}", "pause");
    int pid = child.said("before")[0];
    Lineage before = service().lineage(pid);
    assertThat(before.steps()).last().extracting(Lineage.Step::pid).isEqualTo(pid);
    child.go();
    // ENOENT, EACCES, ENOTDIR and ENOEXEC of errno(3)
    assertThat(List.of(child.said("failed")[0], child.said("failed")[0], child.said("failed")[0],
        child.said("failed")[0])).containsExactly(2, 13, 20, 8);
    int forked = child.said("child")[0];
    assertThat(service().lineage(pid)).isEqualTo(before);
    assertThat(service().lineage(forked)).isEqualTo(before);
  }

  @Test
  void exec_byAThread_isItsProcesss() {
    Child child = act("say", "before", "wait", "thread", "{", "say", "caller", "exec", actor("after"), "after", "say",
        "after", "wait", "exit", "5", "}", "pause");
    int pid = child.said("before")[0];
    Lineage before = service().lineage(pid);
    String id = service().task(pid).get("task").asText();
    child.go();
    int caller = child.said("caller")[1];
    int[] after = child.said("after");
    assertThat(after).as("the caller has its process's pid now").startsWith(pid, pid);

    JsonNode task = service().task(pid);
    assertThat(task.get("task").asText()).isEqualTo(id);
    assertThat(task.get("state").asText()).isEqualTo("live");
    assertThat(service().lineage(pid)).isEqualTo(before.and("after", pid));
    assertThat(service().task(caller).get("state").asText()).as("the tid that it had").isEqualTo("ended");
    child.go();
    assertThat(child.await()).isEqualTo(5);
    await().untilAsserted(() -> assertThat(service().task(id).path("exit").path("code").asInt(-1)).isEqualTo(5));
  }
}
