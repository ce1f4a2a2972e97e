package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.util.HashMap;
import java.util.Map;

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
  private final Map<Integer, Lineage> lineages = new HashMap<>();

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
    for (int pid : new int[] {
        steady.pid(), leaver.pid(), leaverPid, changer.pid(), changerPid, forker.pid(), reuser.pid(), tid}) {
      ids.put(pid, service.task(pid).get("task").asText());
      lineages.put(pid, service.lineage(pid));
    }
    assertThat(lineage(changerPid)).isEqualTo(lineage(changer.pid()).and("one", changerPid));
  }

  private Lineage lineage(int pid) {
    Lineage known = lineages.get(pid);
    assertThat(known).isNotNull();
    return known;
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
      assertThat(service.lineage(child.pid())).isEqualTo(lineage(child.pid()));
    }
    for (int ended : new int[] {leaverPid, tid}) {
      JsonNode task = service.task(String.valueOf(ids.get(ended)));
      assertThat(task.get("state").asText()).isEqualTo("ended");
      assertThat(task.get("exit").path("unknown").asBoolean()).as("nobody saw the exit").isTrue();
      assertThat(service.lineage(task.get("task").asText())).isEqualTo(lineage(ended));
    }

    assertThat(service.task(changerPid).get("task").asText()).isEqualTo(ids.get(changerPid));
    Lineage one = lineage(changerPid);
    assertPart(service, changerPid, one.and("two", changerPid).and("three", changerPid), "three");
    assertThat(service.lineage(changerPid).steps()).as("what was known before").startsWith(
        one.steps().toArray(Lineage.Step[]::new));
    assertThat(service.task(changerPid).get("reasons")).extracting(JsonNode::asText).contains("gap");
    assertPart(service, newbornPid, lineage(forker.pid()).and("newborn", newbornPid), "newborn");
    assertPart(service, tid, lineage(reuser.pid()).and("young", tid), "young");
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
