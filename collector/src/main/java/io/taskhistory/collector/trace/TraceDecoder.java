package io.taskhistory.collector.trace;

import io.taskhistory.collector.procfs.CommCache;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.collector.trace.EventFormat.Field;
import io.taskhistory.history.Ending;
import io.taskhistory.history.RawText;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an event of the ring says happened. Where its fields lie the kernel's {@code format} files tell; what they mean
 * include/trace/events/{task,sched,signal,oom}.h do.
 *
 * <p>An exec's name is in no field of its event: begin_new_exec() in fs/exec.c changes the comm, which is told, before
 * exec_binprm() tells of the exec, and the task can do nothing else between the two. So it is that of the last rename,
 * which {@link ExecName} holds against the path, and makes from it where the rename may be lost.
 */
final class TraceDecoder {

  /** CLONE_THREAD of include/uapi/linux/sched.h. */
  private static final long CLONE_THREAD = 0x10000;

  /** TRACE_FLAG_HARDIRQ, _SOFTIRQ and _NMI of include/linux/trace_events.h. */
  private static final int IN_INTERRUPT = 0x08 | 0x10 | 0x40;

  private static final int LONGEST_COMM = 256;

  /** TASK_COMM_LEN of include/linux/sched.h, where no field is of that size. */
  private static final int COMM_SIZE = 16;

  private final Tracepoint[] kinds;
  private final Tracepoint[] all = Tracepoint.values();
  private final int[] least = new int[all.length];
  private final byte[] kindOf = new byte[1 << 16];

  private final Field type;
  private final Field flags;
  private final Field current;
  private final Newtask newtask;
  private final Rename rename;
  private final Fork fork;
  private final Exec exec;
  private final Field exited;
  private final @Nullable Signal signal;
  private final @Nullable Field victim;

  private final CommCache comms = new CommCache();
  private final CommCache paths = new CommCache();
  private final ExecName execName;
  private byte[] scratch = new byte[4096];
  private final InFlight inFlight = new InFlight();

  private record Newtask(Field pid, Field comm, Field flags) {}

  /** Some kernels (6.16 and 6.17) tell no pid. */
  private record Rename(@Nullable Field pid, Field name) {}

  private record Fork(Field parent, Field child) {}

  private record Exec(Field pid, Field oldPid, Field filename) {}

  private record Signal(Field number, Field code, Field pid, Field group) {}

  /**
   * One for a kernel with those formats.
   *
   * @throws IllegalArgumentException where they lack what is needed
   */
  TraceDecoder(Map<Tracepoint, EventFormat> formats) {
    kinds = new Tracepoint[all.length];
    EventFormat of = format(formats, Tracepoint.NEWTASK);
    type = of.number("common_type");
    flags = of.number("common_flags");
    current = of.number("common_pid");
    newtask = new Newtask(of.number("pid"), of.text("comm"), of.number("clone_flags"));
    least(Tracepoint.NEWTASK, newtask.pid, newtask.comm, newtask.flags);
    execName = new ExecName(comms, commSize(newtask.comm) - 1);
    of = format(formats, Tracepoint.RENAME);
    rename = new Rename(of.optional("pid"), of.text("newcomm"));
    least(Tracepoint.RENAME, rename.pid == null ? current : rename.pid, rename.name);
    of = format(formats, Tracepoint.FORK);
    fork = new Fork(of.number("parent_pid"), of.number("child_pid"));
    least(Tracepoint.FORK, fork.parent, fork.child);
    of = format(formats, Tracepoint.EXEC);
    exec = new Exec(of.number("pid"), of.number("old_pid"), of.text("filename"));
    least(Tracepoint.EXEC, exec.pid, exec.oldPid, exec.filename);
    exited = format(formats, Tracepoint.EXIT).number("pid");
    least(Tracepoint.EXIT, exited);
    signal = signal(formats);
    EventFormat oom = formats.get(Tracepoint.VICTIM);
    victim = oom == null ? null : oom.number("pid");
    if (victim != null) {
      least(Tracepoint.VICTIM, victim);
    }
    for (Map.Entry<Tracepoint, EventFormat> format : formats.entrySet()) {
      kinds[format.getKey().ordinal()] = format.getKey();
      kindOf[format.getValue().id()] = (byte) (format.getKey().ordinal() + 1);
    }
  }

