package io.taskhistory.collector.procconnector;

import io.taskhistory.collector.procfs.CommCache;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.RawText;

/** What a message of the proc connector says happened. */
final class ProcEvents {

  private final CommCache comms = new CommCache();
  private final byte[] comm = new byte[ProcEventMessage.COMM_LENGTH];

  /** Whether a trace that tells of every clone, exec and rename tells of this too. */
  static boolean isInTrace(ProcEventMessage message) {
    int what = message.what();
    return what == ProcEventMessage.FORK || what == ProcEventMessage.EXEC || what == ProcEventMessage.COMM;
  }

  /** Passes on what {@code message} says; false where that is nothing, or of a kind that we do not know. */
  boolean passOn(ProcEventMessage message, TaskEvents events) {
    long time = message.timestamp();
    int tid = message.data(0);
    int tgid = message.data(1);
    switch (message.what()) {
      case ProcEventMessage.FORK -> cloned(message, time, tid, events);
      case ProcEventMessage.EXEC ->
          events.execed(time, tid, TaskEvents.UNKNOWN_TID, RawText.UNKNOWN, RawText.UNKNOWN);
      case ProcEventMessage.UID -> events.uidChanged(time, tid, message.data(2), message.data(3));
      case ProcEventMessage.GID -> events.gidChanged(time, tid, message.data(2), message.data(3));
      case ProcEventMessage.SID -> events.sessionStarted(time, tid);
      case ProcEventMessage.PTRACE -> events.traced(time, tid, message.data(2));
      case ProcEventMessage.COMM -> events.renamed(time, tid, comms.get(comm, 0, message.comm(comm)));
      case ProcEventMessage.COREDUMP -> events.coreDumped(time, tid);
      case ProcEventMessage.EXIT -> events.exited(time, tid, tgid, message.data(2), parent(message.data(5)));
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * The parent in the message is real_parent. copy_process() in kernel/fork.c makes that the caller, unless
   * CLONE_PARENT or CLONE_THREAD was given: then it is the caller's own parent. The first cannot be told from the
   * message, so the caller is assumed; a thread can be told, and whichever task of its process called, it is not that
   * parent.
   */
  private static void cloned(ProcEventMessage message, long time, int parentTid, TaskEvents events) {
    int childTid = message.data(2);
    int childTgid = message.data(3);
    events.cloned(time, childTid == childTgid ? parentTid : TaskEvents.UNKNOWN_TID, true, childTid, childTgid,
        TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN);
  }

  /** Kernels before 4.18 do not name the parent; later ones leave 0 where the task is reaped by then. */
  private static int parent(int tgid) {
    return tgid > 0 ? tgid : TaskEvents.UNKNOWN_TID;
  }
}
