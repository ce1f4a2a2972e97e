// Events as they come, the newest on top.

import { Problem } from './api.js';
import { button, byId, fill, h, lineageOf, nameOf, notice } from './dom.js';
import { Feed } from './events.js';
import { causeOf, clock, count, ending, identity, number, when } from './format.js';
import { eventRoute, routeTo, taskRoute } from './route.js';
import { Rows } from './rows.js';
import { clearFieldProblems, explainLineage, tellAtField } from './syntax.js';

const FIELDS = ['comm', 'exe', 'uid', 'root', 'lineage'];
const KINDS = ['fork', 'exec', 'exit'];
const MOST_ROWS = 2000;
const GATHER_MS = 150;
const STATES = {
  connecting: ['fair', 'connecting'],
  open: ['good', 'live'],
  lost: ['bad', 'connection lost, trying again'],
  closed: ['ended', 'closed'],
  paused: ['ended', 'paused'],
};

export class StreamView {

  #route = null;
  #asked = {};
  #feed = null;
  #events = []; // the newest last
  #dropped = 0;
  #news = [];
  #gathering = 0;
  #onScreen = false;
  #paused = false;
  #top = 0;

  /** @param {function(string)} navigate goes to a route */
  constructor(navigate) {
    this.form = byId('stream-form');
    this.scroller = byId('stream');
    this.pause = byId('stream-pause');
    this.empty = byId('stream-empty');
    this.list = new Rows(this.scroller, byId('stream-rows'), newRow, (row, at) => this.#show(row, at));
    explainLineage(this.form.querySelector('.syntax'), this.form.elements.lineage);
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      navigate(routeTo('stream', '', this.#typed()));
    });
    byId('stream-clear').addEventListener('click', () => navigate('#/stream'));
    this.pause.addEventListener('click', () => this.#pause(!this.#paused));
  }

  #typed() {
    const kinds = [...this.form.elements.kind].filter(box => box.checked).map(box => box.value);
    const typed = Object.fromEntries(FIELDS.map(field => [field, this.form.elements[field].value.trim()]));
    return { kind: kinds.length === KINDS.length ? '' : kinds.join(), ...typed };
  }

  /** Shows the events that an address asks for, from now on. */
  show(parameters) {
    const route = parameters.toString();
    if (route === this.#route) {
      return;
    }
    this.#route = route;
    for (const field of FIELDS) {
      this.form.elements[field].value = parameters.get(field) ?? '';
    }
    const kinds = (parameters.get('kind') ?? KINDS.join()).split(',');
    for (const box of this.form.elements.kind) {
      box.checked = kinds.includes(box.value);
    }
    const { kind, ...fields } = this.#typed();
    this.#asked = { ...fields, kind: kind === '' ? '' : `${kind},gap` };
    this.#anew();
  }

  #anew() {
    this.#feed?.stop();
    this.#feed = null;
    this.#events = [];
    this.#news = [];
    this.#dropped = 0;
    clearFieldProblems(this.form);
    this.list.reset(0, 0);
    this.#tellSize();
    this.#start();
  }

  /** Listens again, after the service could not be reached or another token was given. */
  retry() {
    if (this.#route !== null && this.#feed !== null) {
      this.#feed.stop();
      this.#start();
    }
  }

