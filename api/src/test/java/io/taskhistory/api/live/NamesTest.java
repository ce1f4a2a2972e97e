package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What programs are called, and how that is written, on the live kernel. */
class NamesTest extends AskingTest {

  private static final DateTimeFormatter KERNEL_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

  /**
   * A file's name and what becomes of it.
   *
   * @param file as printf(1) and actors take it
   * @param comm its first 15 bytes as the kernel keeps them, a character a byte
   * @param kernel as the kernel style and JSON write the comm
   * @param domain as TOMOYO writes the file's name
   * @param readable as JSON writes the file's name
   */
  private record Name(String file, String comm, String kernel, String domain, String readable) {}

  private static final List<Name> NAMES = List.of(
      new Name("two words", "two words", "two\\040words", "two\\040words", "two words"),
      new Name(" ", " ", "\\040", "\\040", " "),
      new Name("q\"uo'te", "q\"uo'te", "q\\042uo\\047te", "q\"uo'te", "q\"uo'te"),
      new Name("x=>y", "x=>y", "x\\075\\076y", "x=>y", "x=>y"),
      new Name("a;pid=1;start=2", "a;pid=1;start=2", "a\\073pid\\0751\\073start\\0752", "a;pid=1;start=2",
          "a;pid=1;start=2"),
      new Name("new\\012line", "new\nline", "new\\012line", "new\\012line", "new\\012line"),
      new Name("gr\\303\\266\\303\\237e", "gr\303\266\303\237e", "gr\\303\\266\\303\\237e", "gr\\303\\266\\303\\237e",
          "größe"),
      new Name("\\377\\376", "\377\376", "\\377\\376", "\\377\\376", "\\377\\376"),
      new Name("back\\134slash", "back\\slash", "back\\134slash", "back\\\\slash", "back\\134slash"),
      new Name("really?", "really?", "really\\077", "really?", "really?"),
      new Name("?", "?", "\\077", "?", "?"),
      new Name("\\001\\033[31m", "\1\33[31m", "\\001\\033\\13331m", "\\001\\033[31m", "\\001\\033[31m"),
      new Name("(sh) S 1 2", "(sh) S 1 2", "\\050sh\\051\\040S\\0401\\0402", "(sh)\\040S\\0401\\0402", "(sh) S 1 2"),
      new Name("sixteen-letters!", "sixteen-letters", "sixteen-letters", "sixteen-letters!", "sixteen-letters!"),
      new Name("fourteen-bytes\\303\\251", "fourteen-bytes\303", "fourteen-bytes\\303", "fourteen-bytes\\303\\251",
          "fourteen-bytesé"));

  @Test
  void names_ofAnyBytes_areWrittenInEveryStyle() throws Exception {
    List<String> steps = new ArrayList<>(List.of("say", "parent"));
    for (int i = 0; i < NAMES.size(); i++) {
      String file = directory + "/" + NAMES.get(i).file;
      copyActor(file);
      steps.addAll(List.of("fork", "{", "exec", file, "x", "say", "child" + i, "pause", "}"));
    }
    steps.add("pause");
    Child child = act(steps.toArray(String[]::new));
    int parent = child.said("parent")[0];
    int[] pids = children(child);
    Lineage above = service().lineage(parent);
    for (int i = 0; i < NAMES.size(); i++) {
      Name name = NAMES.get(i);
      int pid = pids[i];
      assertThat(Witness.stat(pid).orElseThrow().comm()).isEqualTo(name.comm);
      assertThat(service().lineage(pid)).isEqualTo(above.and(name.kernel, pid));
      assertThat(service().text(pid, "names").strip()).endsWith("=>" + name.kernel);
      await().untilAsserted(() -> assertThat(service().text(pid, "domain").strip())
          .isEqualTo(service().text(parent, "domain").strip() + " " + directory + "/" + name.domain));
      JsonNode task = service().task(pid);
      JsonNode entry = task.get("entries").get(above.steps().size());
      assertThat(task.get("comm").asText()).isEqualTo(name.kernel);
      assertThat(entry.get("name").asText()).isEqualTo(name.kernel);
      assertThat(entry.get("exe").asText()).isEqualTo(directory + "/" + name.readable);
      assertThat(entry.get("provenance").asText()).isIn("observed", "resolved");
      assertThat(service().items("/search?comm=" + LiveService.encoded(name.kernel)))
          .extracting(item -> item.get("pid").asInt()).contains(pid);
    }
  }

