// What a task created: processes and threads, live and ended, page by page.

import { getJson, taskPath } from './api.js';
import { button, h, nameOf, timeOf } from './dom.js';
import { count, endedBadly, millisSince } from './format.js';
import { taskRoute } from './route.js';

const SIZE = 50;

export class Children {

  #task;
  #signal;
  #first = { items: [], next: null };
  #more = { items: [], next: null };

  /** @param {string} task the id of the task */
  constructor(task, signal) {
    this.#task = task;
    this.#signal = signal;
  }

  /** Asks for the first page, again and again; what "More" has brought stays behind it. */
  async load() {
    const page = await this.#page(null);
    this.#first = { items: page.items, next: page.next };
  }

  #page(cursor) {
    return getJson(taskPath(this.#task, '/children'), { size: SIZE, cursor }, this.#signal);
  }

  /** What is shown: another one is a reason to draw it anew. */
  get state() {
    return [this.#first, this.#more.items.length];
  }

  /**
   * @param moment the time on show, with how to address whatever lived then
   * @param {?number} threads how many its process has now, where that is known
   */
  draw(moment, threads) {
    const items = [...this.#first.items, ...this.#more.items];
    const isThread = child => child.tid !== child.tgid;
    const processes = items.filter(child => !isThread(child));
    const others = items.filter(isThread);
    const next = this.#more.items.length === 0 ? this.#first.next : this.#more.next;
    const place = h('section', { 'aria-labelledby': 'children-title' },
      h('h2', { id: 'children-title' }, 'Created'),
      items.length === 0 ? h('p.muted', {}, 'No task is known to have been created by it.') : null,
      listOf(processes, moment));
    if (others.length > 0 || threads > 1) {
      place.append(h('h2', {}, 'Threads'),
        threads > 1 ? h('p.muted', {}, `Its process has ${count(threads, 'thread')} now. `,
          others.length > 0 ? 'Created by this one:' : 'No other is known to have been created by this one.') : '',
        listOf(others, moment));
    }
    if (next !== null) {
      place.append(this.#moreButton(place, next, moment, threads));
    }
    return place;
  }

  #moreButton(place, next, moment, threads) {
    const more = button('More', async () => {
      more.disabled = true;
      try {
        const page = await this.#page(next);
        this.#more = { items: [...this.#more.items, ...page.items], next: page.next };
        const drawn = this.draw(moment, threads);
        place.replaceChildren(...drawn.childNodes);
        (place.querySelector(':scope > button') ?? place.querySelector('li:last-child a'))?.focus();
      } finally {
        more.disabled = false;
      }
    });
    return more;
  }
}

function listOf(children, moment) {
  return children.length === 0 ? '' : h('ul.children', {}, children.map(child => childOf(child, moment)));
}

function childOf(child, { at, parameters }) {
  const past = !Number.isNaN(at);
  const born = !past || millisSince(0, child.start) <= at;
  const gone = past ? Boolean(child.end) && millisSince(0, child.end) <= at : child.state === 'ended';
  const state = !born ? 'not yet' : gone ? 'ended' : 'live';
  const bad = endedBadly(child.exit);
  return h('li', {},
    h(`span.badge.is-${gone ? bad ? 'bad' : 'ended' : born ? 'live' : 'later'}`, {},
      h('i.shape', { 'aria-hidden': 'true' }), state),
    h('a', { href: born && !gone && past ? taskRoute(child.task, parameters.at, parameters.boot) : taskRoute(child.task) },
      nameOf(child.comm), ` ${child.tid}`),
    h('span.muted', {}, timeOf(child.start)));
}