  private @Nullable Signal signal(Map<Tracepoint, EventFormat> formats) {
    EventFormat of = formats.get(Tracepoint.SIGNAL);
    if (of == null) {
      return null;
    }
    Signal fields = new Signal(of.number("sig"), of.number("code"), of.number("pid"), of.number("group"));
    least(Tracepoint.SIGNAL, fields.number, fields.code, fields.pid, fields.group);
    return fields;
  }

  private static EventFormat format(Map<Tracepoint, EventFormat> formats, Tracepoint tracepoint) {
    EventFormat format = formats.get(tracepoint);
    if (format == null) {
      throw new IllegalArgumentException("the tracepoint " + tracepoint.path() + " is missing");
    }
    return format;
  }

  private static int commSize(Field comm) {
    return comm.kind() == Field.Kind.PLAIN && comm.size() > 0 ? comm.size() : COMM_SIZE;
  }

  private void least(Tracepoint tracepoint, Field... fields) {
    int end = Math.max(current.end(), Math.max(flags.end(), type.end()));
    for (Field field : fields) {
      end = Math.max(end, field.end());
    }
    least[tracepoint.ordinal()] = end;
  }

  /** What is to be kept of it together with how far the events were passed on. */
  InFlight inFlight() {
    return inFlight;
  }

  /**
   * Passes on what the event of {@code length} bytes at {@code at} says; false where it is too short to say it. Events
   * that somebody else has switched on say nothing.
   */
  boolean passOn(ByteBuffer memory, int at, int length, long time, TaskEvents events) {
    if (length < type.end()) {
      return false;
    }
    int kind = kindOf[(int) type.number(memory, at) & 0xffff] - 1;
    if (kind < 0) {
      return true;
    }
    if (length < least[kind]) {
      return false;
    }
    switch (all[kind]) {
      case NEWTASK -> cloned(memory, at, time, events);
      case RENAME -> renamed(memory, at, length, time, events);
      case FORK -> forked(memory, at, time, events);
      case EXEC -> execed(memory, at, length, time, events);
      case EXIT -> exited(memory, at, time, events);
      case SIGNAL -> signalled(memory, at, time, events);
      case VICTIM -> events.oomVictim(time, victim == null ? TaskEvents.UNKNOWN_TID : victim.integer(memory, at));
    }
    return true;
  }

  /**
   * A number made of what the event tells; 0 of one that does not tell what a task did. The bytes cannot be compared:
   * where nothing was written, behind a name's end above all, they are of older events.
   */
  long fingerprint(ByteBuffer memory, int at, int length) {
    Tracepoint kind = kind(memory, at, length);
    if (kind == null || !kind.isRequired) {
      return 0;
    }
    long print = kind.ordinal() + 1;
    print = mixed(print, current.integer(memory, at));
    return switch (kind) {
      case NEWTASK -> mixed(mixed(print, newtask.pid.integer(memory, at)), newtask.flags.number(memory, at));
      case RENAME -> mixed(print, text(rename.name, memory, at, length, comms).hashCode());
      case FORK -> mixed(print, fork.child.integer(memory, at));
      case EXEC -> mixed(mixed(print, exec.pid.integer(memory, at)), exec.oldPid.integer(memory, at));
      case EXIT -> mixed(print, exited.integer(memory, at));
      case SIGNAL, VICTIM -> 0;
    };
  }

  /** The finisher of MurmurHash3, with something added before. */
  private static long mixed(long print, long more) {
    long mixed = (print ^ more + 0x9e3779b97f4a7c15L) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return (mixed ^ mixed >>> 33) | 1;
  }

  /** The task that the event says was created, 0 where it says something else. */
  int clonedTid(ByteBuffer memory, int at, int length) {
    return kind(memory, at, length) == Tracepoint.NEWTASK ? newtask.pid.integer(memory, at) : 0;
  }

