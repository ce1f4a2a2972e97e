// What events do to a tree that was read before them. No elements in here.

/**
 * The tasks of `forest` after `events`, in preorder.
 *
 * Only what the events say for certain is done: who stands where after a process with children has ended, for one, is
 * not in them. Then `whole` is false, and the tree has to be read again.
 *
 * @param {Forest} forest as it was read, or came out of this
 * @param {Array} events in their order, `{ kind, task, … }`
 * @param {string} watermark up to when the reading had all: the counts of threads have these events already
 * @returns {{items: Array, whole: boolean}}
 */
export function after(forest, events, watermark) {
  const change = new Change(forest, watermark);
  for (const event of events) {
    change[event.kind]?.(event);
  }
  return { items: change.items(), whole: change.whole };
}

class Change {

  whole = true;
  #forest;
  #watermark;
  #changed = new Map(); // by task: the items that differ, or are new
  #created = new Map(); // by task: what it has created meanwhile
  #gone = new Set();

  constructor(forest, watermark) {
    this.#forest = forest;
    this.#watermark = watermark;
  }

  #find(task) {
    return this.#gone.has(task) ? undefined
      : this.#changed.get(task) ?? this.#forest.items[this.#forest.index.get(task)];
  }

  #change(item, fields) {
    const changed = { ...item, ...fields };
    this.#changed.set(item.task, changed);
    return changed;
  }

  /** The thread's process. Of live tasks no two have the same number. */
  #process(tgid) {
    const task = this.#forest.taskOf(tgid) ?? [...this.#changed.values()].find(item => item.tid === tgid)?.task;
    return task === undefined ? undefined : this.#find(task);
  }

  fork(event) {
    if (event.tid !== event.tgid) {
      this.#threads(event, 1);
      return;
    }
    if (this.#find(event.task) !== undefined || this.#gone.has(event.task)) {
      return;
    }
    const creator = this.#find(event.creator);
    if (creator === undefined) {
      this.whole = false; // a thread, or nobody knows whom
      return;
    }
    this.#change(creator, { children: creator.children + 1 });
    this.#changed.set(event.task, {
      task: event.task, tid: event.tid, tgid: event.tgid, comm: event.comm, name: creator.name, state: 'live',
      start: event.time, depth: creator.depth + 1, parent: creator.task, children: 0,
      kernel_thread: creator.kernel_thread && creator.tid === 2, threads: 1,
    });
    if (!this.#created.has(creator.task)) {
      this.#created.set(creator.task, []);
    }
    this.#created.get(creator.task).push(event.task);
  }

  exec(event) {
    const item = this.#find(event.task);
    if (item === undefined) {
      this.whole = this.whole && this.#gone.has(event.task);
      return;
    }
    this.#change(item, { comm: event.name, name: event.name, kernel_thread: false });
  }

  exit(event) {
    if (event.tid !== event.tgid) {
      this.#threads(event, -1);
      return;
    }
    const item = this.#find(event.task);
    if (item === undefined) {
      return;
    }
    if (item.children > 0 || item.threads > 1) {
      this.whole = false; // who cares for the children now is not in the event
      return;
    }
    this.#gone.add(item.task);
    const parent = this.#find(item.parent);
    if (parent !== undefined) {
      this.#change(parent, { children: Math.max(0, parent.children - 1) });
    }
  }

  gap() {
    this.whole = false;
  }

  #threads(event, by) {
    const process = event.time > this.#watermark ? this.#process(event.tgid) : undefined;
    if (process !== undefined) {
      this.#change(process, { threads: Math.max(1, process.threads + by) });
    }
  }

  /** New tasks stand behind their creator's other children: those are in the order of their starts. */
  items() {
    const { items, end } = this.#forest;
    const out = [];
    const open = [];
    const close = at => {
      while (open.length > 0 && end[open.at(-1)] <= at) {
        this.#append(out, this.#created.get(items[open.pop()].task));
      }
    };
    for (let i = 0; i < items.length; i++) {
      close(i);
      open.push(i);
      if (!this.#gone.has(items[i].task)) {
        out.push(this.#changed.get(items[i].task) ?? items[i]);
      }
    }
    close(items.length);
    return out;
  }

  #append(out, tasks = []) {
    const todo = [...tasks].reverse();
    while (todo.length > 0) {
      const task = todo.pop();
      if (!this.#gone.has(task)) {
        out.push(this.#changed.get(task));
      }
      todo.push(...[...this.#created.get(task) ?? []].reverse());
    }
  }
}
