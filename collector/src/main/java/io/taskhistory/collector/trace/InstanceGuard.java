package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.CString;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.source.SourceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Sees whether an instance still records what it should: anybody who may write to tracefs may switch it off, and what
 * resets all tracing (trace-cmd reset) does. The files are held open; to look costs one pread(2) each.
 */
final class InstanceGuard implements AutoCloseable {

  private final NativeFiles files;
  private final List<Setting> settings = new ArrayList<>();

  /** A control file, when it is as it should be, and how to make it so. */
  private record Setting(Path path, int fd, Predicate<String> isRight, Runnable repair) {}

  InstanceGuard(NativeFiles files, TraceInstance instance) {
    this.files = files;
    List<Integer> cpus = instance.cpus();
    Path clock = instance.file("trace_clock");
    add(clock, text -> text.contains(TraceInstance.MONOTONIC), () -> TraceFs.write(clock, "mono"));
    Path mask = instance.file("tracing_cpumask");
    add(mask, text -> hasAll(text, cpus), () -> TraceFs.write(mask, maskOf(cpus)));
    Path overwrite = instance.file("options/overwrite");
    add(overwrite, "1"::equals, () -> TraceFs.write(overwrite, "1"));
    for (String list : new String[] {"set_event_pid", "set_event_notrace_pid"}) {
      Path path = instance.file(list);
      add(path, String::isEmpty, () -> TraceFs.empty(path));
    }
    for (Tracepoint tracepoint : instance.recorded()) {
      Path filter = instance.events(tracepoint, "filter");
      String wanted = tracepoint.filter;
      // "0" is what takes a filter away (Documentation/trace/events.rst).
      add(filter, wanted::equals,
          () -> TraceFs.write(filter, wanted.equals(Tracepoint.NO_FILTER) ? "0" : wanted));
      Path enable = instance.events(tracepoint, "enable");
      add(enable, text -> text.startsWith("1"), () -> TraceFs.write(enable, "1"));
    }
    Path header = instance.file("events/header_page");
    String layout = TraceFs.read(header);
    add(header, layout::equals, () -> {
      throw new SourceException("somebody has changed the size of the trace instance's sub-buffers, and with it emptied"
          + " it; start the service again");
    });
    Path on = instance.file("tracing_on");
    add(on, "1"::equals, () -> TraceFs.write(on, "1"));
  }

  /** Kernels that lack one do not have what it switches. */
  private void add(Path path, Predicate<String> isRight, Runnable repair) {
    if (Files.exists(path)) {
      int fd = files.open(CString.of(path.toString()));
      if (fd < 0) {
        close();
        throw new SourceException("cannot open " + path + ": " + LinuxException.name(-fd));
      }
      settings.add(new Setting(path, fd, isRight, repair));
    }
  }

  /**
   * Looks, and puts right what is not.
   *
   * @param found called before anything is put right
   * @return the file that was not; empty where all is well
   */
  String check(Runnable found) {
    String wrong = "";
    for (Setting setting : settings) {
      int length = files.read(setting.fd, 0);
      if (length < 0) {
        throw new SourceException("cannot read " + setting.path + ": " + LinuxException.name(-length));
      }
      String text = new String(files.copy(length), StandardCharsets.ISO_8859_1).strip();
      if (!setting.isRight.test(text)) {
        wrong = wrong.isEmpty() ? setting.path.toString() : wrong;
        found.run();
        setting.repair.run();
      }
    }
    return wrong;
  }

  /** Groups of 32 bits in hexadecimal, the highest first: {@code ff,ffffffff} (cpumask_pr_args). */
  private static boolean hasAll(String mask, List<Integer> cpus) {
    String[] groups = mask.split(",");
    for (int cpu : cpus) {
      int group = groups.length - 1 - cpu / 32;
      if (group < 0 || (Long.parseLong(groups[group], 16) >>> cpu % 32 & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  private static String maskOf(List<Integer> cpus) {
    int[] bits = new int[cpus.stream().mapToInt(Integer::intValue).max().orElse(0) / 32 + 1];
    for (int cpu : cpus) {
      bits[bits.length - 1 - cpu / 32] |= 1 << cpu % 32;
    }
    StringBuilder mask = new StringBuilder();
    for (int group : bits) {
      mask.append(mask.isEmpty() ? "" : ",").append(String.format("%08x", group));
    }
    return mask.toString();
  }

  @Override
  public void close() {
    settings.forEach(setting -> NativeFiles.close(setting.fd));
    settings.clear();
  }
}
