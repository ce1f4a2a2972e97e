package io.taskhistory.collector.trace;

import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import io.taskhistory.collector.source.TaskEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads from an instance and keeps what came, until it is killed: {@code KilledReader INSTANCE JOURNALS BUFFER KEPT}.
 * Each commit is appended to the file KEPT with one write(2): a line an event, then the checkpoint's. A commit whose
 * last line is cut off was none.
 */
public final class KilledReader {

  private static final String COMMIT = "commit ";

  private KilledReader() {}

  public static void main(String[] args) throws IOException {
    Path kept = Path.of(args[3]);
    cut(kept);
    TraceSource source = new TraceSource(new TraceSettings(args[0], Long.parseLong(args[2]), Path.of(args[1])));
    source.open(checkpoint(kept));
    System.out.println("ready");
    for (int round = 0; ; round++) {
      RecordedEvents events = new RecordedEvents();
      long time = source.drain(events, 1000);
      byte[] position = source.position();
      StringBuilder text = new StringBuilder();
      for (Event event : events.all()) {
        text.append(line(event));
      }
      text.append(COMMIT).append(time).append(' ').append(HexFormat.of().formatHex(position)).append("\n");
      Files.writeString(kept, text, StandardCharsets.ISO_8859_1, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      if (round % 2 == 0) {
        source.kept(position);
      }
      if (events.all().isEmpty()) {
        source.await(1_000_000);
      }
    }
  }

  private static String line(Event event) {
    String more = "";
    if (event instanceof Execed exec) {
      more = " " + exec.name() + " " + exec.filename();
    } else if (event instanceof Cloned clone) {
      more = clone.flags() == TaskEvents.UNKNOWN_FLAGS ? " again" : "";
    } else if (event instanceof Lost lost) {
      more = " " + lost;
    }
    return event.getClass().getSimpleName() + " " + event.time() + " " + event.tid() + more + "\n";
  }

  /** Cuts off what comes behind the last commit. */
  static void cut(Path kept) throws IOException {
    String all = Files.exists(kept) ? Files.readString(kept, StandardCharsets.ISO_8859_1) : "";
    int last = all.lastIndexOf("\n" + COMMIT);
    int end = last < 0 ? 0 : all.indexOf('\n', last + 1) + 1;
    if (last >= 0 && end == 0) {
      end = all.lastIndexOf("\n" + COMMIT, last - 1);
      end = end < 0 ? 0 : all.indexOf('\n', end + 1) + 1;
    }
    Files.writeString(kept, all.substring(0, end), StandardCharsets.ISO_8859_1);
  }

  private static Checkpoint checkpoint(Path kept) throws IOException {
    Checkpoint checkpoint = Checkpoint.NONE;
    for (String line : Files.readAllLines(kept, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(COMMIT)) {
        String[] parts = line.split(" ");
        checkpoint = new Checkpoint(Long.parseLong(parts[1]), HexFormat.of().parseHex(parts[2]));
      }
    }
    return checkpoint;
  }

  /** The events that were kept. */
  static List<String> events(Path kept) throws IOException {
    List<String> events = new ArrayList<>(Files.readAllLines(kept, StandardCharsets.ISO_8859_1));
    events.removeIf(line -> line.startsWith(COMMIT));
    return events;
  }
}
