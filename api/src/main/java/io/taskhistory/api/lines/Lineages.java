package io.taskhistory.api.lines;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.client.PostConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks the service for many histories at once: first all questions, then {@link #send}, then all answers. Lines of a
 * log speak of few tasks, so what an answer says of a task is read once for all that say the same.
 */
final class Lineages implements AutoCloseable {

  /**
   * Whoever held a pid at a time.
   *
   * @param task its task id
   */
  record Lineage(String task, String history, boolean isComplete) {}

  /** A part of the answers, from the task on: what is before it repeats the question. */
  private static final class Said {

    private final byte[] bytes;
    private final int from;
    private final int to;
    private final int hash;

    Said(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
      int sum = 1;
      for (int i = from; i < to; i++) {
        sum = 31 * sum + bytes[i];
      }
      hash = sum;
    }

    Said copy() {
      return new Said(Arrays.copyOfRange(bytes, from, to), 0, to - from);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Said said && hash == said.hash
          && Arrays.equals(bytes, from, to, said.bytes, said.from, said.to);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static final int MOST_KNOWN = 4096;
  private static final byte[] TASK = "\"task\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ERROR = "\"error\":".getBytes(StandardCharsets.US_ASCII);

  private final PostConnection connection;
  private final String path;
  private final JsonFactory json = new JsonFactory();
  private final Output questions = new Output();
  private final Map<Said, Lineage> known = new HashMap<>();
  private @Nullable Lineage[] answers = new @Nullable Lineage[1024];
  private int count;

  /**
   * Over {@code connection}, which it closes.
   *
   * @param limit the most bytes of a history, 0 for all of it
   */
  Lineages(PostConnection connection, LineageStyle style, int limit) {
    this.connection = connection;
    this.path = "/api/v1/lineages?style=" + style + "&limit=" + limit;
  }

  void clear() {
    questions.clear();
    count = 0;
  }

  /**
   * Asks who held {@code pid} then, or who alone did so for a while, in the end.
   *
   * @param span how long that was, 0 for a moment
   * @return the number of the question
   */
  int ask(int pid, long nanos, long span, boolean isMonotonic, @Nullable String boot) {
    questions.add("{\"pid\":").add(pid).add(isMonotonic ? ",\"at\":\"mono:" : ",\"at\":\"").addSeconds(nanos).add('"');
    if (span > 0) {
      questions.add(isMonotonic ? ",\"until\":\"mono:" : ",\"until\":\"").addSeconds(nanos + span).add('"');
    }
    if (boot != null) {
      questions.add(",\"boot\":").addJson(boot);
    }
    questions.add("}\n");
    return count++;
  }

  void send() throws IOException {
    if (count == 0) {
      return;
    }
    if (answers.length < count) {
      answers = new @Nullable Lineage[2 * count];
    }
    Answer answer = connection.post(path, "application/x-ndjson", questions.bytes(), questions.length());
    byte[] text = answer.body();
    int number = 0;
    for (int start = 0; start < answer.length() && number <= count;) {
      int end = Lines.end(text, start, answer.length());
      if (number < count) {
        answers[number] = lineage(text, start, end);
      }
      number++;
      start = end + 1;
    }
    if (number != count) {
      throw new IOException("not as many answers came as were asked for");
    }
  }

  private @Nullable Lineage lineage(byte[] text, int start, int end) throws IOException {
    for (int i = start; i < end; i++) {
      if (text[i] == '"' && (starts(text, i, end, TASK) || starts(text, i, end, ERROR))) {
        return text[i + 1] == TASK[1] ? lineage(new Said(text, i, end)) : null;
      }
    }
    throw new IOException("an answer tells neither a task nor an error");
  }

  private static boolean starts(byte[] text, int from, int to, byte[] with) {
    return to - from > with.length && Arrays.equals(text, from, from + with.length, with, 0, with.length);
  }

  private Lineage lineage(Said said) throws IOException {
    Lineage before = known.get(said);
    if (before != null) {
      return before;
    }
    if (known.size() >= MOST_KNOWN) {
      known.clear();
    }
    byte[] object = new byte[1 + said.to - said.from];
    object[0] = '{';
    System.arraycopy(said.bytes, said.from, object, 1, said.to - said.from);
    Lineage read = read(object);
    known.put(said.copy(), read);
    return read;
  }

  private Lineage read(byte[] object) throws IOException {
    String task = "";
    String history = "";
    boolean isComplete = false;
    try (JsonParser in = json.createParser(object)) {
      in.nextToken();
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        switch (name) {
          case "task" -> task = in.nextTextValue();
          case "history" -> history = in.nextTextValue();
          case "complete" -> isComplete = in.nextToken() == JsonToken.VALUE_TRUE;
          default -> {
            in.nextToken();
            in.skipChildren();
          }
        }
      }
    }
    if (task == null || history == null) {
      throw new IOException("an answer's task or history is no text");
    }
    return new Lineage(task, history, isComplete);
  }

  /** The answer to the question with this number; null where nobody, or not one alone. */
  @Nullable Lineage answer(int question) {
    return answers[question];
  }

  @Override
  public void close() {
    connection.close();
  }
}
