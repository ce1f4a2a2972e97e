package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.FileSystems;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The file system through which the kernel's tracing is controlled, wherever it is mounted. */
final class TraceFs {

  /** Where Documentation/trace/ftrace.rst has it mounted; the kernel makes the directory. */
  private static final Path USUAL = Path.of("/sys/kernel/tracing");
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private static final int PIECE = 1 << 16;

  private TraceFs() {}

  /**
   * Finds it, and mounts it where it is not.
   *
   * @throws SourceException where there is none to be had
   */
  static Path find() {
    Path mounted = mounted();
    if (mounted == null) {
      mount();
      mounted = mounted();
    }
    if (mounted == null) {
      throw new SourceException("tracefs is not mounted here; mount it: mount -t tracefs nodev " + USUAL);
    }
    return mounted;
  }

  /** Of several places the usual one, which nobody mounts in a container by accident; debugfs has it inside. */
  private static @Nullable Path mounted() {
    try {
      List<String[]> mounts =
          Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1).stream()
              .map(line -> line.split(" ")).filter(parts -> parts.length > 2).toList();
      Path found = null;
      for (String[] mount : mounts) {
        Path at = Path.of(unescaped(mount[1]));
        Path candidate = mount[2].equals("tracefs") ? at : mount[2].equals("debugfs") ? at.resolve("tracing") : null;
        if (candidate != null && (found == null || candidate.equals(USUAL))
            && Files.isDirectory(candidate.resolve("instances"))) {
          found = candidate;
        }
      }
      return found;
    } catch (IOException e) {
      throw new SourceException("cannot read " + MOUNTS + ": " + e.getMessage(), e);
    }
  }

  /** Blanks and the like stand there as three octal digits (proc_pid_mounts(5), fstab(5)). */
  private static String unescaped(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }

  private static void mount() {
    if (!Files.isDirectory(USUAL)) {
      throw new SourceException("there is no " + USUAL + ": the kernel needs CONFIG_TRACING=y and CONFIG_FTRACE=y"
          + " (distributions have them), and the service the host's /sys");
    }
    try {
      FileSystems.mount("tracefs", USUAL.toString());
    } catch (LinuxException e) {
      throw new SourceException("tracefs is not mounted, and cannot be: " + e.getMessage()
          + "; mount it: mount -t tracefs nodev " + USUAL, e);
    }
  }

  /**
   * A control file's text, without the line's end. In large pieces: show_header() in kernel/trace/trace_events.c has
   * nothing more to say to whoever has read one byte, which is what {@link Files#readString} begins with.
   */
  static String read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      StringBuilder text = new StringBuilder();
      byte[] piece = new byte[PIECE];
      for (int length = in.read(piece); length > 0; length = in.read(piece)) {
        text.append(new String(piece, 0, length, StandardCharsets.ISO_8859_1));
      }
      return text.toString().strip();
    } catch (IOException e) {
      throw refusal("read", file, e);
    }
  }

  /** Writes a control file with one write(2), which is what most of them ask for. */
  static void write(Path file, String text) {
    write(file, text, StandardOpenOption.WRITE);
  }

  /** Opens a control file with O_TRUNC, by which those that hold lists are emptied. */
  static void empty(Path file) {
    write(file, "", StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static void write(Path file, String text, OpenOption... options) {
    try {
      Files.writeString(file, text, options);
    } catch (IOException e) {
      throw refusal("write \"" + text + "\" to", file, e);
    }
  }

  /** What to do about a control file that refuses. */
  static SourceException refusal(String what, Path file, IOException e) {
    String reason = e instanceof AccessDeniedException ? "Permission denied"
        : e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getMessage());
    String advice = "";
    if (e instanceof NoSuchFileException) {
      advice = "; the kernel lacks it: use --source proc";
    } else if (reason.contains("Operation not permitted")) {
      advice = "; where /sys/kernel/security/lockdown says [confidentiality] the kernel's lockdown forbids tracing:"
          + " boot without it, or use --source proc";
    } else if (e instanceof AccessDeniedException) {
      advice = "; run the service as root, or give it CAP_DAC_OVERRIDE";
    } else if (reason.contains("Read-only file system")) {
      advice = "; mount tracefs where the service runs so that it can be written to (no ProtectKernelTunables=)";
    } else if (reason.contains("Cannot allocate memory")) {
      advice = "; free memory, or ask for a smaller trace buffer";
    }
    return new SourceException("cannot " + what + " " + file + ": " + reason + advice, e);
  }
}
