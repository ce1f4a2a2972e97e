package io.taskhistory.api.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewerTest {

  private static Details ranAs(long uid, long euid) {
    return new Details(RawText.UNKNOWN, RawText.UNKNOWN, List.of(RawText.of("x")), false, RawText.UNKNOWN, uid, euid,
        0, 0, 0, 0, RawText.UNKNOWN, RawText.UNKNOWN, RawText.UNKNOWN, Details.UNKNOWN_NUMBER);
  }

  @Test
  void user_seesInsideOfWhatRanWithThatUsersRightsAlone() {
    Viewer viewer = Viewer.user(1000);
    assertThat(viewer.seesEverything()).isFalse();
    assertThat(viewer.seesInside(ranAs(1000, 1000))).isTrue();
    assertThat(viewer.seesInside(ranAs(1001, 1001))).isFalse();
    assertThat(viewer.seesInside(ranAs(1000, 0))).as("set-user-ID").isFalse();
    assertThat(viewer.seesInside(ranAs(0, 1000))).isFalse();
    assertThat(viewer.seesInside(Details.UNKNOWN)).isFalse();
    assertThat(viewer.seesInside(ranAs(1000, Details.UNKNOWN_NUMBER))).isFalse();
  }

  @Test
  void uid_thatIsNone_isNoViewer() {
    assertThatThrownBy(() -> Viewer.user(Details.UNKNOWN_NUMBER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everything_seesInsideOfAll() {
    assertThat(Viewer.EVERYTHING.seesEverything()).isTrue();
    assertThat(Viewer.EVERYTHING.seesInside(ranAs(1001, 0))).isTrue();
    assertThat(Viewer.EVERYTHING.seesInside(Details.UNKNOWN)).isTrue();
  }
}
