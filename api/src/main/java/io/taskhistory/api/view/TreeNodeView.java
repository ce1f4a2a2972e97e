package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Forest;
import io.taskhistory.api.ask.Forest.ParentIs;
import io.taskhistory.api.ask.Found;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process in the tree. */
public record TreeNodeView(
    String task, int tid, int tgid, String comm,
    @JsonPropertyDescription("That of its last exec by then.") String name,
    @JsonPropertyDescription("live or ended, as of the watermark.") String state,
    String start, @Nullable String end,
    @JsonPropertyDescription("0 for the root that was asked for, or a root of the forest.") int depth,
    @JsonPropertyDescription("The process that it stands below, null for a root of the forest.") @Nullable String parent,
    @JsonPropertyDescription("Whether that is its creator or its reaper.") @Nullable String parentIs,
    @JsonPropertyDescription("How many stand right below it.") int children,
    boolean kernelThread,
    @JsonPropertyDescription("How many it has, its leader included; null where that is not known.")
        @Nullable Integer threads,
    @JsonPropertyDescription("With from and to: its execs within that time, the last 100 of them.")
        @JsonInclude(Include.NON_NULL) @Nullable List<ExecedView> execs,
    @JsonPropertyDescription("How many execs within that time were left out, where there were more.")
        @JsonInclude(Include.NON_NULL) @Nullable Integer execsOmitted,
    @JsonPropertyDescription("With from and to, of one that has ended: how, without the history of who ended it.")
        @JsonInclude(Include.NON_NULL) @Nullable ExitView exit) {

  private static final int MOST_EXECS = 100;
  /** What stands around the name and the path of one. */
  private static final int EXEC_FRAME = 100;

  /** An exec of the process itself. */
  public record ExecedView(
      String name, String start, String provenance, @JsonInclude(Include.NON_NULL) @Nullable String exe) {}

  /** As it is now. */
  public static TreeNodeView live(Forest.Node node, int rootDepth, int threads) {
    return view(node, rootDepth, Found.PRESENT, threads, null, null, null);
  }

  /** As it was at {@code time}. */
  public static TreeNodeView at(Forest.Node node, int rootDepth, long time) {
    return view(node, rootDepth, time, null, null, null, null);
  }

  /** As it was at {@code to}, and what it did from {@code from} on. */
  public static TreeNodeView within(Forest.Node node, int rootDepth, long from, long to, @Nullable Exit exit) {
    Task task = node.task();
    List<ExecedView> execs = new ArrayList<>();
    int omitted = 0;
    long since = Math.max(from, task.start());
    for (@Nullable Entry e = task.entryAt(to); e != null && e.pid() == task.tid() && e.time() >= since; e = e.parent()) {
      if (execs.size() < MOST_EXECS) {
        execs.add(execed(task.boot(), e));
      } else {
        omitted++;
      }
    }
    Collections.reverse(execs);
    return view(node, rootDepth, to, null, execs, omitted == 0 ? null : omitted,
        exit == null ? null : ExitView.of(task.boot(), exit));
  }

  /** About how many characters its execs take. */
  public int execsLength() {
    int length = 0;
    for (ExecedView exec : execs == null ? List.<ExecedView>of() : execs) {
      length += EXEC_FRAME + exec.name.length() + (exec.exe == null ? 0 : exec.exe.length());
    }
    return length;
  }

  private static ExecedView execed(Boot boot, Entry entry) {
    return new ExecedView(Escapes.kernel(entry.name()), Rfc3339.write(boot.wallAt(entry.time())),
        entry.provenance().label(), EntryView.text(entry.details().exe()));
  }

  private static TreeNodeView view(
      Forest.Node node, int rootDepth, long time, @Nullable Integer threads, @Nullable List<ExecedView> execs,
      @Nullable Integer omitted, @Nullable ExitView exit) {
    Task task = node.task();
    Task parent = node.parent();
    ParentIs parentIs = node.parentIs();
    Found then = new Found(task, time);
    Entry entry = task.entryAt(time);
    return new TreeNodeView(task.id().toString(), task.tid(), task.tgid(), Escapes.kernel(then.comm()),
        Escapes.kernel(entry.name()), TaskView.state(task), Rfc3339.write(task.boot().wallAt(task.start())),
        TaskView.end(task), node.depth() - rootDepth, parent == null ? null : parent.id().toString(),
        parentIs == null ? null : TaskView.label(parentIs), node.children(), TaskView.isKernelThread(task, entry),
        threads, execs, omitted, exit);
  }
}
