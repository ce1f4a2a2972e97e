package io.taskhistory.api.view;

import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.history.Gap;
import org.jspecify.annotations.Nullable;

/**
 * An interval in which a source lost events.
 *
 * @param lost how many, null where nobody counted
 */
public record GapView(String source, String from, String to, @Nullable Long lost, String cause) {

  static GapView of(Gap gap) {
    return new GapView(gap.source(), Rfc3339.write(gap.boot().wallAt(gap.from())),
        Rfc3339.write(gap.boot().wallAt(gap.to())), gap.lost() == Gap.UNCOUNTED ? null : gap.lost(),
        TaskView.label(gap.cause()));
  }
}
