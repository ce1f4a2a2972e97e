// Keeping the live tree up to date: events where they are cheaper than reading it again, else reading it again.

import { Problem, Refused } from './api.js';
import { after } from './changes.js';
import { Feed } from './events.js';

const POLL_MS = 3000;
// With events, reading finds only what they do not tell: other names, and where orphans went.
const CHECK_MS = 30_000;
const SOON_MS = 1500;
// A large tree is read less often, so that looking at it costs the machine little; so are events shown.
const REST_PER_WORK = 10;
const GATHER_MS = 250;
// A machine that is this busy is cheaper to read now and then.
const WINDOW_MS = 10_000;
const MOST_EVENTS = 20_000;
const WITHOUT_EVENTS_MS = 60_000;

export class Pulse {

  #forest;
  #handlers;
  #feed = null;
  #open = false;
  #running = false;
  #turn = null;
  #settled = false; // a reading has succeeded since it was started: only then is there what events can be put behind
  #missed = false; // events began after the last reading did: what was between is in neither
  #waiting = [];
  #watermark = '';
  #readAt = 0;
  #cost = 0; // of the last reading
  #effort = 0; // of showing the last events
  #timer = 0;
  #gathering = 0;
  #heard = { since: 0, events: 0 };
  #silentUntil = 0;

  /**
   * @param {Forest} forest what is kept up to date
   * @param handlers `read()` promises `{ items, watermark }`; `changed()` is told that the forest has; `failed(error)`
   */
  constructor(forest, handlers) {
    this.#forest = forest;
    this.#handlers = handlers;
  }

  /** Whether events come, rather than the whole tree every few seconds. */
  get listens() {
    return this.#open;
  }

  start() {
    if (!this.#running) {
      this.#running = true;
      this.#settled = false;
      this.#listen();
      this.read();
    }
  }

  stop() {
    this.#running = false;
    this.#turn = null;
    clearTimeout(this.#timer);
    this.#deaf();
  }

  /** Reads the tree now, and from then on as often as is needed. */
  async read() {
    clearTimeout(this.#timer);
    const turn = this.#turn = {};
    const began = performance.now();
    this.#readAt = began;
    this.#missed = false;
    if (!this.#settled) {
      this.#waiting = []; // the reading has them
    }
    try {
      const { items, watermark } = await this.#handlers.read();
      if (turn !== this.#turn) {
        return;
      }
      this.#watermark = watermark;
      this.#settled = true;
      this.#forest.replace(items);
      this.#turn = null;
      const whole = this.#apply();
      this.#cost = performance.now() - began;
      this.#plan(this.#missed || !whole ? SOON_MS : this.#open ? CHECK_MS : POLL_MS);
    } catch (e) {
      if (turn !== this.#turn || e instanceof Refused) {
        return;
      }
      this.#turn = null;
      this.#handlers.failed(e);
      this.#plan(POLL_MS);
    }
  }

  #plan(ms) {
    clearTimeout(this.#timer);
    const rest = Math.max(ms, this.#cost * REST_PER_WORK) - (performance.now() - this.#readAt - this.#cost);
    if (this.#running) {
      this.#timer = setTimeout(() => this.read(), Math.max(0, rest));
    }
  }

  #listen() {
    if (performance.now() < this.#silentUntil || this.#feed !== null) {
      return;
    }
    this.#feed = new Feed({ kind: 'fork,exec,exit,gap' }, {
      batch: events => this.#hear(events),
      state: word => this.#state(word),
      failed: e => this.#unheard(e),
    });
    this.#feed.start();
  }

  #deaf() {
    this.#feed?.stop();
    this.#feed = null;
    this.#open = false;
    this.#waiting = [];
    clearTimeout(this.#gathering);
    this.#gathering = 0;
  }

  #state(word) {
    const open = word === 'open';
    if (open !== this.#open) {
      this.#open = open;
      this.#missed ||= open && this.#feed.last === null;
      if (this.#turn === null) { // else that is decided at the end of the reading
        this.#plan(!open ? POLL_MS : this.#missed || !this.#settled ? SOON_MS : CHECK_MS);
      }
    }
  }

  #unheard(e) {
    this.#deaf();
    this.#silentUntil = performance.now() + WITHOUT_EVENTS_MS;
    if (!(e instanceof Problem)) {
      this.#handlers.failed(e);
    }
    this.#plan(POLL_MS);
  }

  #hear(events) {
    const news = events.filter(event => event.kind !== 'watermark');
    const now = performance.now();
    if (now - this.#heard.since > WINDOW_MS) {
      this.#heard = { since: now, events: 0 };
    }
    this.#heard.events += news.length;
    if (this.#heard.events > MOST_EVENTS) {
      this.#deaf();
      this.#silentUntil = now + WITHOUT_EVENTS_MS;
      setTimeout(() => this.#running && this.#listen(), WITHOUT_EVENTS_MS + GATHER_MS);
      this.#plan(POLL_MS);
      return;
    }
    this.#waiting.push(...news);
    if (this.#settled && this.#turn === null && this.#gathering === 0 && this.#waiting.length > 0) {
      this.#gathering = setTimeout(() => this.#apply() || this.#plan(SOON_MS), Math.max(GATHER_MS, this.#effort * REST_PER_WORK));
    }
  }

  /**
   * Shows what is read and what has come since. Events that came while it was read stand behind it.
   * @returns {boolean} whether they said enough
   */
  #apply() {
    clearTimeout(this.#gathering);
    this.#gathering = 0;
    const began = performance.now();
    const events = this.#waiting;
    this.#waiting = [];
    let whole = true;
    if (events.length > 0) {
      const now = after(this.#forest, events, this.#watermark);
      this.#forest.replace(now.items);
      whole = now.whole;
    }
    this.#handlers.changed();
    this.#effort = performance.now() - began;
    return whole;
  }
}
