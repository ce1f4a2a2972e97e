// The stretch of time that a railway shows. No elements in here: milliseconds since a base, and addresses.

import { instantAt, millisSince } from './format.js';

const RECENT_MS = 15 * 60_000;
const SHORTEST_MS = 0.01;
const LONGEST_MS = 20 * 365 * 86_400_000;
const EDGE = 0.03;

export class Stretch {

  from = 0;
  to = 1;
  /** Whether the right edge stays at now. */
  follows = false;

  /** Of the task whose railway it is; `base` in whole milliseconds since 1970. */
  constructor(task) {
    this.live = task.state === 'live';
    this.base = Math.floor(Date.parse(task.start) / 1000) * 1000;
    this.start = millisSince(this.base, task.start);
    this.end = task.end ? millisSince(this.base, task.end) : null;
  }

  get span() {
    return this.to - this.from;
  }

  /** What an address says; without, all of a life that is over, and the last minutes of one that goes on. */
  read(from, to) {
    if (from === '' && to === '' && this.end !== null) {
      this.wholeLife();
      return;
    }
    this.follows = to === '' && this.live;
    const last = to === '' ? this.end ?? this.#now() : millisSince(this.base, to);
    const first = from === '' ? Math.max(this.start - (last - this.start) * EDGE, last - RECENT_MS)
      : millisSince(this.base, from);
    [this.from, this.to] = first < last ? [first, last] : [last - 1000, last + 1000];
  }

  #now() {
    return Date.now() - this.base;
  }

  /** The same for an address. */
  get parameters() {
    return { from: instantAt(this.base, this.from), to: this.follows ? '' : instantAt(this.base, this.to) };
  }

  wholeLife() {
    const end = this.end ?? this.#now();
    const edge = Math.max(0.05, (end - this.start) * EDGE);
    this.follows = this.live;
    this.from = this.start - edge;
    this.to = this.live ? end : end + 2 * edge;
  }

  /** Time goes on: a stretch from before the task's start grows, any other moves along. */
  follow(now) {
    const by = Math.max(0, now - this.to);
    this.to += by;
    if (this.from > this.start || this.span > RECENT_MS) {
      this.from += by;
    }
  }

  /** Comes to now, from wherever it is. */
  catchUp() {
    const { span } = this;
    this.follows = true;
    this.to = this.#now();
    this.from = this.to - span;
  }

  /** Makes it longer by a factor, around a point that stays; 0 is its beginning and 1 its end. */
  zoom(factor, around) {
    const fixed = this.from + around * this.span;
    const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.span * factor));
    this.#move(fixed - around * span, span);
  }

  /** Moves by a share of itself. */
  pan(share) {
    this.#move(this.from + share * this.span, this.span);
  }

  /** Whoever moves away from now does not want to be carried on. */
  #move(from, span) {
    const to = from + span;
    this.follows = this.follows && Math.abs(to - this.to) <= span * 0.001;
    this.from = from;
    this.to = to;
  }
}
