package io.taskhistory.api.lines;

import java.util.List;

/**
 * Where lines of JSON name a task and a time, and how its history is added to them. Paths are those of
 * {@link JsonFields}; of several the first that is there counts.
 *
 * @param boot empty where lines name none
 * @param comms names of the task, or paths of its program, which tell histories apart that are close to each other
 * @param container the object to add to, empty for the line's own
 */
public record LineFormat(List<String> pids, List<TimeField> times, String boot, List<String> comms, String container,
    String field, Shape shape) {

  /** How a history is added. */
  public enum Shape {
    /** {@code "field":{"history":"…","task":"…","complete":true}}. */
    OBJECT,
    /** {@code "fieldhistory":"…","fieldtask":"…","fieldcomplete":true}. */
    FLAT,
    /** {@code "field":"…","field_task":"…","field_complete":"1"}, in capitals where the field is. */
    TEXTS
  }

  /** A path and how the time there is written. */
  public record TimeField(String path, TimeFormat format) {}

  /** Makes a copy of the lists. */
  public LineFormat {
    pids = List.copyOf(pids);
    times = List.copyOf(times);
    comms = List.copyOf(comms);
  }

  /** Lines of nobody's in particular. */
  public static final LineFormat PLAIN =
      new LineFormat(List.of(), List.of(), "", List.of(), "", "taskhistory", Shape.OBJECT);

  /** The same, but for the path of the pid. */
  public LineFormat withPid(String path) {
    return new LineFormat(List.of(path), times, boot, comms, container, field, shape);
  }

  /** The same, but for the path of the time. */
  public LineFormat withTime(String path, TimeFormat format) {
    return new LineFormat(pids, List.of(new TimeField(path, format)), boot, comms, container, field, shape);
  }

  /** The same, but for how times are written. */
  public LineFormat withTimeFormat(TimeFormat format) {
    return new LineFormat(pids, times.stream().map(time -> new TimeField(time.path(), format)).toList(), boot, comms,
        container, field, shape);
  }

  /** The key whose presence says that a line has its history already. */
  String firstKey() {
    return shape == Shape.FLAT ? field + "history" : field;
  }

  /** Adds {@code ,"key":…} to {@code out}. */
  void write(String history, String task, boolean isComplete, Output out) {
    out.add(',');
    switch (shape) {
      case OBJECT -> {
        out.addJson(field).add(":{\"history\":").addJson(history);
        if (!task.isEmpty()) {
          out.add(",\"task\":").addJson(task).add(",\"complete\":").add(isComplete ? "true" : "false");
        }
        out.add('}');
      }
      case FLAT -> out.addJson(field + "history").add(':').addJson(history).add(',').addJson(field + "task").add(':')
          .addJson(task).add(',').addJson(field + "complete").add(isComplete ? ":true" : ":false");
      case TEXTS -> {
        boolean capitals = Character.isUpperCase(field.charAt(0));
        out.addJson(field).add(':').addJson(history).add(',').addJson(field + (capitals ? "_TASK" : "_task")).add(':')
            .addJson(task).add(',').addJson(field + (capitals ? "_COMPLETE" : "_complete"))
            .add(isComplete ? ":\"1\"" : ":\"0\"");
      }
    }
  }
}
