package io.taskhistory.api.boot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a host's kernel can be made to record from its first thread on.
 *
 * @param kernel its release
 * @param config the file that tells what it was built with; empty where that is not known
 * @param lacks what it was built without and cannot do it for; empty where it can
 * @param parameters to be added to its command line
 * @param memory bytes that the rings take from all processors together
 * @param held how many processes a ring holds
 * @param bootloaders where to add the parameters; empty where that is not known
 * @param recorded whether the present boot is
 * @param missing what the present command line lacks for that
 * @param missed what such a recording lacks all the same
 * @param instance why {@code trace_instance=} is not advised
 */
public record BootAdvice(
    String kernel, String config, List<String> lacks, String parameters, BufferView buffer, long memory, long held,
    List<LoaderView> bootloaders, boolean recorded, List<String> missing, List<String> missed, String instance) {

  /** See {@link BootBuffer}. */
  public record BufferView(long startedSoFar, long processes, long mebibytes, int cpus, int bytesPerProcess) {}

  /** See {@link Bootloader}. */
  public record LoaderView(String name, String file, List<String> steps) {}

  /** Without one of these nothing is recorded; what the events need beside follows from them (kernel/trace/Kconfig). */
  private static final List<String> NEEDED = List.of("CONFIG_FTRACE", "CONFIG_EVENT_TRACING");
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");
  private static final int THOUSAND = 1000;
  private static final int INSTANCES_AT_BOOT = 6 * THOUSAND + 3;
  private static final int LOSING_NONE = 6 * THOUSAND + 12;

  /** For this host. */
  public static BootAdvice ofThisHost() {
    return of(new HostFiles(Path.of("/")));
  }

  static BootAdvice of(HostFiles files) {
    String release = files.read("/proc/sys/kernel/osrelease").orElse("").strip();
    int version = version(release);
    KernelConfig config = KernelConfig.of(files, release);
    List<String> lacks = NEEDED.stream().filter(option -> config.get(option) == KernelConfig.Setting.NO)
        .map(option -> option + "=y").toList();
    BootBuffer buffer = BootBuffer.of(files);
    String parameters = RecordingParameters.text(buffer);
    List<String> missing = RecordingParameters.missing(files.read("/proc/cmdline").orElse(""));
    List<LoaderView> loaders = Bootloader.of(files, release).stream().map(loader -> new LoaderView(loader.name(),
        loader.file(), loader.steps().stream().map(step -> step.replace("PARAMETERS", parameters)).toList())).toList();
    return new BootAdvice(release, config.origin(), lacks, parameters,
        new BufferView(buffer.startedSoFar(), buffer.processes(), buffer.mebibytes(), buffer.cpus(),
            BootBuffer.BYTES_PER_PROCESS),
        buffer.memory(), buffer.held(), loaders, missing.isEmpty(), missing, missed(version), instance(version));
  }

  /** Major and minor as one number; 0 where it has none. */
  private static int version(String release) {
    Matcher m = VERSION.matcher(release);
    return m.matches() ? Integer.parseInt(m.group(1)) * THOUSAND + Integer.parseInt(m.group(2)) : 0;
  }

  private static List<String> missed(int version) {
    List<String> missed = new ArrayList<>();
    if (version < LOSING_NONE) {
      missed.add("a kernel thread at a time, early, when this kernel switches the events off and on again (6.1 misses"
          + " one in every boot): its history is known all the same, as kthreadd starts all of them");
    }
    missed.add("the oldest part, where the ring is too small for all that happens until the service is started: start"
        + " it early, with taskhistory.service");
    return List.copyOf(missed);
  }

  private static String instance(int version) {
    return version < INSTANCES_AT_BOOT
        ? "trace_instance= is not known to this kernel (6.3 and later have it)"
        : "trace_instance= works too, but its clock stays local, by which the processors' events can be misordered";
  }
}
