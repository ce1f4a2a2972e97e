package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.NativeFiles;

/**
 * Two readings of one open {@code /proc/TID/stat}, and whether they settle which image the comm belongs to.
 *
 * <p>begin_new_exec() in fs/exec.c gives the task its new memory map first (exec_mmap()) and its new comm after that.
 * The loader then sets the map's start_stack twice, when the stack is there (setup_arg_pages()) and when it is filled
 * (the end of load_elf_binary()), and just before the second time its start_code, which is 0 until then: so a
 * start_stack next to a start_code of 0 is not the image's last word, and would not be known again. do_task_stat() in
 * fs/proc/array.c takes the map first, prints the comm later and that map's start_code and start_stack last. So one
 * reading can pair an old map with a new comm, or a new map with an old comm. But a start_code that is not 0 at the end
 * of the first reading shows that, by then, the exec which made that map had set its comm. If the second reading has
 * the same start_stack, the same comm in it is that image's, unless two execs went by meanwhile; and those announce
 * themselves by events later than the reading began.
 *
 * <p>A task in a tracing stop can stand between its exec and the event of it (ptrace_event() comes before
 * proc_exec_connector() in exec_binprm()), so what it shows may belong to an event still to come. A kernel thread has
 * no map and never execs without losing PF_KTHREAD. A dead task has no map left: see {@link TaskStat#isFinal}.
 */
final class SettledStat {

  private final TaskStat first = new TaskStat();

  /** Reads {@code stat} twice; true where it is settled, {@code into} is then the second reading. */
  boolean read(NativeFiles files, StatLine line, int stat, TaskStat into) {
    return readOnce(files, line, stat, first)
        && readOnce(files, line, stat, into)
        && isSettled(first, into);
  }

  static boolean readOnce(NativeFiles files, StatLine line, int stat, TaskStat into) {
    int length = files.read(stat, 0, StatLine.MAX_LENGTH);
    return length > 0 && line.parse(files.buffer(), length, into);
  }

  static boolean isSettled(TaskStat first, TaskStat second) {
    return first.tid == second.tid
        && first.starttime == second.starttime
        && first.startstack == second.startstack
        && first.comm.equals(second.comm)
        && (first.startcode != 0 && second.startstack != 0 || first.isKernelThread() && second.isKernelThread())
        && first.state != 't' && second.state != 't';
  }
}
