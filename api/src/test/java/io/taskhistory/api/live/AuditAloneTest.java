package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.witness.Life;
import io.taskhistory.api.witness.TraceWitness;
import io.taskhistory.collector.audit.TestAudit;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What audit alone tells of a workload: seldom all, and never what is wrong, says a witness with a trace. */
class AuditAloneTest extends TracedTest {

  private static final long SHORT = 1_000_000;

  /**
   * The execs of the root: how Java starts a program, the shell that logs it in, and what that becomes. The rules match
   * it in the middle of that, so its own records are at times taken for those of one who was not there before.
   */
  private static final int UNRECORDED = 3;

  private static final String FAMILIES = """
      for i in $(seq 25); do
        seq 20 | grep $i | sed s/1/2/ | wc -l >/dev/null
        (true; (sh -c 'exec true'; :); exit 3)
        { sleep 0.01; ls / >/dev/null; } & [ $((i % 7)) = 0 ] && wait
        (setsid sh -c 'sleep 0.02; exec true' &)
        env -i sh -c 'true & exec sh -c "true; exec /bin/true"' | cat
        sleep 77 & kill -9 $!
        /nowhere 2>/dev/null; echo | xargs -n 1 true
      done 2>/dev/null; wait
      """;

  /** How many there were of one kind, and how many of those are known from the root down. */
  private static final class Share {
    int all;
    int known;

    void count(boolean isKnown) {
      all++;
      known += isKnown ? 1 : 0;
    }

    @Override
    public String toString() {
      return known + " of " + all;
    }
  }

  private final Share short_ = new Share();
  private final Share execed = new Share();

  private void follow(List<String> command) throws Exception {
    try (TestAudit audit = new TestAudit();
        LiveService service = new LiveService(home(),
            options("audit", "--audit-rules", "all", "--audit-only", "auid=" + audit.auid()));
        TraceWitness witness = TraceWitness.begin()) {
      Child keeper = keep(audit.run(Programs.keeper(), command.toArray(String[]::new)));
      assertThat(keeper.await()).as("%s ends well", command).isZero();
      compare(service, witness.end().from(keeper.pid()));
      assertStatus(service);
      service.stop();
      assertThat(audit.inForce()).isEmpty();
    }
  }

  private void compare(LiveService service, List<Life> lives) {
    List<Life> processes = lives.stream().filter(life -> !life.isThread()).toList();
    List<JsonNode> answers = service.lineages("names",
        processes.stream().map(life -> "{\"pid\":" + life.tid() + "}").toList());
    List<String> above = new ArrayList<>(Witness.ownLineage().steps().stream().map(Lineage.Step::name).toList());
    for (int i = 0; i < processes.size(); i++) {
      Life life = processes.get(i);
      List<String> truth = new ArrayList<>(above);
      life.names().forEach(name -> truth.add(Lineage.escaped(name)));
      List<String> said = Arrays.asList(answers.get(i).path("history").asText().split("=>"));
      assertThat(isPart(said, truth)).as("%s is %s, but: %s", life, truth, answers.get(i)).isTrue();
      assertThat(answers.get(i).path("complete").asBoolean()).as("%s", answers.get(i)).isFalse();
      if (!life.execs().isEmpty() && life != lives.get(0)) {
        List<String> last = truth.subList(above.size() + UNRECORDED, truth.size());
        int from = said.size() - last.size();
        boolean isKnown = from >= 0 && said.subList(from, said.size()).equals(last);
        execed.count(isKnown);
        if (life.end() - life.start() < SHORT) {
          short_.count(isKnown);
        }
      }
    }
    System.out.println("audit alone knows " + execed + " that exec'd, of those that lived for less than 1 ms "
        + short_);
  }

  /** Whether the names that are known are among the true ones, in their order. */
  private static boolean isPart(List<String> said, List<String> truth) {
    int next = 0;
    for (String name : said) {
      if (!name.equals("?") && !name.isEmpty()) {
        int found = truth.subList(next, truth.size()).indexOf(name);
        if (found < 0) {
          return false;
        }
        next += found + 1;
      }
    }
    return true;
  }

  private void assertStatus(LiveService service) throws Exception {
    JsonNode source = service.status().get("sources").get(0);
    assertThat(source.get("name").asText()).isEqualTo("audit");
    assertThat(source.get("role").asText()).isEqualTo("spine");
    assertThat(source.get("state").asText()).isEqualTo("running");
    assertThat(Machinery.run(Machinery.command("--data-dir", home().resolve("data").toString(), "status")).out())
        .contains("source     audit running, the spine");
  }

  @Test
  void families_areNeverWrong_andNearlyAllWhole() throws Exception {
    follow(List.of("sh", "-c", FAMILIES));
    assertThat(execed.known).as("%s", execed).isGreaterThan(execed.all / 2);
    assertThat(short_.known).as("%s", short_).isGreaterThan(short_.all / 2);
  }
}
