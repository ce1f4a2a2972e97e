package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.RawText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exec with every detail that is known; the others are absent.
 *
 * @param mono its time in seconds on the monotonic clock
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EntryView(
    String name, int pid, String start, String mono, String provenance, @Nullable String exe, @Nullable String program,
    @Nullable List<String> argv, @Nullable Boolean argvTruncated, @Nullable String cwd, @Nullable Long uid,
    @Nullable Long euid, @Nullable Long gid, @Nullable Long egid, @Nullable Long loginuid, @Nullable Long sessionid,
    @Nullable String tty, @Nullable String cgroup, @Nullable String container, @Nullable Long nspid,
    @JsonPropertyDescription(HIDDEN) @Nullable Boolean hidden,
    @JsonPropertyDescription(OMITTED) @Nullable Boolean omitted) {

  static final String HIDDEN = "true where arguments and working directory are left out, as whoever asks may not see them.";

  private static final String OMITTED =
      "true where details are left out, as those of the newer execs are long already; /search has them.";

  static EntryView of(Boot boot, Entry entry, Viewer viewer) {
    return of(boot, entry, viewer, entry.details(), null);
  }

  /** Without what can be long of it. */
  static EntryView brief(Boot boot, Entry entry, Viewer viewer) {
    Details details = entry.details();
    return of(boot, entry, viewer, details.numbers(), details.equals(Details.UNKNOWN) ? null : true);
  }

  private static EntryView of(Boot boot, Entry entry, Viewer viewer, Details details, @Nullable Boolean omitted) {
    boolean seesInside = viewer.seesInside(details);
    List<String> argv = seesInside ? argv(details) : null;
    return new EntryView(
        Escapes.kernel(entry.name()), entry.pid(), Rfc3339.write(boot.wallAt(entry.time())),
        Rfc3339.writeSeconds(entry.time()), entry.provenance().label(), text(details.exe()), text(details.program()),
        argv, argv == null ? null : details.argvTruncated(),
        seesInside ? text(details.cwd()) : null, number(details.uid()),
        number(details.euid()), number(details.gid()), number(details.egid()), number(details.loginuid()),
        number(details.sessionid()), text(details.tty()), text(details.cgroup()), text(details.container()),
        number(details.nspid()), seesInside ? null : true, omitted);
  }

  static @Nullable List<String> argv(Details details) {
    List<RawText> argv = details.argv();
    return argv == null ? null : argv.stream().map(Escapes::readable).toList();
  }

  static @Nullable String text(RawText text) {
    return text.isKnown() ? Escapes.readable(text) : null;
  }

  static @Nullable Long number(long number) {
    return number == Details.UNKNOWN_NUMBER ? null : number;
  }
}
