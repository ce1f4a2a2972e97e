package io.taskhistory.collector.tracking;

import io.taskhistory.store.LiveTasks;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one thread keeps per tid, without boxing: pages of 1024 that come into being when needed, and stay. */
public final class TidTable<T> {

  private static final int PAGE_BITS = 10;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  private final @Nullable Object[] @Nullable [] pages = new Object[LiveTasks.TID_LIMIT >> PAGE_BITS][];
  private int size;

  /** What stands at {@code tid}; null where nothing does, or there can be no such tid. */
  @SuppressWarnings("unchecked")
  public @Nullable T get(int tid) {
    if (tid < 0 || tid >= LiveTasks.TID_LIMIT) {
      return null;
    }
    @Nullable Object[] page = pages[tid >> PAGE_BITS];
    return page == null ? null : (T) page[tid & PAGE_SIZE - 1];
  }

  /** Puts {@code value} in the place of whatever stood at {@code tid}, which is below {@link LiveTasks#TID_LIMIT}. */
  public void put(int tid, T value) {
    @Nullable Object[] page = pages[tid >> PAGE_BITS];
    if (page == null) {
      page = new Object[PAGE_SIZE];
      pages[tid >> PAGE_BITS] = page;
    }
    if (page[tid & PAGE_SIZE - 1] == null) {
      size++;
    }
    page[tid & PAGE_SIZE - 1] = value;
  }

  /** Removes {@code value} if it is what stands at {@code tid}. */
  public void remove(int tid, T value) {
    @Nullable Object[] page = pages[tid >> PAGE_BITS];
    if (page != null && page[tid & PAGE_SIZE - 1] == value) {
      page[tid & PAGE_SIZE - 1] = null;
      size--;
    }
  }

  /** At how many tids something stands. */
  public int size() {
    return size;
  }

  /** Passes all on, by tid. {@code action} may remove what it is given. */
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super T> action) {
    for (@Nullable Object[] page : pages) {
      if (page == null) {
        continue;
      }
      for (int i = 0; i < PAGE_SIZE; i++) {
        Object value = page[i];
        if (value != null) {
          action.accept((T) value);
        }
      }
    }
  }
}
