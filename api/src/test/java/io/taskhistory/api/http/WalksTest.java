package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.api.ask.Forest.Node;
import io.taskhistory.api.ask.LiveTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class WalksTest {

  private final LiveTree tree = LiveTree.of(new Scene().reader());
  private long now;
  private final Walks walks = new Walks(() -> now);

  private Walk walk(int size) {
    List<Node> nodes = new ArrayList<>(Collections.nCopies(size, tree.nodes().get(0)));
    return Walk.of(tree, nodes, null, 9, "now");
  }

  @Test
  void cursor_namesATreeAndAPlaceInIt() {
    String cursor = walks.begin(walk(7), 2);
    assertThat(walks.find(cursor)).hasValueSatisfying(place -> assertThat(place.position()).isEqualTo(2));
    assertThat(walks.find(Walks.goOn(cursor, 5))).hasValueSatisfying(place -> assertThat(place.position()).isEqualTo(5));
    assertThat(walks.find(Walks.goOn(cursor, 7))).as("behind its end").isEmpty();
    assertThat(walks.find(cursor + "99999999999")).isEmpty();
    assertThat(walks.find("0123456789abcdef.1")).isEmpty();
    assertThat(walks.find(Scene.KEY + "-1-0")).isEmpty();
  }

  @Test
  void tree_thatNobodyGoesOnWith_isForgotten() {
    String read = walks.begin(walk(7), 2);
    String left = walks.begin(walk(7), 2);
    now += Walks.PATIENCE.toNanos() - 1;
    assertThat(walks.find(read)).isPresent();
    now += 1;
    walks.begin(walk(7), 2);
    assertThat(walks.find(left)).isEmpty();
    assertThat(walks.find(read)).isPresent();
  }

  @Test
  void trees_thatAreTooLargeTogether_areForgotten_theOneUsedLongestAgoFirst() {
    String first = walks.begin(walk(Walks.MOST_NODES / 2), 1);
    String second = walks.begin(walk(Walks.MOST_NODES / 2), 1);
    assertThat(walks.find(first)).isPresent();
    String third = walks.begin(walk(10), 1);
    assertThat(walks.find(second)).isEmpty();
    assertThat(walks.find(first)).isPresent();
    String huge = walks.begin(walk(2 * Walks.MOST_NODES), 1);
    assertThat(walks.find(huge)).as("the newest").isPresent();
    assertThat(walks.find(first)).isEmpty();
    assertThat(walks.find(third)).isEmpty();
  }
}
