package io.taskhistory.store;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that live now, by tid. One thread writes, any thread reads; nobody waits and nothing is boxed.
 *
 * <pre>
 *   pages ─► [ 0 | 1 | 2 | … | 4095 ]      tid >> 10
 *              │       │
 *              ▼       ▼
 *            1024    1024 tasks            tid &amp; 1023; pages come into being when needed, and stay
 * </pre>
 *
 * <p>A tid that was reused before its last holder's end was committed has both: the new holder, and behind it those that
 * {@link Holder#previous} leads to.
 */
public final class LiveTasks {

  /** PID_MAX_LIMIT of include/linux/threads.h: no kernel gives out a tid at or beyond it. */
  public static final int TID_LIMIT = 4 * 1024 * 1024;

  private static final int PAGE_BITS = 10;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  /** A task at its tid, and who held that before and is not yet in the store as ended. */
  private record Holder(Task task, @Nullable Holder previous) {}

  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Holder>> pages =
      new AtomicReferenceArray<>(TID_LIMIT >> PAGE_BITS);
  private volatile int size;

  /** Who holds {@code tid}: live, or ended and not yet committed as such. */
  public @Nullable Task get(int tid) {
    Holder holder = holder(tid);
    return holder == null ? null : holder.task;
  }

  /** Who held {@code tid} at {@code time} among those in here. */
  public @Nullable Task get(int tid, long time) {
    for (Holder holder = holder(tid); holder != null; holder = holder.previous) {
      if (holder.task.livedAt(time)) {
        return holder.task;
      }
    }
    return null;
  }

  /** All among those in here who held {@code tid} at some time from {@code from} to {@code to}, the last one first. */
  public List<Task> get(int tid, long from, long to) {
    List<Task> held = new ArrayList<>(2);
    for (Holder holder = holder(tid); holder != null; holder = holder.previous) {
      if (holder.task.livedWithin(from, to)) {
        held.add(holder.task);
      }
    }
    return held;
  }

  /** Whose exec it was, among those in here; null where it is nobody's that is. */
  public @Nullable Task execed(Entry entry) {
    Task lived = get(entry.pid(), entry.time());
    if (lived != null) {
      return lived;
    }
    Task top = get(entry.pid()); // who came and went within one tick of a clock lived no time
    return top != null && top.start() == entry.time() ? top : null;
  }

  /** All processes' leaders among those in here who lived at some time from {@code from} to {@code to}, by tid. */
  public List<Task> processes(long from, long to) {
    List<Task> lived = new ArrayList<>();
    forEachHolder(task -> {
      if (task.isLeader() && task.livedWithin(from, to)) {
        lived.add(task);
      }
    });
    return lived;
  }

  /** How many are in here. */
  public int size() {
    return size;
  }

  /** Passes all on, by tid. Tasks that come or go meanwhile may or may not be among them. */
  public void forEach(Consumer<? super Task> action) {
    forEachTop(holder -> action.accept(holder.task));
  }

  /** The same with those who held a tid before and are in here still. */
  public void forEachHolder(Consumer<? super Task> action) {
    forEachTop(top -> {
      for (Holder holder = top; holder != null; holder = holder.previous) {
        action.accept(holder.task);
      }
    });
  }

  private void forEachTop(Consumer<Holder> action) {
    for (int i = 0; i < pages.length(); i++) {
      AtomicReferenceArray<@Nullable Holder> page = pages.get(i);
      if (page == null) {
        continue;
      }
      for (int j = 0; j < PAGE_SIZE; j++) {
        Holder holder = page.get(j);
        if (holder != null) {
          action.accept(holder);
        }
      }
    }
  }

  /** For the writer: {@code task} holds its tid from now on. No change if it already does. */
  public void put(Task task) {
    AtomicReferenceArray<@Nullable Holder> page = pages.get(task.tid() >> PAGE_BITS);
    if (page == null) {
      page = new AtomicReferenceArray<>(PAGE_SIZE);
      pages.set(task.tid() >> PAGE_BITS, page);
    }
    Holder now = page.get(task.tid() & PAGE_SIZE - 1);
    for (Holder holder = now; holder != null; holder = holder.previous) {
      if (holder.task == task) {
        return;
      }
    }
    page.set(task.tid() & PAGE_SIZE - 1, new Holder(task, now));
    size = size + 1;
  }

  /** For the writer: {@code task} has ended, and readers can find it elsewhere by now. */
  public void remove(Task task) {
    AtomicReferenceArray<@Nullable Holder> page = pages.get(task.tid() >> PAGE_BITS);
    if (page == null) {
      return;
    }
    Holder now = page.get(task.tid() & PAGE_SIZE - 1);
    Holder without = without(now, task);
    if (without != now) {
      page.set(task.tid() & PAGE_SIZE - 1, without);
      size = size - 1;
    }
  }

  private static @Nullable Holder without(@Nullable Holder holder, Task task) {
    if (holder == null) {
      return null;
    }
    if (holder.task == task) {
      return holder.previous;
    }
    Holder rest = without(holder.previous, task);
    return rest == holder.previous ? holder : new Holder(holder.task, rest);
  }

  private @Nullable Holder holder(int tid) {
    if (tid < 0 || tid >= TID_LIMIT) {
      return null;
    }
    AtomicReferenceArray<@Nullable Holder> page = pages.get(tid >> PAGE_BITS);
    return page == null ? null : page.get(tid & PAGE_SIZE - 1);
  }
}
