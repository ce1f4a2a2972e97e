// One task: who it is, how it came to be, how far that can be relied on, and what it created.

import { getJson, getText, Problem, Refused, taskPath } from './api.js';
import { chainOf, completenessBadge, completenessOf } from './chain.js';
import { Children } from './children.js';
import { button, byId, copyButton, fill, h, lineageOf, nameOf, notice, timeOf } from './dom.js';
import { age, duration, ending, instantAt, millisSince, moved, readable } from './format.js';
import { routeTo, taskRoute } from './route.js';

const REFRESH_MS = 3000;
const AROUND_MS = 5 * 60_000;
const STYLES = [
  ['kernel', 'The record that the kernel patch would write', { limit: 0 }],
  ['names', 'Names only', {}],
  ['domain', 'As a TOMOYO domain', {}],
];

export class TaskView {

  #task = '';
  #at = '';
  #boot = '';
  #style = 'kernel';
  #sections = new Map();
  #children = null;
  #last = null;
  #openEntries = new Set();
  #going = new AbortController();
  #timer = 0;

  /**
   * @param {function(string)} navigate goes to a route
   * @param {function(string)} seen called with the id of the task on show, null for none
   * @param {function(string): object} live a live task as the tree has it, where it does
   */
  constructor(navigate, seen, live) {
    this.navigate = navigate;
    this.seen = seen;
    this.live = live;
    this.place = byId('task');
    document.addEventListener('visibilitychange', () => this.#again());
  }

  /** Shows the task that an id or a tid names: at a time, of a boot where that says which, or now. */
  show(task, at, boot) {
    if (task === this.#task && at === this.#at && boot === this.#boot) {
      return;
    }
    this.close();
    this.#task = task;
    this.#at = at;
    this.#boot = boot;
    this.place.classList.add('loading');
    this.#load();
  }

  get #then() {
    return this.#at === '' ? {} : { at: this.#at, boot: this.#boot };
  }

  close() {
    this.#going.abort();
    this.#going = new AbortController();
    clearTimeout(this.#timer);
    this.#task = this.#at = this.#boot = '';
    this.#openEntries = new Set();
    this.#sections = new Map();
    this.#children = null;
    this.#last = null;
  }

  /** Asks again, after the service could not be reached or another token was given. */
  retry() {
    if (this.#task !== '') {
      this.#load();
    }
  }

  #again() {
    if (!document.hidden && this.#task !== '' && this.#at === '') {
      this.#load();
    }
  }

