// Time travel: which moment the tree and a task are shown at, and a clear sign where that is not now.

import { byId } from './dom.js';
import { duration, moved, parseTime, when } from './format.js';

const DAY_MS = 86_400_000;
const STEPS = 1000;
// The right half of the slider is the last hundredth or so of its range: what is near is looked at most.
const CURVE = 9;

export class TimeBar {

  #at = '';
  #boot = '';
  #since = Date.now() - DAY_MS;
  #open = false;

  /** @param {function(string, string)} travel goes to a time, of a boot where that says which; empty for now */
  constructor(travel) {
    this.travel = travel;
    this.bar = byId('time');
    this.says = byId('time-says');
    this.field = byId('time-at');
    this.slider = byId('time-slider');
    this.toggle = byId('time-toggle');
    this.bar.addEventListener('submit', event => {
      event.preventDefault();
      this.#go(parseTime(this.field.value));
    });
    for (const step of this.bar.querySelectorAll('[data-step]')) {
      step.addEventListener('click', () => this.step(Number(step.dataset.step)));
    }
    byId('time-now').addEventListener('click', () => this.now());
    this.toggle.addEventListener('click', () => this.unfold(!this.#open));
    this.slider.addEventListener('input', () => this.#preview());
    this.slider.addEventListener('change', () => {
      const ago = this.#ago(Number(this.slider.value));
      this.#go(ago === 0 ? '' : new Date(Date.now() - ago).toISOString());
    });
  }

  get isPast() {
    return this.#at !== '';
  }

  /** From when on history is kept: where the slider begins. */
  keptSince(text) {
    this.#since = Math.min(Date.parse(text) || Date.now() - DAY_MS, Date.now() - 60_000);
  }

  /** Tells what is shown now; `relevant` where what is on show has a time at all. */
  show(at, boot, relevant) {
    this.#at = at;
    this.#boot = boot;
    this.toggle.hidden = !relevant;
    document.body.classList.toggle('past', relevant && at !== '');
    this.field.value = at;
    this.#words();
    this.#place(relevant);
  }

  unfold(open) {
    this.#open = open;
    this.#place(!this.toggle.hidden);
    if (open) {
      this.field.focus();
    }
  }

  #place(relevant) {
    const shown = relevant && (this.#open || this.isPast);
    this.bar.hidden = !shown;
    this.toggle.setAttribute('aria-expanded', shown);
    byId('time-now').hidden = !this.isPast;
  }

  #words() {
    const then = this.#at.startsWith('mono:') ? NaN : Date.parse(moved(this.#at, 0));
    const name = Number.isNaN(then) ? this.#at : when(new Date(then).toISOString());
    const ago = Date.now() - then;
    this.says.textContent = this.isPast
      ? `You are looking at the past: ${name}${ago > 0 ? `, ${duration(ago)} ago` : ''}`
      : 'Now, and live';
    this.slider.hidden = Number.isNaN(then); // on a clock of its own, whose zero nobody here knows
    this.slider.value = Number.isNaN(then) || !this.isPast ? STEPS : this.#value(ago);
    this.#describe();
  }

  #preview() {
    const ago = this.#ago(Number(this.slider.value));
    this.says.textContent = ago === 0 ? 'Now, and live' : `${duration(ago)} ago: ` +
      when(new Date(Date.now() - ago).toISOString());
    this.#describe();
  }

  #describe() {
    const ago = this.#ago(Number(this.slider.value));
    this.slider.setAttribute('aria-valuetext', ago === 0 ? 'now' : `${duration(ago)} ago`);
  }

  #ago(value) {
    const range = Date.now() - this.#since;
    return range * Math.expm1(CURVE * (1 - value / STEPS)) / Math.expm1(CURVE);
  }

  #value(ago) {
    const range = Date.now() - this.#since;
    const share = Math.log1p(Math.min(1, Math.max(0, ago / range)) * Math.expm1(CURVE)) / CURVE;
    return Math.round(STEPS * (1 - share));
  }

  /** Some milliseconds on, or back where negative. Nobody can go beyond now. */
  step(ms) {
    const to = moved(this.#at, ms);
    this.#go(!to.startsWith('mono:') && Date.parse(to) >= Date.now() ? '' : to);
  }

  now() {
    this.#go('');
  }

  #go(asked) {
    this.#at = asked === 'now' ? '' : asked; // at once: the next step may come before the address has changed
    this.#boot = asked.startsWith('mono:') ? this.#boot : '';
    this.travel(this.#at, this.#boot);
  }
}
