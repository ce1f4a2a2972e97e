package io.taskhistory.api.cli;

import io.taskhistory.api.boot.BootAdvice;
import io.taskhistory.api.boot.BootAdvice.BufferView;
import io.taskhistory.api.boot.BootAdvice.LoaderView;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code taskhistory doctor --boot} tells a person. */
final class BootAdviceText {

  private static final int TITLE = 13;
  private static final int MEBI = 1 << 20;

  private BootAdviceText() {}

  static List<String> lines(BootAdvice advice, boolean colour) {
    List<String> lines = new ArrayList<>();
    add(lines, "kernel", Terminal.clean(advice.kernel()) + (advice.config().isEmpty()
        ? "; what it was built with is not to be found" : "; what it was built with is in " + advice.config()));
    if (!advice.lacks().isEmpty()) {
      add(lines, "", Terminal.styled(colour, Style.BAD, "it cannot record its boot: it was built without ")
          + String.join(", ", advice.lacks()));
      return lines;
    }
    add(lines, "this boot", advice.recorded()
        ? Terminal.styled(colour, Style.GOOD, "is recorded from the first kernel thread on")
        : Terminal.styled(colour, Style.DOUBTFUL, "is not recorded") + ": /proc/cmdline lacks "
            + String.join(", ", advice.missing()));
    add(lines, "parameters", Terminal.styled(colour, Style.STRONG, advice.parameters()));
    BufferView buffer = advice.buffer();
    add(lines, "buffer", String.format(Locale.ROOT,
        "%,d MiB for each of %d processors, %,d MiB of memory together; one ring holds %,d processes of %d bytes",
        buffer.mebibytes(), buffer.cpus(), advice.memory() / MEBI, advice.held(), buffer.bytesPerProcess()));
    add(lines, "", String.format(Locale.ROOT,
        "this boot has started %,d tasks so far; %,d are reckoned with until the service is started",
        buffer.startedSoFar(), buffer.processes()));
    for (LoaderView loader : advice.bootloaders()) {
      add(lines, "bootloader", loader.name() + ": " + loader.file());
      for (String step : loader.steps()) {
        add(lines, "", step);
      }
    }
    if (advice.bootloaders().isEmpty()) {
      add(lines, "bootloader", "none is found: whatever starts this kernel (a virtual machine's settings, a network"
          + " boot) has its command line");
    }
    advice.missed().forEach(missed -> add(lines, "missed", missed));
    add(lines, "instead", advice.instance());
    return lines;
  }

  private static void add(List<String> lines, String title, String text) {
    lines.add(Cells.pad(title, TITLE) + text);
  }
}