  async #load() {
    clearTimeout(this.#timer);
    const { signal } = this.#going;
    try {
      const task = await getJson(taskPath(this.#task), this.#then, signal);
      this.#children ??= new Children(task.task, signal);
      await this.#children.load();
      this.place.classList.remove('loading');
      this.#last = task;
      this.seen(task.task);
      this.#draw(task, signal);
      if (task.state === 'live' && this.#at === '') {
        this.#timer = setTimeout(() => this.#again(), REFRESH_MS);
      }
    } catch (e) {
      if (!signal.aborted && !(e instanceof Refused)) {
        this.#failed(e);
      }
    }
  }

  #failed(e) {
    this.place.classList.remove('loading');
    if (this.#sections.size > 0 && !(e instanceof Problem)) {
      this.#timer = setTimeout(() => this.#again(), REFRESH_MS);
      return; // what is known stays on the page; the banner says that the service is away
    }
    this.#sections.clear();
    this.seen(null);
    fill(this.place,
      notice(e.title ?? 'The service does not answer', e.message,
        this.#at !== '' && button('See it now', () => this.navigate(taskRoute(this.#task))),
        button('Try again', () => this.#load())));
    document.title = 'Task history';
  }

  #draw(task, signal) {
    document.title = `${readable(task.comm)} ${task.tid}${this.#at === '' ? '' : ' (past)'} · Task history`;
    const { entries, watermark, ...rest } = task;
    const sections = [
      ['head', [task.comm, task.tid, task.state, task.complete, age(task.start)], () => this.#head(task)],
      ['chain', [entries, task.tgid], () => chainOf(task, this.#openEntries)],
      ['completeness', [task.complete, task.reasons, task.gaps], () => completenessOf(task)],
      ['identity', rest, () => this.#identity(task, signal)],
      ['children', [this.#children.state, this.#threads(task)],
        () => this.#children.draw(this.#moment(task), this.#threads(task))],
      ['strings', entries, () => this.#strings(task, signal)],
    ].map(([key, content, make]) => this.#section(key, JSON.stringify(content), make));
    if (sections.some(section => section.parentNode !== this.place) || this.place.children.length !== sections.length) {
      fill(this.place, sections);
    }
  }

  /** Makes a section anew only if what it shows has changed: focus, folds and typed text stay otherwise. */
  #section(key, content, make) {
    const present = this.#sections.get(key);
    if (present?.content === content) {
      return present.element;
    }
    const element = make();
    present?.element.replaceWith(element);
    this.#sections.set(key, { content, element });
    return element;
  }

  #head(task) {
    const what = task.kernel_thread ? 'Kernel thread' : task.tid === task.tgid ? 'Process' : 'Thread';
    return h('header.task-head', {},
      h('h1', {}, nameOf(task.comm), h('span.pid', {}, `${what} ${task.tid}`)),
      h('p.badges', {},
        this.#at !== '' && h('span.badge.is-past', {}, h('i.shape', { 'aria-hidden': 'true' }), 'as it was then'),
        h(`span.badge.is-${task.state}`, {}, h('i.shape', { 'aria-hidden': 'true' }),
          task.state === 'live' ? `live for ${age(task.start)}` : `ended, ${ending(task.exit ?? { unknown: true })}`),
        completenessBadge(task),
        h('a.badge', { href: this.#railwayRoute(task), title: 'It and its descendants over time ( r )' }, 'Railway')));
  }

  /** Opens the railway of the task on show: around the time that it is shown at, or where it stands now. */
  openRailway() {
    this.navigate(this.#railwayRoute(this.#last));
  }

  #railwayRoute(task) {
    const at = task === null ? NaN : this.#moment(task).at;
    const around = Number.isNaN(at) ? {} : { from: instantAt(0, at - AROUND_MS), to: instantAt(0, at + AROUND_MS) };
    return routeTo('railway', task?.task ?? this.#task, around);
  }

  /** The time on show in milliseconds since 1970, NaN for now; and how whatever lived then is addressed. */
  #moment(task) {
    return { at: wallOf(this.#at, task), parameters: { at: this.#at, boot: this.#boot } };
  }

  #threads(task) {
    return this.#at === '' ? this.live(task.task)?.threads ?? null : null;
  }

  #identity(task, signal) {
    const rows = [
      ['Task id', [h('code', {}, task.task), ' ', copyButton('Copy', () => task.task)]],
      ['Thread', [String(task.tid), task.tid === task.tgid ? ' (leader of its process)'
        : [' of process ', h('a', { href: taskRoute(task.tgid, this.#at, this.#boot) }, task.tgid)]]],
      ['Started', timeOf(task.start)],
      ['Ended', task.state === 'live' ? null
        : [timeOf(task.end), task.end ? ` after ${duration(Date.parse(task.end) - Date.parse(task.start))}` : null]],
      ['Exit', task.state === 'live' ? null : ending(task.exit ?? { unknown: true })],
      ['Ended by', task.exit?.by?.kind === 'task' ? senderOf(task) : null, 'The task that sent the signal'],
      ['Creator', this.#relative(task.creator, this.#moment(task).at, signal), 'The task that called clone'],
      ['Reaper', task.reaper && task.reaper === task.creator ? 'its creator'
        : this.#relative(task.reaper, this.#moment(task).at, signal),
        'The task that ppid names: another than the creator once that is gone'],
      ['Boot', h('code', {}, task.boot)],
    ].filter(([, value]) => value !== null);
    return h('section', { 'aria-labelledby': 'identity-title' },
      h('h2', { id: 'identity-title' }, 'Identity'),
      h('dl.facts', {}, rows.map(([term, value, title]) => [h('dt', { title }, term), h('dd', {}, value)])));
  }

  /** A link to another task: its id at once, its name once that is known; to the same time, where it lived then. */
  #relative(id, at, signal) {
    if (!id) {
      return h('span.muted', {}, 'not known');
    }
    const link = h('a', { href: taskRoute(id) }, id);
    const name = (comm, tid) => fill(link, nameOf(comm), ` ${tid}`);
    const live = this.#at === '' ? this.live(id) : undefined;
    if (live !== undefined) {
      name(live.comm, live.tid);
    } else {
      getJson(taskPath(id), {}, signal)
        .then(other => {
          name(other.comm, other.tid);
          if (livedAt(other, at)) {
            link.href = taskRoute(id, this.#at, this.#boot);
          }
        }, () => { });
    }
    return link;
  }

  #strings(task, signal) {
    const text = h('pre.history', { tabindex: '0', 'aria-label': 'The history as text' });
    const says = h('span.muted.small');
    const tabs = STYLES.map(([style]) => button(style, () => select(style)));
    const select = async style => {
      this.#style = style;
      const [, words, parameters] = STYLES.find(([known]) => known === style);
      tabs.forEach((tab, i) => tab.setAttribute('aria-pressed', STYLES[i][0] === style));
      says.textContent = words;
      // By the id and the same moment: a pid may have a new holder meanwhile.
      const answer = await getText(taskPath(task.task, '/history'), { style, ...this.#then, ...parameters }, signal)
        .catch(e => signal.aborted ? '' : e.message);
      if (this.#style === style) { // nobody chose another while this was on its way
        text.textContent = answer;
      }
    };
    select(this.#style);
    return h('section', { 'aria-labelledby': 'text-title' },
      h('h2', { id: 'text-title' }, 'As text'),
      h('div.bar', {}, h('span.segments', {}, tabs), says, copyButton('Copy', () => text.textContent)),
      text);
  }
}

/** Who sent the deadly signal, as it was then. */
function senderOf(task) {
  const { by } = task.exit;
  if (!by.task) {
    return h('span.muted', {}, 'not known');
  }
  const who = by.task === task.task
    ? 'itself'
    : h('a', { href: taskRoute(by.task) }, by.comm ? nameOf(by.comm) : by.task, by.comm ? ` ${by.tid}` : null);
  return [who, by.history
    ? h('p.lineage', {}, lineageOf(by.history), by.complete ? null : ' (not complete)')
    : null];
}

/** Whether a task lived at a time in milliseconds since 1970; NaN is now, and no time to look at. */
function livedAt(task, at) {
  return millisSince(0, task.start) <= at && !(task.end && millisSince(0, task.end) <= at);
}

/** A time in the address on the wall clock, in milliseconds since 1970; NaN for now. */
function wallOf(at, task) {
  const mono = /^mono:(.*)$/.exec(at)?.[1];
  if (mono === undefined) {
    return at === '' ? NaN : millisSince(0, moved(at, 0));
  }
  const known = task.entries.at(-1); // a moment on both clocks
  return millisSince(0, known.start) + (Number(mono) - Number(known.mono)) * 1000;
}
