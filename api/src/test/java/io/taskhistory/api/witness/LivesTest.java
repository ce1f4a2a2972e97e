package io.taskhistory.api.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.witness.TraceEvent.Cloned;
import io.taskhistory.api.witness.TraceEvent.Execed;
import io.taskhistory.api.witness.TraceEvent.Exited;
import io.taskhistory.api.witness.TraceEvent.Renamed;
import java.util.List;
import org.junit.jupiter.api.Test;

class LivesTest {

  private static final int OUTSIDER = 7;
  private static final int ROOT = 100;

  private static List<Life> lives(TraceEvent... events) {
    Lives lives = new Lives();
    for (TraceEvent event : events) {
      lives.take(event);
    }
    lives.end();
    return lives.from(ROOT);
  }

  @Test
  void child_goesOnFromWhereItsCreatorStood() {
    List<Life> lives = lives(new Cloned(1, OUTSIDER, ROOT, 0), new Renamed(2, ROOT, ROOT, "one"),
        new Execed(3, ROOT, ROOT, ROOT), new Cloned(4, ROOT, 101, 0), new Renamed(5, ROOT, ROOT, "two"),
        new Execed(6, ROOT, ROOT, ROOT), new Renamed(7, 101, 101, "three"), new Execed(8, 101, 101, 101),
        new Exited(9, ROOT, ROOT), new Exited(10, 101, 101), new Cloned(11, OUTSIDER, ROOT, 0));
    assertThat(lives).hasSize(2);
    assertThat(lives.get(0).names()).containsExactly("one", "two");
    assertThat(lives.get(0).end()).isEqualTo(9);
    assertThat(lives.get(1).namesBefore()).containsExactly("one");
    assertThat(lives.get(1).names()).containsExactly("one", "three");
    assertThat(lives.get(1).creator()).contains(lives.get(0));
  }

  /** The leader left before, and the thread's tid is another's before the exec is reported. */
  @Test
  void exec_byAThread_isItsProcesss() {
    List<Life> lives = lives(new Cloned(1, OUTSIDER, ROOT, 0), new Cloned(2, ROOT, 101, TraceEvent.CLONE_THREAD),
        new Exited(3, ROOT, ROOT), new Cloned(4, 101, 102, 0), new Cloned(5, 102, 101, 0),
        new Renamed(6, ROOT, ROOT, "one"), new Execed(7, ROOT, ROOT, 101), new Exited(8, 102, 102),
        new Exited(9, 101, 101), new Exited(10, ROOT, ROOT));
    assertThat(lives).hasSize(4);
    assertThat(lives.get(0).names()).containsExactly("one");
    assertThat(lives.get(0).end()).isEqualTo(10);
    assertThat(lives.get(1).process()).isEqualTo(lives.get(0));
    assertThat(lives.get(1).end()).isEqualTo(7);
    assertThat(lives.get(2).names()).isEmpty();
    assertThat(lives.get(3).end()).isEqualTo(9);
  }

  @Test
  void contradictions_areRefused() {
    Cloned root = new Cloned(1, OUTSIDER, ROOT, 0);
    assertThatThrownBy(() -> lives(root, root)).hasMessageContaining("given to another");
    assertThatThrownBy(() -> lives(root, new Execed(2, ROOT, ROOT, ROOT)))
        .hasMessageContaining("without getting a name");
    assertThatThrownBy(() -> lives(root, new Renamed(2, ROOT, ROOT, "one"), new Execed(3, ROOT, ROOT, 102)))
        .hasMessageContaining("no thread of it");
    Cloned thread = new Cloned(2, ROOT, 101, TraceEvent.CLONE_THREAD);
    assertThatThrownBy(() -> lives(root, thread, new Renamed(3, ROOT, ROOT, "one"), new Execed(4, ROOT, ROOT, ROOT)))
        .hasMessageContaining("survive");
    assertThatThrownBy(() -> lives(root, thread, new Cloned(3, OUTSIDER, 101, 0))).hasMessageContaining("no exec");
  }
}
