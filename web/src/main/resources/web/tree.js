// The live tree. Rows are elements only where they can be seen, so that twenty thousand tasks scroll like twenty.

import { pages, Refused, Unreachable } from './api.js';
import { button, byId, fill, h, nameOf, notice } from './dom.js';
import { Forest } from './forest.js';
import { age, count, duration, number } from './format.js';
import { Pulse } from './pulse.js';
import { Rows } from './rows.js';

const PAGE_SIZE = 10_000; // the most that the service gives at once
const AGES_MS = 5000;
const DEEPEST_INDENT = 24;

export class TreeView {

  #forest = new Forest();
  #rows = [];
  #rowOf = new Map();
  #closed = new Set();
  #cursor = null;
  #selected = null;
  #sought = false;
  #loaded = false;
  #at = '';
  #boot = '';
  #going = new AbortController();
  #pulse = new Pulse(this.#forest, {
    read: () => this.#read({}, this.#going.signal),
    changed: () => this.#changed(),
    failed: e => this.#failed(e),
  });
  #onScreen = false;
  #top = 0;

  /** @param {function(string)} open called with the id of the task that somebody wants to see */
  constructor(open) {
    this.open = open;
    this.scroller = byId('tree');
    this.list = new Rows(this.scroller, byId('tree-rows'), newRow, (element, at) => this.#show(element, at));
    this.filter = byId('tree-filter');
    this.kernel = byId('tree-kernel');
    this.paused = byId('tree-paused');
    this.empty = byId('tree-empty');
    this.summary = byId('tree-summary');
    this.scroller.addEventListener('keydown', e => this.#key(e));
    this.scroller.addEventListener('focus', () => this.#focused());
    this.scroller.addEventListener('click', e => this.#click(e));
    this.filter.addEventListener('input', () => this.#arrange(false));
    this.filter.addEventListener('keydown', e => this.#filterKey(e));
    this.kernel.addEventListener('change', () => this.#arrange(true));
    this.paused.addEventListener('change', () => this.refresh());
    byId('tree-fold').addEventListener('click', () => this.#foldAll());
    byId('tree-unfold').addEventListener('click', () => { this.#closed.clear(); this.#arrange(true); });
    document.addEventListener('visibilitychange', () => this.refresh());
    setInterval(() => this.#at === '' && this.#onScreen && this.list.drawSoon(), AGES_MS);
  }

  /** Shows the tree as it was at a time, or live where that is empty. */
  travel(at, boot) {
    if (at === this.#at && boot === this.#boot) {
      return;
    }
    this.#at = at;
    this.#boot = boot;
    this.#loaded = false;
    this.summary.textContent = 'Reading …';
    this.empty.hidden = true;
    this.paused.checked = false; // what is on show is not what was stopped
    this.paused.closest('label').hidden = at !== '';
    byId('tree-pane').setAttribute('aria-label', at === '' ? 'Live tree' : 'Tree as it was');
    this.scroller.setAttribute('aria-label', at === '' ? 'Live processes' : 'Processes of then');
    this.refresh();
  }

  /** Asks for the tree now, and keeps it up to date while somebody looks. */
  refresh() {
    this.#pulse.stop();
    this.#going.abort();
    this.#going = new AbortController();
    if (!this.#onScreen || document.hidden) {
      return;
    }
    if (this.#at === '' && this.paused.checked) {
      this.scroller.classList.remove('loading');
      return;
    }
    // What stands there is of another time, or of before the tab was hidden, until there is an answer.
    this.#loaded = false;
    this.scroller.classList.add('loading');
    if (this.#at !== '') {
      this.#readPast(this.#going.signal);
    } else {
      this.#pulse.start();
    }
  }

  async #readPast(signal) {
    try {
      const { items } = await this.#read({ at: this.#at, boot: this.#boot }, signal);
      this.#forest.replace(items);
      this.#changed();
    } catch (e) {
      if (!signal.aborted && !(e instanceof Refused)) {
        this.#failed(e);
      }
    }
  }

  async #read(parameters, signal) {
    const items = [];
    let watermark = '';
    for await (const page of pages('tree', { ...parameters, size: PAGE_SIZE }, signal)) {
      watermark ||= page.watermark;
      items.push(...page.items);
    }
    return { items, watermark };
  }

  #changed() {
    this.#loaded = true;
    this.scroller.classList.remove('loading');
    this.#arrange(true);
  }

  /** Tells whether the tree can be seen. A browser may forget how far something is scrolled that it does not show. */
  appear(onScreen) {
    if (onScreen === this.#onScreen) {
      return;
    }
    this.#onScreen = onScreen;
    if (onScreen) {
      this.list.reset(this.#rows.length, this.#top);
    } else {
      this.#top = this.list.top;
    }
    this.refresh();
  }

  #failed(e) {
    this.scroller.classList.remove('loading');
    if (!this.#loaded) {
      this.#forest.replace([]);
      this.#arrange(false);
      this.summary.textContent = '';
      fill(this.empty, e instanceof Unreachable
        ? notice('The service does not answer', 'The tree appears as soon as it does.')
        : notice(e.title ?? 'The tree could not be read', e.message, button('Try again', () => this.refresh())));
      this.empty.hidden = false;
    }
  }

  /** Marks the task that is open beside the tree, and shows where it stands unless it was chosen right there. */
  select(task) {
    if (task === this.#selected) {
      return;
    }
    this.#selected = task;
    this.#sought = task !== null && task !== this.#cursor;
    this.#reveal();
  }

  #reveal() {
    const at = this.#rowOf.get(this.#selected);
    if (this.#sought && at !== undefined && this.#onScreen) {
      this.#sought = false;
      this.#cursor = this.#selected;
      this.list.reveal(at);
    } else {
      this.list.drawSoon();
    }
  }

  /** A live task as the tree has it, if it does. */
  find(task) {
    return !this.#loaded ? undefined : this.#forest.items[this.#forest.index.get(task)];
  }

  /** Works out the rows anew; `steady` keeps the task at the upper edge where it is. */
  #arrange(steady) {
    const top = steady ? this.list.top : 0;
    const anchors = this.#rows.slice(Math.floor(top)).map(row => row.task);
    this.#rows = this.#forest.rows(this.#closed, this.filter.value, this.kernel.checked);
    this.#rowOf = new Map();
    this.#rows.forEach((row, at) => {
      row.task = this.#forest.items[row.i].task;
      this.#rowOf.set(row.task, at);
    });
    const kept = top === 0 ? -1 : anchors.findIndex(task => this.#rowOf.has(task));
    this.list.reset(this.#rows.length, kept < 0 ? top : this.#rowOf.get(anchors[kept]) - kept + top % 1);
    this.#tellSize();
    this.#reveal();
  }

  #tellSize() {
    if (!this.#loaded) {
      return;
    }
    const hidden = this.kernel.checked ? 0 : this.#forest.kernelOnly.reduce((sum, only) => sum + only, 0);
    const all = this.#forest.items.length;
    const matches = this.filter.value.trim() === '' ? null : this.#rows.filter(row => row.match).length;
    this.summary.textContent = (this.#at === '' ? '' : 'As it was: ') + (matches === null
      ? count(all - hidden, 'process', 'processes') + (hidden > 0 ? `, ${count(hidden, 'kernel thread')} hidden` : '')
      : `${count(matches, 'match', 'matches')} among ${number(all - hidden)}`);
    this.empty.hidden = this.#rows.length > 0;
    if (this.#rows.length === 0) {
      fill(this.empty, matches === null
        ? this.#at === ''
          ? notice('No live tasks yet', 'The service has not finished its first look at /proc.')
          : notice('No task is known of then', 'Nothing was recorded at that time, or it was dropped since.')
        : notice('No such process here', 'Ended ones are found under Search.',
          button('Clear the filter', () => this.#clearFilter())));
    }
  }

  #show(element, at) {
    const row = this.#rows[at];
    const item = this.#forest.items[row.i];
    element.task = item.task;
    element.setAttribute('aria-level', row.depth + 1);
    element.setAttribute('aria-posinset', row.position);
    element.setAttribute('aria-setsize', row.siblings);
    if (row.open === null) {
      element.removeAttribute('aria-expanded');
    } else {
      element.setAttribute('aria-expanded', row.open);
    }
    element.setAttribute('aria-selected', item.task === this.#selected);
    const cursor = item.task === this.#cursor;
    element.classList.toggle('cursor', cursor);
    if (cursor) {
      this.scroller.setAttribute('aria-activedescendant', element.id);
    } else if (this.scroller.getAttribute('aria-activedescendant') === element.id) {
      this.scroller.removeAttribute('aria-activedescendant');
    }
    element.classList.toggle('on-the-way', !row.match && this.filter.value.trim() !== '');
    element.classList.toggle('kernel-thread', item.kernel_thread);
    const [label, tid, since] = element.children;
    label.style.paddingInlineStart = `calc(${Math.min(row.depth, DEEPEST_INDENT)} * var(--indent))`;
    const text = `${item.comm}|${item.name}|${item.threads}`;
    if (element.text !== text) {
      element.text = text;
      const other = !item.kernel_thread && item.name !== item.comm;
      fill(label.lastElementChild, nameOf(item.comm),
        other && h('span.program', { title: 'The program’s name at its exec' }, 'in ', nameOf(item.name)),
        item.threads > 1 && h('span.threads', { title: count(item.threads, 'thread') }, `×${item.threads}`));
    }
    tid.textContent = item.tid;
    since.textContent = this.#at === '' ? age(item.start)
      : item.end ? duration(Date.parse(item.end) - Date.parse(item.start)) : 'lives on';
    since.title = `since ${item.start}${item.end ? `, until ${item.end}` : ''}`;
  }

  #click(event) {
    const element = event.target.closest('.row');
    if (element === null) {
      return;
    }
    this.#cursor = element.task;
    if (event.target.closest('.twist') && element.hasAttribute('aria-expanded')) {
      this.#fold(element.task);
    } else {
      this.list.draw();
      this.open(element.task);
    }
  }

  #fold(task) {
    if (!this.#closed.delete(task)) {
      this.#closed.add(task);
    }
    this.#arrange(true);
  }

  #foldAll() {
    this.#forest.items.forEach((item, i) => {
      if (this.#forest.depth[i] > 0 && item.children > 0) {
        this.#closed.add(item.task);
      }
    });
    this.#arrange(true);
  }

  #clearFilter() {
    this.filter.value = '';
    this.#arrange(false);
    this.filter.focus();
  }

  #filterKey(event) {
    if (event.key === 'Escape' && this.filter.value !== '') {
      this.#clearFilter();
      event.preventDefault();
    } else if ((event.key === 'ArrowDown' || event.key === 'Enter') && this.#rows.length > 0) {
      this.#moveTo(Math.max(0, this.#rows.findIndex(row => row.match)));
      this.scroller.focus();
      event.preventDefault();
    }
  }

  #focused() {
    if (!this.#rowOf.has(this.#cursor) && this.#rows.length > 0) {
      const at = this.#rowOf.get(this.#selected) ?? Math.ceil(this.list.top);
      this.#cursor = this.#rows[Math.min(at, this.#rows.length - 1)].task;
      this.list.draw();
    }
  }

  /** The keys of the ARIA tree pattern. */
  #key(event) {
    const at = this.#rowOf.get(this.#cursor);
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const row = this.#rows[at];
    const filtered = this.filter.value.trim() !== '';
    const parent = this.#forest.ancestors(row.i)[0];
    const act = {
      ArrowDown: () => this.#moveTo(at + 1),
      ArrowUp: () => this.#moveTo(at - 1),
      PageDown: () => this.#moveTo(at + this.list.screen),
      PageUp: () => this.#moveTo(at - this.list.screen),
      Home: () => this.#moveTo(0),
      End: () => this.#moveTo(this.#rows.length - 1),
      ArrowRight: () => row.open ? this.#moveTo(at + 1) : row.open === false && this.#fold(row.task),
      ArrowLeft: () => row.open && !filtered
        ? this.#fold(row.task)
        : parent !== undefined && this.#moveTo(this.#rowOf.get(this.#forest.items[parent].task)),
      Enter: () => this.open(row.task),
      ' ': () => this.open(row.task),
    }[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  }

  #moveTo(at) {
    const to = Math.min(Math.max(at, 0), this.#rows.length - 1);
    this.#cursor = this.#rows[to].task;
    this.list.reveal(to);
  }
}

function newRow(nth) {
  return h('div.row', { role: 'treeitem', id: `tree-row-${nth}` },
    h('span.label', {}, h('span.twist', { 'aria-hidden': 'true' }), h('span.what')),
    h('span.tid'), h('span.since'));
}
