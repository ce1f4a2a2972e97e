package io.taskhistory.api.view;

import io.taskhistory.api.ask.LiveTree;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.Task;
import org.jspecify.annotations.Nullable;

/**
 * A live process in the tree.
 *
 * @param name that of its last exec
 * @param depth 0 for the root that was asked for, or a root of the forest
 * @param parent the process that it stands below, null for a root of the forest
 */
public record TreeNodeView(
    String task, int tid, int tgid, String comm, String name, String state, String start, int depth,
    @Nullable String parent, int children, boolean kernelThread, int threads) {

  public static TreeNodeView of(LiveTree.Node node, int rootDepth) {
    Task task = node.task();
    Task parent = node.parent();
    return new TreeNodeView(task.id().toString(), task.tid(), task.tgid(), Escapes.kernel(task.comm()),
        Escapes.kernel(task.entry().name()), TaskView.state(task), Rfc3339.write(task.boot().wallAt(task.start())),
        node.depth() - rootDepth, parent == null ? null : parent.id().toString(), node.children(),
        TaskView.isKernelThread(task), node.threads());
  }
}
