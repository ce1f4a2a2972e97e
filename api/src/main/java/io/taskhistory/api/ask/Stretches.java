package io.taskhistory.api.ask;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Moment;
import io.taskhistory.store.HistoryReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What callers mean who write from when to when: so that nothing is left out, the longest stretch that can be meant. */
final class Stretches {

  private final HistoryReader reader;
  private final BootTimes times;
  private final long applied;

  /** Of what is known by {@code applied} of the present boot. */
  Stretches(HistoryReader reader, BootTimes times, long applied) {
    this.reader = reader;
    this.times = times;
    this.applied = applied;
  }

  /** A stretch of one boot; see {@link Inquiry#tree(String, String, String)}. */
  Span between(@Nullable String from, @Nullable String to, @Nullable String boot) {
    Boot named = named(boot);
    Moment last = to == null ? end(named == null ? reader.boot() : named) : bound(AskedTime.parse("to", to), named, 0);
    Moment first = from == null
        ? new Moment(last.boot(), 0) : bound(AskedTime.parse("from", from), named, Integer.MAX_VALUE);
    if (!first.boot().equals(last.boot())) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, "from lies in boot " + first.boot().id() + ", to in "
          + last.boot().id() + "; each boot has a tree of its own: ask for one of them with boot=");
    }
    if (last.time() < first.time()) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, "to is before from");
    }
    return new Span(last.boot(), first.time(), last.time());
  }

  /** A stretch of any boots; see {@link Inquiry#searchTimes(String, String, String, String)}. */
  SearchTimes search(@Nullable String from, @Nullable String to, @Nullable String at, @Nullable String boot) {
    if (to != null && at != null) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, "at stands in place of to; give one of them");
    }
    Boot named = named(boot);
    AskedTime first = from == null ? null : AskedTime.parse("from", from);
    AskedTime last = to != null ? AskedTime.parse("to", to) : at != null ? AskedTime.parse("at", at).next() : null;
    Moment start = named == null ? null : new Moment(named, 0);
    Moment end = named == null ? null : new Moment(named, Long.MAX_VALUE);
    return new SearchTimes(
        first == null ? start : bound(first, named, Integer.MAX_VALUE), last == null ? end : bound(last, named, 0),
        first == null || first.monotonic() ? Long.MIN_VALUE : first.nanos(),
        last == null || last.monotonic() ? Long.MAX_VALUE : last.nanos());
  }

  private @Nullable Boot named(@Nullable String boot) {
    return boot == null ? null : AskedTime.boot(boot, times.boots());
  }

  private Moment end(Boot boot) {
    return new Moment(boot, boot.equals(reader.boot()) ? applied : Math.max(0, reader.watermark(boot)));
  }

  /**
   * One of the moments that a time can mean, the latest first. Where a boot is named, what lies before or after it stands
   * for its start or end.
   */
  private Moment bound(AskedTime time, @Nullable Boot boot, int which) {
    List<Span> when = times.when(time, time, boot);
    if (!when.isEmpty()) {
      return when.get(Math.min(which, when.size() - 1)).end();
    }
    Moment near = times.near(time);
    if (boot == null || near.boot().equals(boot)) {
      return near;
    }
    return near.boot().index() < boot.index() ? new Moment(boot, 0) : end(boot);
  }
}