  /** The task that the event says has ended, 0 where it says something else. */
  int exitedTid(ByteBuffer memory, int at, int length) {
    return kind(memory, at, length) == Tracepoint.EXIT ? exited.integer(memory, at) : 0;
  }

  private @Nullable Tracepoint kind(ByteBuffer memory, int at, int length) {
    int kind = length < type.end() ? -1 : kindOf[(int) type.number(memory, at) & 0xffff] - 1;
    return kind < 0 || length < least[kind] ? null : all[kind];
  }

  /** A child 0 is the idle task of a processor that comes online. */
  private void cloned(ByteBuffer memory, int at, long time, TaskEvents events) {
    int child = newtask.pid.integer(memory, at);
    if (child != 0) {
      long cloneFlags = newtask.flags.number(memory, at);
      boolean isThread = (cloneFlags & CLONE_THREAD) != 0;
      inFlight.cloned(child, time);
      events.cloned(time, current.integer(memory, at), false, child, isThread ? TaskEvents.UNKNOWN_TID : child,
          cloneFlags, text(newtask.comm, memory, at, Integer.MAX_VALUE, comms));
    }
  }

  /** kernel_clone() in kernel/fork.c tells this right after copy_process() has told {@link Tracepoint#NEWTASK}. */
  private void forked(ByteBuffer memory, int at, long time, TaskEvents events) {
    int child = fork.child.integer(memory, at);
    if (child != 0 && !inFlight.takeClone(child)) {
      events.cloned(time, fork.parent.integer(memory, at), false, child, TaskEvents.UNKNOWN_TID,
          TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN);
    }
  }

  /** Another task can have changed it: the name is the event's pid's, which need not be the current one. */
  private void renamed(ByteBuffer memory, int at, int length, long time, TaskEvents events) {
    int tid = (rename.pid == null ? current : rename.pid).integer(memory, at);
    RawText name = text(rename.name, memory, at, length, comms);
    if (tid != 0) {
      inFlight.named(tid, time, name);
      events.renamed(time, tid, name);
    }
  }

  private void execed(ByteBuffer memory, int at, int length, long time, TaskEvents events) {
    int tid = exec.pid.integer(memory, at);
    int oldTid = exec.oldPid.integer(memory, at);
    RawText told = inFlight.takeName(tid);
    if (oldTid != tid) {
      inFlight.forget(oldTid);
    }
    RawText path = text(exec.filename, memory, at, length, paths);
    events.execed(time, tid, oldTid, execName.of(told, path), path);
  }

  private void exited(ByteBuffer memory, int at, long time, TaskEvents events) {
    int tid = exited.integer(memory, at);
    inFlight.forget(tid);
    events.exited(time, tid, TaskEvents.UNKNOWN_TID, Ending.UNKNOWN_STATUS, TaskEvents.UNKNOWN_TID);
  }

  private void signalled(ByteBuffer memory, int at, long time, TaskEvents events) {
    if (signal != null) {
      events.signalled(time, current.integer(memory, at), signal.pid.integer(memory, at),
          signal.number.integer(memory, at), signal.code.integer(memory, at), signal.group.integer(memory, at) != 0,
          (flags.integer(memory, at) & IN_INTERRUPT) != 0);
    }
  }

  /** The bytes up to the first NUL, which no comm and no path has; {@link RawText#UNKNOWN} where they run over. */
  private RawText text(Field field, ByteBuffer memory, int at, int length, CommCache cache) {
    int offset = field.offset();
    int bytes = Math.min(field.size(), LONGEST_COMM);
    if (field.kind() != Field.Kind.PLAIN) {
      int where = memory.getInt(at + offset);
      offset = (where & 0xffff) + (field.kind() == Field.Kind.REL_LOC ? field.end() : 0);
      bytes = where >>> 16;
      if (offset > length - bytes) {
        return RawText.UNKNOWN;
      }
    }
    if (bytes > scratch.length) {
      scratch = new byte[1 << 16];
    }
    memory.get(at + offset, scratch, 0, bytes);
    int end = 0;
    while (end < bytes && scratch[end] != 0) {
      end++;
    }
    return cache.get(scratch, 0, end);
  }
}
