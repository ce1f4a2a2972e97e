package io.taskhistory.api.audisp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the thread that reads and the queue behind it make of the dispatcher's bytes. */
class LineQueueTest {

  private static final int CAPACITY = 4096;
  private static final Pattern DROPPED = Pattern.compile("op=drop .* lines=(\\d+) bytes=(\\d+) from=");

  private final LineQueue queue = new LineQueue(CAPACITY, new Marks(() -> 0));

  private void put(String line) {
    queue.put(Records.bytes(line), 0, line.length());
  }

  private String take(int most) throws InterruptedException {
    byte[] bytes = new byte[most];
    int length = queue.take(bytes, 0);
    return length < 0 ? "END" : Records.text(bytes, length);
  }

  private String rest() throws InterruptedException {
    StringBuilder all = new StringBuilder();
    for (String some = take(100); !some.equals("END"); some = take(100)) {
      all.append(some);
    }
    return all.toString();
  }

  private String read(byte[] bytes) throws InterruptedException {
    new Intake(new ByteArrayInputStream(bytes), queue).run();
    return rest();
  }

  @Test
  void lines_areTakenInOrder_andThenThereAreNone() throws InterruptedException {
    put("one\n");
    put("two\n");
    assertThat(take(6)).isEqualTo("one\ntw");
    assertThat(take(6)).isEqualTo("o\n");
    assertThat(take(6)).isEmpty();
    queue.end();
    assertThat(take(6)).isEqualTo("END");
  }

  @Test
  void full_dropsWholeLinesUntilHalfIsFree_andSaysSoThere() throws InterruptedException {
    int fit = CAPACITY / Records.login(10).length();
    for (int serial = 10; serial < 10 + fit + 3; serial++) {
      put(Records.login(serial));
    }
    assertThat(queue.isHalfFull()).isTrue();
    take(Records.login(10).length());
    put(Records.login(80));
    String kept = take(CAPACITY / 2) + take(CAPACITY / 2 - 1);
    put(Records.login(90));
    queue.end();
    String all = kept + rest();
    int dropped = 10 + fit;
    assertThat(all).isEqualTo(Records.logins(11, dropped)
        + "type=DAEMON_ERR msg=audit(" + Records.stamp(dropped).replaceAll(":.*", "") + ":4000000000): op=drop"
        + " reason=queue-full lines=4 bytes=" + 4 * Records.login(10).length()
        + " from=" + Records.stamp(dropped) + " to=" + Records.stamp(80) + " res=failed\n" + Records.login(90));
  }

  @Test
  void full_andNothingMoreComes_saysSoAtTheEnd() throws InterruptedException {
    for (int serial = 100; serial < 200; serial++) {
      put(Records.login(serial));
    }
    queue.end();
    String all = rest();
    assertThat(all).contains("op=drop reason=queue-full ").endsWith(" to=" + Records.stamp(199) + " res=failed\n");
  }

  @Test
  void line_longerThanAnyRecord_isDroppedAndTheNextIsNot() throws InterruptedException {
    String longLine = Records.login(7).replace("\n", "x".repeat(3 * Intake.LONGEST_LINE) + "\n");
    assertThat(read(Records.bytes(longLine + Records.login(8)))).isEqualTo(
        "type=DAEMON_ERR msg=audit(1691750745.271:4000000000): op=drop reason=too-long lines=1 bytes="
            + longLine.length() + " from=" + Records.stamp(7) + " to=" + Records.stamp(7) + " res=failed\n"
            + Records.login(8));
  }

  @Test
  void lastLine_withoutAnEnd_getsOne() throws InterruptedException {
    assertThat(read(Records.bytes("one\ntwo"))).isEqualTo("one\ntwo\n");
  }

  /** Each line is either there or counted, in its place, whatever it is made of. */
  @Test
  void anyBytes_areThereOrCounted() throws InterruptedException {
    Random random = new Random(1340);
    for (int round = 0; round < 20; round++) {
      LineQueue own = new LineQueue(1 << 16, new Marks(() -> 0));
      ByteArrayOutputStream input = new ByteArrayOutputStream();
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        byte[] line = new byte[random.nextInt(10) == 0 ? 90_000 : random.nextInt(700)];
        random.nextBytes(line);
        String text = Records.text(line, line.length).replace('\n', ' ') + "\n";
        lines.add(text);
        input.writeBytes(Records.bytes(text));
      }
      new Intake(new ByteArrayInputStream(input.toByteArray()), own).run();
      byte[] bytes = new byte[1 << 20];
      long count = 0;
      StringBuilder kept = new StringBuilder();
      for (int length = own.take(bytes, 0); length >= 0; length = own.take(bytes, 0)) {
        kept.append(Records.text(bytes, length));
      }
      int next = 0;
      for (String line : kept.toString().split("(?<=\n)")) {
        Matcher mark = DROPPED.matcher(line.replace(" res=", " from="));
        if (line.startsWith("type=DAEMON_ERR ") && mark.find()) {
          int dropped = Integer.parseInt(mark.group(1));
          long size = lines.subList(next, next + dropped).stream().mapToLong(String::length).sum();
          assertThat(mark.group(2)).isEqualTo(Long.toString(size));
          next += dropped;
        } else {
          assertThat(line).isEqualTo(lines.get(next++));
        }
        count++;
      }
      assertThat(next).isEqualTo(lines.size());
      assertThat(count).isPositive();
    }
  }
}
