package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskhistory.api.ask.Rfc3339;
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
    @Nullable String tty, @Nullable String cgroup, @Nullable String container, @Nullable Long nspid) {

  static EntryView of(Boot boot, Entry entry) {
    Details details = entry.details();
    List<String> argv = argv(details);
    return new EntryView(
        Escapes.kernel(entry.name()), entry.pid(), Rfc3339.write(boot.wallAt(entry.time())),
        Rfc3339.writeSeconds(entry.time()), entry.provenance().label(), text(details.exe()), text(details.program()),
        argv, argv == null ? null : details.argvTruncated(), text(details.cwd()), number(details.uid()),
        number(details.euid()), number(details.gid()), number(details.egid()), number(details.loginuid()),
        number(details.sessionid()), text(details.tty()), text(details.cgroup()), text(details.container()),
        number(details.nspid()));
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
