package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.witness.Life;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Holds what the service says against what a witness saw, of each task below one root. What came before the root the
 * witness does not know; that has to be the same for all, as the service tells it of the root.
 *
 * <p>The times to ask about are the witness's, which are later than the service's for the same event, a microsecond
 * added for their rounding. Nothing needs less than that to do the next thing: the task has to come back from clone or
 * exec, and to get as far as its next event.
 */
final class Differences {

  private static final long A_LITTLE = 1000;
  private static final int MOST_SHOWN = 20;
  private static final int SAMPLE = 1500;
  private static final int BATCH = 20_000;

  /** What to ask, and what the answer is: that somebody was there, with these names below the root, or nobody. */
  private record Question(Life life, long at, List<String> names, boolean isGone) {

    String json() {
      return "{\"pid\":" + life.tid() + ",\"at\":\"" + mono(at) + "\"}";
    }
  }

  private final LiveService service;
  private final List<Life> lives;
  private final boolean mayMiss;
  private final Life root;
  private final Set<Life> missing = new HashSet<>();
  private int missingExecs;
  private final Map<Life, String> ids = new HashMap<>();
  private final Map<String, Life> holders = new HashMap<>();
  private final List<String> found = new ArrayList<>();
  private String above = "";
  private int questions;
  private int execs;

  private Differences(LiveService service, List<Life> lives, boolean mayMiss) {
    this.service = service;
    this.lives = lives;
    this.mayMiss = mayMiss;
    root = lives.get(0);
  }

  /** Asks about all {@code lives}, the first of which is the root; all have ended, and all that has been applied. */
  static void assertNone(String what, LiveService service, List<Life> lives) {
    assertNone(what, new Differences(service, lives, false));
  }

  /** The same where tasks and execs can be missing; returns how many. What is there is right, but maybe incomplete. */
  static int assertNoneButMissing(String what, LiveService service, List<Life> lives) {
    Differences differences = new Differences(service, lives, true);
    assertNone(what, differences);
    return differences.missing.size() + differences.missingExecs;
  }

  private static void assertNone(String what, Differences differences) {
    differences.compareHistories();
    differences.compareTasks();
    differences.compareExecs();
    System.out.println(what + ": compared " + differences);
    assertThat(differences.found.stream().limit(MOST_SHOWN)).as("%s: %s", what, differences).isEmpty();
  }

  private static String mono(long nanos) {
    return String.format("mono:%d.%09d", nanos / 1_000_000_000, nanos % 1_000_000_000);
  }

  /** What there is to ask: where it stood at its birth, after each exec and at its last deed, and that it has gone. */
  private static List<Question> questions(Life life) {
    List<Question> questions = new ArrayList<>();
    List<String> names = new ArrayList<>(life.namesBefore());
    long last = life.start();
    questions.add(new Question(life, last + A_LITTLE, List.copyOf(names), false));
    for (Life.Exec exec : life.execs()) {
      names.add(exec.name());
      last = exec.time();
      questions.add(new Question(life, last + A_LITTLE, List.copyOf(names), false));
    }
    if (!life.isThread() && life.lastDeed() > last) {
      questions.add(new Question(life, life.lastDeed() + A_LITTLE, List.copyOf(names), false));
    }
    questions.add(new Question(life, life.end() + A_LITTLE, List.of(), true));
    return questions;
  }

  private void compareHistories() {
    assertThat(lives).as("it is over, so each has an end").allMatch(Life::hasEnded);
    List<Question> all = lives.stream().flatMap(life -> questions(life).stream()).toList();
    JsonNode first = service.lineages("names", List.of(all.get(0).json())).get(0);
    above = first.path("history").asText();
    for (int from = 0; from < all.size(); from += BATCH) {
      List<Question> some = all.subList(from, Math.min(all.size(), from + BATCH));
      List<JsonNode> answers = service.lineages("names", some.stream().map(Question::json).toList());
      assertThat(answers).hasSameSizeAs(some);
      for (int i = 0; i < some.size(); i++) {
        compare(some.get(i), answers.get(i), first.path("complete"));
      }
    }
    questions = all.size();
  }