  /** Tells whether the stream can be seen. Behind another view it goes on, so that nothing is missing later. */
  appear(onScreen) {
    if (onScreen === this.#onScreen) {
      return;
    }
    this.#onScreen = onScreen;
    if (onScreen) {
      this.list.reset(this.#events.length, this.#top);
      this.#tellSize();
    } else {
      this.#top = this.list.top;
    }
  }

  #start() {
    if (this.#paused) {
      this.#tellState('paused');
      return;
    }
    this.#feed ??= new Feed(this.#asked, {
      batch: events => this.#hear(events),
      state: word => this.#tellState(this.#paused ? 'paused' : word),
      failed: e => this.#failed(e),
    });
    this.#feed.start();
  }

  #pause(paused) {
    this.#paused = paused;
    this.pause.setAttribute('aria-pressed', paused);
    this.pause.textContent = paused ? 'Continue' : 'Pause';
    if (paused) {
      this.#feed?.stop();
      this.#tellState('paused');
    } else {
      this.#start(); // from where it was
    }
  }

  #tellState(word) {
    const [mood, words] = STATES[word];
    fill(byId('stream-state'), h('i.shape', { 'aria-hidden': 'true' }), words).className = `badge is-${mood}`;
  }

  #failed(e) {
    this.#feed = null;
    this.#tellState('closed');
    const told = e instanceof Problem && tellAtField(this.form, e);
    fill(this.empty, notice(told ? 'Nothing is listened to' : e.title ?? 'The service does not answer',
      told ? 'The service does not understand one of the fields: see there.' : e.message,
      !told && button('Try again', () => this.#anew())));
    this.empty.hidden = false;
  }

  #hear(events) {
    this.#news.push(...events.filter(event => event.kind !== 'watermark'));
    if (this.#news.length > 0 && this.#gathering === 0) {
      this.#gathering = setTimeout(() => this.#take(), GATHER_MS);
    }
  }

  #take() {
    this.#gathering = 0;
    const before = this.#events.length;
    this.#events.push(...this.#news);
    const added = this.#events.length - before;
    this.#news = [];
    const over = Math.max(0, this.#events.length - MOST_ROWS);
    this.#events.splice(0, over);
    this.#dropped += over;
    if (this.#onScreen) {
      const top = this.list.top;
      this.list.reset(this.#events.length, top === 0 ? 0 : top + added);
      this.#tellSize();
    }
  }

  #tellSize() {
    byId('stream-count').textContent = this.#events.length === 0 ? ''
      : this.#dropped === 0 ? count(this.#events.length, 'event')
        : `the last ${number(this.#events.length)}; ${number(this.#dropped)} older ones are not shown any more`;
    this.empty.hidden = this.#events.length > 0;
    if (this.#events.length === 0) {
      fill(this.empty, notice('Nothing yet', 'Events appear here as they happen, the newest on top.'));
    }
  }

  #show(row, at) {
    const event = this.#events[this.#events.length - 1 - at];
    if (row.event !== event) {
      row.event = event;
      const known = event.kind in SHOWN ? event.kind : 'other';
      row.className = `event is-${known}`;
      fill(row, h('time', { datetime: event.time, title: event.time }, clock(event.time)),
        h('span.kind', {}, event.kind), h('span.what', {}, (SHOWN[known])(event)));
    }
    row.setAttribute('aria-setsize', this.#events.length);
    row.setAttribute('aria-posinset', at + 1);
  }
}

function newRow() {
  return h('div.event', { role: 'listitem' });
}

const SHOWN = {
  fork: event => [taskOf(event), h('span.rest', {}, event.thread ? 'a thread, made by ' : 'made by ',
    event.creator ? h('a', { href: taskRoute(event.creator) }, tidOf(event.creator)) : 'nobody knows whom')],
  exec: event => [taskOf(event), h('span.rest', {}, event.uid === undefined ? '' : `uid ${identity(event.uid)} · `,
    lineageOf(event.history ?? ''), event.complete === false ? ' (not complete)' : null)],
  exit: event => [taskOf(event), h('span.rest', {}, event.tid === event.tgid ? '' : 'a thread, ', howEnded(event.exit))],
  gap: event => h('strong', {}, `${event.source ?? 'events'}: `,
    event.lost === null || event.lost === undefined ? 'an uncounted number of events' : count(event.lost, 'event'),
    ' lost, ', causeOf(event.cause), event.from ? ` (${when(event.from)} – ${when(event.to)})` : ''),
  other: event => JSON.stringify(event),
};

/** The task of an event, as it was right then. */
function taskOf(event) {
  const name = event.name ?? event.comm;
  const href = event.kind === 'exit' ? taskRoute(event.task) : eventRoute(event);
  return h('a', { href }, nameOf(name), ` ${event.tid}`);
}

/** A code of 0 is what nothing was reported of for a second, and events are told at once. */
function howEnded(exit) {
  return exit && (!exit.unknown || exit.oom) ? ending(exit) : 'ended, how is not known yet';
}

/** The number in a task's id. */
function tidOf(task) {
  return /-(\d+)-/.exec(task)?.[1] ?? task;
}
