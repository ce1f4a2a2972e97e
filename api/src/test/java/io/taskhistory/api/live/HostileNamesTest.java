package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Programs whose names, arguments and directories are made to do harm to whoever looks at them: from the exec to each
 * place where they are shown but the page.
 */
class HostileNamesTest extends AskingTest {

  /** As printf(1) and actors write them. */
  private static final List<String> HOSTILE = List.of(
      "<script>a", "\\033[2J\\033[31m", "\\033]0;own\\007", "\\302\\233;31m", "\\233;31m\\205", "a\\012b\\015c",
      "\\342\\200\\256cod", "\\342\\201\\246x", "\\377\\376\\300", "\"';&|$`", "\\357\\273\\277", "%s%n\\134u001b",
      "\\177\\010\\010");

  private static final String LONG_ESCAPES = "\\033[31m<img src=x>\\012\\302\\233\\342\\200\\256\\377\"'";

  /** Runs the actor under each name, with hostile arguments in a hostile directory; the pids, in order. */
  private int[] start() throws Exception {
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < HOSTILE.size(); i++) {
      String home = directory + "/" + LONG_ESCAPES + i;
      String file = home + "/" + HOSTILE.get(i);
      assertThat(new ProcessBuilder("sh", "-c", "mkdir -p \"$(printf \"$2\")\" && cp \"$1\" \"$(printf \"$3\")\"", "sh",
          Programs.actor().toString(), home, file.replace("%", "%%")).inheritIO().start().waitFor()).isZero();
      steps.addAll(List.of("fork", "{", "exec", file, LONG_ESCAPES, "say", "child" + i, "pause", "}"));
    }
    steps.add("pause");
    Child child = act(steps.toArray(String[]::new));
    int[] pids = new int[HOSTILE.size()];
    for (int found = 0; found < pids.length; ) {
      String[] line = child.line().split(" ");
      if (line[0].startsWith("child")) {
        pids[Integer.parseInt(line[0].substring("child".length()))] = Integer.parseInt(line[1]);
        found++;
      }
    }
    return pids;
  }

  /** No byte of it does anything but show a character, and none of those turns others around. */
  private static void assertHarmless(String where, byte[] shown) throws IOException {
    String text = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
        .decode(ByteBuffer.wrap(shown)).toString();
    text.codePoints().forEach(c -> assertThat(c == '\n' || c == '\r' || c == '\t' || !Character.isISOControl(c)
        && Character.getType(c) != Character.FORMAT && Character.getType(c) != Character.LINE_SEPARATOR
        && Character.getType(c) != Character.PARAGRAPH_SEPARATOR).as(where + ": U+" + Integer.toHexString(c)).isTrue());
  }

  /** Where a stream begins: before there is anything to tell, that is the place of a watermark. */
  private static String firstId(InputStream events) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = events.read(); c != -1; c = events.read()) {
      if (c == '\n' && line.indexOf("id: ") == 0) {
        return line.substring("id: ".length());
      } else if (c == '\n') {
        line.setLength(0);
      } else {
        line.append((char) c);
      }
    }
    throw new AssertionError("the stream has ended");
  }

  /** What a stream says, byte for byte and in whole events, until it has told of an exec of each of them. */
  private static byte[] heard(InputStream events, int[] pids) throws IOException {
    Instant end = Instant.now().plusSeconds(60);
    Set<String> missing = new HashSet<>();
    Arrays.stream(pids).forEach(pid -> missing.add("\"tid\":" + pid + ","));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (boolean isOfExec = false; !missing.isEmpty() || line.size() > 0; ) {
      assertThat(Instant.now()).as("all are told of but %s", missing).isBefore(end); // a watermark comes now and then
      int c = events.read();
      assertThat(c).as("the stream goes on").isNotEqualTo(-1);
      line.write(c);
      if (c == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        isOfExec = text.startsWith("event: ") ? text.equals("event: exec\n") : isOfExec;
        if (isOfExec && text.startsWith("data: ")) {
          missing.removeIf(text::contains);
        }
        line.writeTo(all);
        line.reset();
      }
    }
    return all.toByteArray();
  }

  private static byte[] output(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(out.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(out.size()).as("something is shown").isPositive();
    return out.toByteArray();
  }

  /** What a command writes to a pipe, and what it writes to a terminal of its own. */
  private static void assertHarmless(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data-dir", service().data().toString(), "--color", "never"));
    all.addAll(List.of(args));
    String name = String.join(" ", args);
    assertHarmless(name, output(Machinery.command(all.toArray(String[]::new))));
    assertHarmless(name + " on a terminal", output(onTerminal(all)));
  }

  private static List<String> onTerminal(List<String> args) {
    List<String> command = Machinery.command(args.toArray(String[]::new));
    command.addAll(1, List.of("-Dtaskhistory.stdout.terminal=true", "-Dtaskhistory.stderr.terminal=true"));
    String quoted = String.join(" ", command.stream().map(word -> "'" + word.replace("'", "'\\''") + "'").toList());
    return List.of("script", "-qec", quoted, "/dev/null");
  }

  @Test
  void names_madeToDoHarm_areShownAsWhatTheyAre() throws Exception {
    String before;
    int[] pids;
    try (InputStream live = service().stream("/events")) {
      before = firstId(live);
      pids = start();
      assertHarmless("events as they come", heard(live, pids));
    }
    for (int pid : pids) {
      JsonNode task = await().atMost(Duration.ofSeconds(60)).until(() -> service().task(pid),
          found -> found.get("entries").get(found.get("entries").size() - 1).has("argv"));
      JsonNode last = task.get("entries").get(task.get("entries").size() - 1);
      assertThat(last.get("argv").toString()).contains("img src=x");
      assertHarmless("JSON of " + pid, service().ask("/tasks/" + pid).body().getBytes(StandardCharsets.UTF_8));
      for (String style : List.of("kernel", "names", "domain")) {
        assertHarmless(style, service().text(pid, style).getBytes(StandardCharsets.UTF_8));
      }
      // Raw markup may stand in JSON, which nobody takes for a page: it says so, and browsers may not guess.
      assertThat(service().ask("/tasks/" + pid).headers().firstValue("Content-Type").orElseThrow())
          .startsWith("application/json");
    }
    for (String path : List.of("/search?size=1000", "/tree?size=10000", "/status")) {
      assertHarmless(path, service().ask(path).body().getBytes(StandardCharsets.UTF_8));
    }
    assertThat(service().metrics().keySet()).noneMatch(name -> name.contains("script") || name.contains("img"));
    byte[] told;
    try (InputStream replay = service().stream("/events?kind=exec", "Last-Event-ID", before)) {
      told = heard(replay, pids);
    }
    assertHarmless("events of the past", told);
    String text = new String(told, StandardCharsets.UTF_8);
    assertThat(text).contains("img src=x");
    String count = Long.toString(text.lines().filter("event: exec"::equals).count());
    assertHarmless("watch", "--kind", "exec", "--after", before, "--count", count);
    assertHarmless("watch", "--kind", "exec", "--after", before, "--count", count, "--json");
    assertHarmless("show", Integer.toString(pids[1]));
    assertHarmless("show", Integer.toString(pids[4]), "--style", "json");
    assertHarmless("tree");
    assertHarmless("tree", "--json");
    assertHarmless("search", "--json");
    assertHarmless("search");
    Path log = directory.resolve("log");
    StringBuilder records = new StringBuilder();
    for (int pid : pids) {
      records.append("type=SYSCALL msg=audit(").append(System.currentTimeMillis() / 1000).append(".000:")
          .append(pid).append("): pid=").append(pid).append('\n');
    }
    Files.writeString(log, records);
    assertHarmless("enrich", log.toString());
    assertHarmless("its log", Files.readAllBytes(service().data().resolveSibling("err")));
  }
}
