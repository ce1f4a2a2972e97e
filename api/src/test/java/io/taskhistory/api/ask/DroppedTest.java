package io.taskhistory.api.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Boot;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.Upkeep;
import java.util.List;
import org.junit.jupiter.api.Test;

class DroppedTest {

  private final Scene scene = new Scene();

  /** History that is kept from a time of a boot on. */
  private Upkeep keptSince(Boot boot, long from) {
    return new Upkeep() {
      @Override
      public List<Slice> slices() {
        return List.of(new Slice(7, boot.index(), from, from + Scene.SECOND));
      }

      @Override
      public void giveUp(int number) {
        throw new AssertionError("nobody asked for that");
      }

      @Override
      public long bytes() {
        return 0;
      }

      @Override
      public StoreHealth health() {
        return StoreHealth.FINE;
      }

      @Override
      public StoreHealth writing() {
        return StoreHealth.FINE;
      }
    };
  }

  private void assertUnknown(Upkeep upkeep, String at, String boot, String because) {
    assertThatThrownBy(() -> Inquiry.about(scene.reader(), scene.collector, at, boot).within(upkeep).task("9999"))
        .isInstanceOf(Refusal.class).hasMessageContaining(because);
  }

  @Test
  void timeBeforeWhatIsKept_isToldApart() {
    Boot boot = scene.reader().boot();
    Upkeep upkeep = keptSince(boot, boot.wallAt(130 * Scene.SECOND));
    String dropped = "what had ended by " + Rfc3339.write(boot.wallAt(130 * Scene.SECOND)) + " has been dropped";
    assertUnknown(upkeep, "mono:129", null, dropped);
    assertUnknown(upkeep, "mono:129", Scene.EARLIER_BOOT, dropped);
    assertUnknown(upkeep, "mono:131", null, "as far as is known; without at");
    assertThat(Inquiry.about(scene.reader(), scene.collector, "mono:131", null).within(upkeep).task("3787").task().tid())
        .isEqualTo(3787);
  }
}
