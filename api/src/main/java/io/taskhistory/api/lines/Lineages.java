package io.taskhistory.api.lines;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.client.PostConnection.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the service for many histories at once: first all questions, then {@link #send}, then all answers. */
final class Lineages implements AutoCloseable {

  /**
   * Whoever held a pid at a time.
   *
   * @param task its task id
   */
  record Lineage(String task, String history, boolean isComplete) {}

  private final PostConnection connection;
  private final String path;
  private final JsonFactory json = new JsonFactory();
  private final Output questions = new Output();
  private final List<@Nullable Lineage> answers = new ArrayList<>();
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
    answers.clear();
    count = 0;
  }

  /** Asks who held {@code pid} then; what is returned is the number of the question. */
  int ask(int pid, long nanos, boolean isMonotonic, @Nullable String boot) {
    questions.add("{\"pid\":").add(Integer.toString(pid)).add(isMonotonic ? ",\"at\":\"mono:" : ",\"at\":\"")
        .add(Rfc3339.writeSeconds(nanos)).add('"');
    if (boot != null) {
      questions.add(",\"boot\":").addJson(boot);
    }
    questions.add("}\n");
    return count++;
  }

  void send() throws IOException {
    answers.clear();
    if (count == 0) {
      return;
    }
    Answer answer = connection.post(path, "application/x-ndjson", questions.bytes(), questions.length());
    try (JsonParser in = json.createParser(answer.body(), 0, answer.length())) {
      while (in.nextToken() == JsonToken.START_OBJECT) {
        answers.add(lineage(in));
      }
    }
    if (answers.size() != count) {
      throw new IOException(answers.size() + " answers came to " + count + " questions");
    }
  }

  private static @Nullable Lineage lineage(JsonParser in) throws IOException {
    String task = null;
    String history = null;
    boolean isComplete = false;
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
    return task == null || history == null ? null : new Lineage(task, history, isComplete);
  }

  /** The answer to the question with this number; null where nobody is known to have held the pid then. */
  @Nullable Lineage answer(int question) {
    return answers.get(question);
  }

  @Override
  public void close() {
    connection.close();
  }
}
