package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Things that happen to children while nobody looks: one ends, one execs twice, one is born, and one's pid is given to
 * another. One more goes on as it is.
 */
final class Upheaval {

  private final Child steady;
  private final Child leaver;
  private final Child changer;
  private final Child forker;
  private final Child reuser;
  private final int tid = Witness.freeTid();
  private final int leaverPid;
  private final int changerPid;
  private int newbornPid;
  private final Map<Integer, String> ids = new HashMap<>();
  private final Map<Integer, Lineage> said = new HashMap<>();
  private final Map<Integer, Lineage> truths = new HashMap<>();

  /** Starts the children; {@code service} sees that. */
  Upheaval(LiveTest test, LiveService service) {
    steady = test.act("say", "steady", "pause");
    leaver = test.act("fork", "{", "exec", test.actor("leaver"), "x", "say", "leaver", "wait", "exit", "3", "}",
        "reap", "pause");
    changer = test.act("fork", "{", "exec", test.actor("one"), "x", "say", "one", "wait", "exec", test.actor("two"),
        "x", "exec", test.actor("three"), "x", "say", "three", "pause", "}", "reap");
    forker = test.act("say", "forker", "wait", "fork", "{", "exec", test.actor("newborn"), "x", "say", "newborn",
        "pause", "}", "pause");
    String number = Integer.toString(tid);
    reuser = test.act("withtid", number, "{", "exec", test.actor("old"), "x", "say", "old", "wait", "exit", "0", "}",
        "reap", "withtid", number, "{", "exec", test.actor("young"), "x", "say", "young", "pause", "}", "reap");
    leaverPid = leaver.said("leaver")[0];
    changerPid = changer.said("one")[0];
    steady.said("steady");
    forker.said("forker");
    reuser.said("old");
    for (Child child : new Child[] {steady, leaver, changer, forker, reuser}) {
      truths.put(child.pid(), Witness.lineage(child.pid()));
    }
    truths.put(leaverPid, ofChild(leaver, "leaver", leaverPid));
    truths.put(changerPid, ofChild(changer, "one", changerPid));
    truths.put(tid, ofChild(reuser, "old", tid));
    for (int pid : truths.keySet()) {
      awaitImage(service, pid);
      ids.put(pid, service.task(pid).get("task").asText());
      said.put(pid, service.lineage(pid));
    }
  }

  /**
   * Waits until something was read of what a process runs, or will be after a loss: of one of whose image nothing is
   * known nobody can tell later that it has another.
   */
  private static void awaitImage(LiveService service, int pid) {
    await().atMost(Duration.ofSeconds(60)).until(() -> {
      JsonNode task = service.task(pid);
      JsonNode entries = task.get("entries");
      return entries.get(entries.size() - 1).has("exe") || !task.get("gaps").isEmpty();
    });
  }

  /** Between its fork and its exec a child has its creator's name. */
  private Lineage ofChild(Child creator, String name, int pid) {
    Lineage above = truth(creator.pid());
    return above.and(above.steps().get(above.steps().size() - 1).name(), pid).and(name, pid);
  }

  private Lineage truth(int pid) {
    return Objects.requireNonNull(truths.get(pid));
  }

  /** Whether names and entries are all as they were said to be before; names can be missing since, or be known now. */
  private void assertAsBefore(LiveService service, Object task, int pid) {
    Lineage before = Objects.requireNonNull(said.get(pid));
    Lineage now = service.lineage(task);
    assertThat(now.steps()).hasSameSizeAs(before.steps());
    assertThat(now.isPartOf(truth(pid))).as("%s is part of %s, and was said to be %s%n%s", now, truth(pid), before,
        service.task(String.valueOf(ids.get(pid))).get("entries")).isTrue();
  }

  /** Lets it all happen; it has when this returns. */
  void happen() {
    leaver.go();
    assertThat(leaver.said("reaped")).containsExactly(leaverPid, 3 << 8);
    changer.go();
    assertThat(changer.said("three")).startsWith(changerPid);
    forker.go();
    newbornPid = forker.said("newborn")[0];
    reuser.go();
    assertThat(reuser.said("young")).startsWith(tid);
  }

  /** Holds what {@code service} says against what happened, of which it saw nothing. */
  void check(LiveService service) {
    for (Child child : new Child[] {steady, leaver, changer, forker, reuser}) {
      assertThat(service.task(child.pid()).get("task").asText()).isEqualTo(ids.get(child.pid()));
      assertThat(service.task(child.pid()).get("state").asText()).isEqualTo("live");
      assertAsBefore(service, child.pid(), child.pid());
    }
    for (int ended : new int[] {leaverPid, tid}) {
      JsonNode task = service.task(String.valueOf(ids.get(ended)));
      assertThat(task.get("state").asText()).isEqualTo("ended");
      assertThat(task.get("exit").path("unknown").asBoolean()).as("nobody saw the exit, %s", task.get("exit")).isTrue();
      assertAsBefore(service, task.get("task").asText(), ended);
    }

    assertThat(service.task(changerPid).get("task").asText()).isEqualTo(ids.get(changerPid));
    assertPart(service, changerPid, truth(changerPid).and("two", changerPid).and("three", changerPid), "three");
    assertThat(service.task(changerPid).get("reasons")).extracting(JsonNode::asText).contains("gap");
    assertPart(service, newbornPid, ofChild(forker, "newborn", newbornPid), "newborn");
    assertPart(service, tid, ofChild(reuser, "young", tid), "young");
    assertThat(service.task(tid).get("task").asText()).isNotEqualTo(ids.get(tid));
  }

  private static void assertPart(LiveService service, int pid, Lineage truth, String name) {
    Lineage lineage = service.lineage(pid);
    assertThat(lineage.isPartOf(truth)).as("%s is part of %s", lineage, truth).isTrue();
    assertThat(lineage.steps()).endsWith(new Lineage.Step(name, pid));
    JsonNode entries = service.task(pid).get("entries");
    assertThat(entries.get(entries.size() - 1).get("provenance").asText()).isEqualTo("snapshot");
    assertThat(service.task(pid).get("complete").asBoolean()).isFalse();
  }
}
