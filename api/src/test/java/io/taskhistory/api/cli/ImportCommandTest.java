package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.RawText;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Importing, serving and asking, each a process of its own. */
class ImportCommandTest {

  @TempDir
  Path directory;

  private Path data() {
    return directory.resolve("data");
  }

  private Outcome run(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data-dir", data().toString()));
    all.addAll(Arrays.asList(arguments));
    return Machinery.run(Machinery.command(all.toArray(String[]::new)));
  }

  private static String event(int serial, int ppid, int pid, String comm, String what) {
    String id = " msg=audit(1700000000." + (100 + serial) + ":" + serial + "): ";
    return "type=SYSCALL" + id + "arch=c000003e " + what + " items=0 ppid=" + ppid + " pid=" + pid
        + " auid=1000 uid=0 gid=0 euid=0 egid=0 tty=(none) ses=3 comm=\"" + comm + "\" exe=\"/bin/" + comm + "\"\n"
        + (what.startsWith("syscall=59") ? "type=EXECVE" + id + "argc=1 a0=\"" + comm + "\"\n" : "")
        + "type=PROCTITLE" + id + "proctitle=00\n";
  }

  private static String early() {
    return event(1, 1, 500, "sshd", "syscall=59 success=yes exit=0 a0=1")
        + event(2, 1, 500, "sshd", "syscall=56 success=yes exit=501 a0=1200011");
  }

  private static String late() {
    return event(3, 500, 501, "bash", "syscall=59 success=yes exit=0 a0=1")
        + event(4, 500, 501, "bash", "syscall=56 success=yes exit=502 a0=1200011")
        + event(5, 501, 502, "id", "syscall=59 success=yes exit=0 a0=1")
        + event(6, 501, 502, "id", "syscall=231 a0=2");
  }

  private Path plain(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Path compressed(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes());
    }
    return file;
  }

  @Test
  void logs_inAnyOrder_areImported_andServed() throws Exception {
    Path newer = plain("audit.log", late() + "type=SYSCALL msg=audit(17000");
    Path older = compressed("audit.log.1.gz", early().stripTrailing());
    Outcome imported = run("import", "--json", newer.toString(), older.toString());
    assertThat(imported.code()).as(imported.err()).isZero();
    assertThat(imported.out()).contains("\"records\":15,\"events\":6,").contains("\"unparsable\":1")
        .contains("\"tasks\":3,\"linked\":2,\"execs\":3,\"gaps\":0");
    Process service = new ProcessBuilder(Machinery.command(
        "--data-dir", data().toString(), "serve", "--listen", "127.0.0.1:0")).start();
    try (BufferedReader out = service.inputReader()) {
      assertThat(out.readLine()).startsWith("ready http://127.0.0.1:");
      Outcome shown = run("show", "502", "--style", "names");
      assertThat(shown.out().strip()).as(shown.err()).isEqualTo("swapper/0=>?=>sshd=>bash=>id");
      assertThat(run("show", "501", "--at", "1700000000.104", "--style", "names").out().strip())
          .isEqualTo("swapper/0=>?=>sshd=>bash");
      assertThat(run("tree", "500").out()).contains("sshd").contains("bash").doesNotContain("id ");
      assertThat(run("search", "--comm", "id").out()).contains("502");
      assertThat(run("--json", "status").out()).contains("\"spine\":\"audit-log\"");
      Outcome busy = run("import", newer.toString());
      assertThat(busy.code()).isEqualTo(1);
      assertThat(busy.err()).contains("in use");
    } finally {
      service.destroy();
      assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(service.exitValue()).isZero();
    assertThat(run("import", "--json", older.toString(), newer.toString()).out()).contains("\"events\":0,\"older\":6");
  }

  @Test
  void secretsInArguments_areNotImported() throws Exception {
    String id = " msg=audit(1700000000.101:1): ";
    String secret = "hunter0123456789abcdef";
    String log = early().replace("argc=1 a0=\"sshd\"",
        "argc=5 a0=\"mysql\" a1=\"-p" + secret + "\" a2=\"--pin\" a3=\"" + secret + "\" a4=\"openly0123456789\"")
        .replace("type=PROCTITLE" + id + "proctitle=00", "type=PROCTITLE" + id + "proctitle=\"mysql -p" + secret + "\"");
    Outcome imported = run("import", "--set", "mask_option=--pin", plain("audit.log", log).toString());
    assertThat(imported.code()).as(imported.err()).isZero();
    try (Stream<Path> files = Files.walk(data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).as(file.toString()).doesNotContain(secret);
      }
    }
    try (HistoryStore kept = RocksDbHistoryStore.reopen(data())) {
      assertThat(kept.reader().task(500).orElseThrow().entry().details().argv()).containsExactly(
          Stream.of("mysql", "-p***", "--pin", "***", "openly0123456789").map(RawText::of).toArray(RawText[]::new));
    }
    Outcome wrong = run("import", "--set", "mask_pattern=(", plain("audit.log", log).toString());
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--set mask_pattern=(: mask_pattern = (: ");
  }

  @Test
  void serve_whereThereIsNoHistory() throws Exception {
    Outcome outcome = run("serve", "--listen", "127.0.0.1:0");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("there is no history in").contains("taskhistory import");
    assertThat(data()).doesNotExist();
  }

  @Test
  void import_intoWhatAServiceRecorded_isRefused() throws Exception {
    RocksDbHistoryStore.open(data(), new BootFacts(
        "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", 0, new ClockLedger.Row(0, 0, 0))).close();
    Outcome outcome = run("import", plain("audit.log", early()).toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("recorded on a running host").contains("--data-dir");
  }

  @Test
  void import_ofWhatIsNoLog() throws Exception {
    Outcome outcome = run("import", plain("text", "nothing\nof that kind\n").toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("no audit records");
    assertThat(data()).doesNotExist();
    assertThat(run("import", directory.resolve("missing").toString()).code()).isEqualTo(1);
  }

  @Test
  void import_withoutADirectoryOfItsOwn() throws Exception {
    Outcome outcome = Machinery.run(Machinery.command("import", plain("audit.log", early()).toString()));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--data-dir");
  }
}
