package io.taskhistory.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What makes a process's history incomplete although none of its entries shows it. A clone hands its caller's doubts on,
 * so most processes share one instance.
 *
 * @param creatorAssumed whether the caller of some clone on the way is only assumed
 * @param gaps the gaps that touch the history, by id
 */
public record Doubts(boolean creatorAssumed, List<Gap> gaps) {

  /** None: whatever the entries say is all there is to say. */
  public static final Doubts NONE = new Doubts(false, List.of());

  public Doubts {
    gaps = List.copyOf(gaps);
  }

  public Doubts withCreatorAssumed() {
    return creatorAssumed ? this : new Doubts(true, gaps);
  }

  public Doubts withGap(Gap gap) {
    if (gaps.contains(gap)) {
      return this;
    }
    List<Gap> more = new ArrayList<>(gaps);
    more.add(gap);
    more.sort(Comparator.comparingInt(Gap::id));
    return new Doubts(creatorAssumed, more);
  }

  public Doubts withoutGap(Gap gap) {
    return gaps.contains(gap) ? new Doubts(creatorAssumed, gaps.stream().filter(g -> !g.equals(gap)).toList()) : this;
  }

  /** These doubts as far as they concern what had happened by {@code time}. */
  public Doubts at(long time) {
    return gaps.stream().allMatch(gap -> gap.from() <= time)
        ? this
        : new Doubts(creatorAssumed, gaps.stream().filter(gap -> gap.from() <= time).toList());
  }
}
