// The live tasks as the service last told them, and which of them are on show. No elements in here: only indices.

import { isUnknown, readable } from './format.js';

/**
 * Tasks in preorder (each before its children), as /tree answers.
 *
 * <pre>
 *   items   systemd  sshd  bash  nginx  kthreadd  kworker     preorder
 *   end        4      3     3      4       6         6        first index behind the task's subtree
 * </pre>
 */
export class Forest {

  #byTid = null;

  constructor() {
    this.replace([]);
  }

  /** Takes in a new answer. A task that moved between two pages of it counts where it came first. */
  replace(items) {
    const seen = new Set();
    this.items = items.filter(item => !seen.has(item.task) && seen.add(item.task));
    const n = this.items.length;
    this.index = new Map(this.items.map((item, i) => [item.task, i]));
    this.#byTid = null;
    this.end = new Int32Array(n);
    this.depth = new Int32Array(n);
    const keys = new Map(); // thousands of tasks share few names
    const keyOf = name => keys.get(name) ?? keys.set(name, key(name)).get(name);
    this.keys = this.items.map(({ comm, name }) => comm === name ? keyOf(comm) : keyOf(comm) + keyOf(name));
    // Whether a subtree is nothing but kernel threads: what one of them execs (modprobe, say) is a program, and shows.
    this.kernelOnly = new Uint8Array(n);
    this.kernelThreads = 0;
    const path = [];
    for (let i = 0; i < n; i++) {
      while (path.length > 0 && this.items[path.at(-1)].depth >= this.items[i].depth) {
        this.end[path.pop()] = i;
      }
      this.depth[i] = path.length;
      path.push(i);
      this.kernelThreads += this.items[i].kernel_thread ? 1 : 0;
    }
    for (const i of path) {
      this.end[i] = n;
    }
    for (let i = n - 1; i >= 0; i--) {
      this.kernelOnly[i] = this.items[i].kernel_thread && this.#childrenAre(i) ? 1 : 0;
    }
  }

  /** The id of the process with a number; undefined where there is none. */
  taskOf(tid) {
    this.#byTid ??= new Map(this.items.map(item => [item.tid, item.task]));
    return this.#byTid.get(tid);
  }

  #childrenAre(i) {
    for (let child = i + 1; child < this.end[i]; child = this.end[child]) {
      if (!this.kernelOnly[child]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The rows to show, top to bottom.
   * @param {Set<string>} closed the tasks whose children are folded away; a filter looks into them
   * @param {string} filter part of a name, or the beginning of a tid; empty for all
   * @param {boolean} kernelThreads whether they show
   */
  rows(closed, filter, kernelThreads) {
    const wanted = filter.trim().toLowerCase();
    const keep = wanted === '' ? null : this.#matching(wanted, kernelThreads);
    const rows = [];
    const levels = []; // of each open level: where its rows stand, to number them once their count is known
    for (let i = 0; i < this.items.length;) {
      if ((!kernelThreads && this.kernelOnly[i]) || (keep !== null && keep[i] === 0)) {
        i = this.end[i];
        continue;
      }
      const depth = this.depth[i];
      const row = { i, depth, match: keep !== null && keep[i] === 2, position: 0, siblings: 0, open: null };
      this.#number(rows, levels, depth + 1);
      (levels[depth] ??= []).push(rows.length);
      rows.push(row);
      if (this.#hasChild(i, keep, kernelThreads)) {
        row.open = keep !== null || !closed.has(this.items[i].task);
      }
      i = row.open === false ? this.end[i] : i + 1;
    }
    this.#number(rows, levels, 0);
    return rows;
  }

  /** Closes the levels from `depth` on: all siblings there are known. */
  #number(rows, levels, depth) {
    while (levels.length > depth) {
      const level = levels.pop() ?? [];
      level.forEach((at, nth) => {
        rows[at].position = nth + 1;
        rows[at].siblings = level.length;
      });
    }
  }

  #hasChild(i, keep, kernelThreads) {
    for (let child = i + 1; child < this.end[i]; child = this.end[child]) {
      if ((kernelThreads || !this.kernelOnly[child]) && (keep === null || keep[child] !== 0)) {
        return true;
      }
    }
    return false;
  }

  /** 2 for a match, 1 for what leads to one, 0 for the rest. */
  #matching(wanted, kernelThreads) {
    const keep = new Uint8Array(this.items.length);
    const path = [];
    const tid = /^\d+$/.test(wanted);
    for (let i = 0; i < this.items.length; i++) {
      while (path.length > 0 && this.end[path.at(-1)] <= i) {
        path.pop();
      }
      const fits = this.keys[i].includes(wanted) || (tid && String(this.items[i].tid).startsWith(wanted));
      if (fits && (kernelThreads || !this.kernelOnly[i])) {
        keep[i] = 2;
        for (let above = path.length - 1; above >= 0 && keep[path[above]] === 0; above--) {
          keep[path[above]] = 1;
        }
      }
      path.push(i);
    }
    return keep;
  }

  /** The indices of the tasks that `i` descends from, nearest first. */
  ancestors(i) {
    const found = [];
    for (let above = i - 1, depth = this.depth[i]; depth > 0 && above >= 0; above--) {
      if (this.depth[above] < depth) {
        found.push(above);
        depth = this.depth[above];
      }
    }
    return found;
  }
}

/** What a filter looks into: the name as people read it, and as the service writes it. */
function key(name) {
  return isUnknown(name) ? '?\n' : `${readable(name)}\n${name}\n`.toLowerCase();
}
