// The stretch of time that a railway shows. No elements in here: milliseconds since a base, and addresses.

import { instantAt, millisSince, moved } from './format.js';

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
    /** Up to when the service knows everything; by its clock, as this computer's may differ. */
    this.now = millisSince(this.base, task.watermark);
    this.known = task.entries.at(-1); // a moment on both clocks
  }

  get span() {
    return this.to - this.from;
  }

  /**
   * What an address says; without, all of a life that is over, and the last minutes of one that goes on.
   * @throws {RangeError} where that is no time
   */
  read(from, to) {
    if (from === '' && to === '' && this.end !== null) {
      this.wholeLife();
      return;
    }
    this.follows = to === '' && this.live;
    const last = to === '' ? this.end ?? this.now : this.#time(to);
    const first = from === '' ? Math.max(this.start - (last - this.start) * EDGE, last - RECENT_MS)
      : this.#time(from);
    [this.from, this.to] = first < last ? [first, last] : [last - 1000, last + 1000];
  }

  #time(text) {
    const mono = /^mono:(.*)$/.exec(text)?.[1];
    const exact = mono === undefined ? millisSince(this.base, text)
      : millisSince(this.base, this.known.start) + (Number(mono) - Number(this.known.mono)) * 1000;
    const time = Number.isNaN(exact) ? millisSince(this.base, moved(text, 0)) : exact;
    if (Number.isNaN(time)) {
      throw new RangeError(`“${text}” is no time. Write 2023-08-11T10:45:38Z, seconds since 1970, or -10min for so long ago.`);
    }
    return time;
  }

  /** The same for an address. */
  get parameters() {
    return { from: instantAt(this.base, this.from), to: this.follows ? '' : instantAt(this.base, this.to) };
  }

  wholeLife() {
    const end = this.end ?? this.now;
    const edge = Math.max(0.05, (end - this.start) * EDGE);
    this.follows = this.live;
    this.from = this.start - edge;
    this.to = this.live ? end : end + 2 * edge;
  }

  /** Time goes on. A stretch that follows grows if it is from before the task's start; any other moves along. */
  learn(now) {
    this.now = now;
    const by = this.follows ? Math.max(0, now - this.to) : 0;
    this.to += by;
    if (this.from > this.start || this.span > RECENT_MS) {
      this.from += by;
    }
  }

  /** Comes to now, from wherever it is. */
  catchUp() {
    const { span } = this;
    this.follows = true;
    this.to = this.now;
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