  private void compare(Question question, JsonNode answer, JsonNode complete) {
    if (question.isGone) {
      if (!answer.path("error").path("type").asText().endsWith("no-such-task")) {
        differ(question.life + " has ended", answer);
      }
      return;
    }
    String truth = below(question.names);
    if (mayMiss && answer.path("error").path("type").asText().endsWith("no-such-task")) {
      missing.add(question.life);
      return;
    }
    if (!answer.has("task")) {
      differ(question.life + " lived at " + question.at + " and was " + truth, answer);
      return;
    }
    if (!answer.path("history").asText().equals(truth)) {
      differ(question.life + " at " + question.at + " was " + truth, answer);
    }
    if (!mayMiss && !answer.path("complete").equals(complete)) {
      differ(question.life + " is as complete as the root", answer);
    }
    String id = answer.path("task").asText();
    String before = ids.putIfAbsent(question.life, id);
    Life other = holders.putIfAbsent(id, question.life);
    if (before != null && !before.equals(id) || other != null && other != question.life) {
      differ(question.life + " was called " + before + ", and that was " + other, answer);
    }
  }

  private String below(List<String> names) {
    return text(above, names);
  }

  /** What {@code above}, a history in the style {@code names}, becomes by these execs. */
  static String text(String above, List<String> names) {
    StringBuilder text = new StringBuilder(above);
    names.forEach(name -> text.append("=>").append(Lineage.escaped(name)));
    return text.toString();
  }

  private void differ(String truth, Object said) {
    found.add(truth + ", but: " + said);
  }

  /** Of some, since each is a request: who created them, and why nothing is missing. */
  private void compareTasks() {
    JsonNode rootTask = service.task(id(root));
    for (int i = 0; i < lives.size(); i += Math.max(1, lives.size() / SAMPLE)) {
      if (ids.containsKey(lives.get(i))) {
        compareTask(lives.get(i), rootTask);
      }
    }
  }

  private void compareTask(Life life, JsonNode rootTask) {
    JsonNode task = service.task(id(life));
    Map<String, Object> truth =
        new HashMap<>(Map.of("tid", life.tid(), "tgid", life.process().tid(), "state", "ended"));
    life.creator().map(ids::get).ifPresent(creator -> truth.put("creator", creator));
    truth.forEach((field, value) -> {
      if (!task.path(field).asText().equals(value.toString())) {
        differ(field + " of " + life + " is " + value, task);
      }
    });
    for (String field : new String[] {"complete", "reasons", "gaps"}) {
      if (!mayMiss && !task.path(field).equals(rootTask.get(field))) {
        differ(field + " of " + life + " is as of the root " + rootTask.get(field), task);
      }
    }
  }

  private String id(Life life) {
    return Objects.requireNonNull(ids.get(life));
  }

  /** Each exec is known once, by observation. */
  private void compareExecs() {
    Map<Life, List<String>> known = new HashMap<>();
    String begun = service.task(id(root)).get("start").asText();
    Set<Integer> missingTids = missing.stream().map(Life::tid).collect(Collectors.toSet());
    for (JsonNode exec : service.items("/search?from=" + LiveService.encoded(begun))) {
      Life life = holders.get(exec.get("task").asText());
      if (exec.get("task").isNull() && missingTids.contains(exec.get("pid").asInt())) {
        missingExecs--; // whose task is missing, but not itself: it is in the history of another that lived on
      }
      if (life != null) {
        List<String> names = known.computeIfAbsent(life, l -> new ArrayList<>());
        names.add(exec.get("name").asText());
        execs++;
        if (!exec.get("provenance").asText().equals("observed")) {
          differ("an exec of " + life + " was observed", exec);
        }
      }
    }
    for (Life life : lives) {
      List<String> truth = life.execs().stream().map(exec -> Lineage.escaped(exec.name())).toList();
      List<String> said = known.getOrDefault(life, List.of());
      if (mayMiss && said.size() < truth.size()) {
        missingExecs += truth.size() - said.size();
      } else if (!said.equals(truth)) {
        differ(life + " exec'd " + truth, said);
      }
    }
  }

  @Override
  public String toString() {
    long threads = lives.stream().filter(Life::isThread).count();
    return lives.size() - threads + " processes and " + threads + " threads by " + questions + " questions, and "
        + execs + " execs; " + found.size() + " differences, " + missing.size() + " tasks and " + missingExecs
        + " execs missing";
  }
}