  /** In the order of the names; forked side by side they speak in any. */
  private static int[] children(Child child) {
    int[] pids = new int[NAMES.size()];
    for (int found = 0; found < pids.length; ) {
      String[] line = child.line().split(" ");
      if (line[0].startsWith("child")) {
        pids[Integer.parseInt(line[0].substring("child".length()))] = Integer.parseInt(line[1]);
        found++;
      }
    }
    return pids;
  }

  private static void copyActor(String escaped) throws Exception {
    assertThat(new ProcessBuilder("sh", "-c", "cp \"$1\" \"$(printf \"$2\")\"", "sh", Programs.actor().toString(),
        escaped).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void kernelText_isExactToTheByte() {
    Child child = act("clock", "before", "fork", "{", "exec", actor("one two"), "x", "clock", "after", "say", "child",
        "pause", "}", "pause");
    Clock before = Clock.of(child, "before");
    Clock after = Clock.of(child, "after");
    int pid = child.said("child")[0];
    String text = service().kernelText(pid);
    assertThat(text).isIn(
        expected(child.pid(), pid, before.wallSeconds()), expected(child.pid(), pid, after.wallSeconds()));
  }

  private static String expected(int parent, int pid, int second) {
    return service().kernelText(parent) + "=>name=one\\040two;pid=" + pid + ";start="
        + KERNEL_TIME.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
  }

  @Test
  void rename_changesTheCommAndAddsNothing() {
    Child child = act("exec", actor("worker"), "x", "say", "before", "wait", "name", "job\\072 1\\0122", "fork", OPEN,
        "say", "forked", "pause", CLOSE, "say", "after", "pause");
    int pid = child.said("before")[0];
    Lineage before = service().lineage(pid);
    assertThat(before.steps()).endsWith(new Lineage.Step("worker", pid));
    child.go();
    int forked = child.said("forked")[0];
    assertThat(Witness.stat(pid).orElseThrow().comm()).isEqualTo("job: 1\n2");
    for (int renamed : new int[] {pid, forked}) {
      assertThat(service().task(renamed).get("comm").asText()).isEqualTo("job\\072\\0401\\0122");
      assertThat(service().lineage(renamed)).isEqualTo(before);
    }
  }

  @Test
  void rename_rightAfterAnExec_isNeverTakenForItsName() {
    String program = actor("quick");
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      steps.addAll(List.of("fork", "{", "exec", program, "x", "name", "other", "say", "child", "pause", "}"));
    }
    steps.add("pause");
    Child child = act(steps.toArray(String[]::new));
    for (int i = 0; i < 50; i++) {
      int pid = child.said("child")[0];
      assertThat(service().lineage(pid).isButForNames(service().lineage(child.pid()).and("quick", pid)))
          .as(service().kernelText(pid)).isTrue();
      assertThat(service().task(pid).get("comm").asText()).isEqualTo("other");
    }
  }

  @Test
  void script_isCalledByItsOwnName() throws IOException {
    Path script = Files.writeString(directory.resolve("deploy now.sh"), "#!/bin/sh\necho run $$ $PPID\nread line\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Child child = act("fork", "{", "exec", directory + "/deploy\\040now.sh", "zero", "an argument", "}", "pause");
    int pid = child.said("run")[0];
    assertThat(service().lineage(pid)).isEqualTo(service().lineage(child.pid()).and("deploy\\040now.sh", pid));
    await().untilAsserted(() -> assertThat(service().text(pid, "domain").strip())
        .endsWith(" " + directory + "/deploy\\040now.sh"));
    JsonNode entries = service().task(pid).get("entries");
    JsonNode entry = entries.get(entries.size() - 1);
    assertThat(entry.get("program").asText()).isEqualTo(script.toString());
    assertThat(entry.get("exe").asText())
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString());
    String[] argv =
        new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), StandardCharsets.UTF_8).split("\0");
    assertThat(entry.get("argv")).extracting(JsonNode::asText).containsExactly(argv)
        .containsExactly("/bin/sh", script.toString(), "an argument");
  }
}
