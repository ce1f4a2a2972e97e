// The railway: a task and its descendants as lanes over time.

import { getJson, pages, Problem, Refused, taskPath } from './api.js';
import { button, byId, draw, fill, h, nameOf, notice } from './dom.js';
import { count, duration, instantAt, millisSince, readable, when, zone } from './format.js';
import { listenForGestures } from './gestures.js';
import { Gutter } from './gutter.js';
import { hatched, lanesOf } from './lanes.js';
import { Readout } from './readout.js';
import { routeTo, taskRoute } from './route.js';
import { Stretch } from './stretch.js';
import { LaneTable } from './table.js';
import { drawAxis, drawTracks, LANE } from './tracks.js';

const PAGE = 1000;
const MOST_LANES = 5000;
const SETTLED_MS = 250;
const REFRESH_MS = 3000;
const REST_PER_WORK = 10;
// A stretch is read with as much again on both sides, so that moving shows something at once.
const MARGIN = 0.5;
// Of a stretch that is this much longer than what is seen, what is seen is read by itself.
const MUCH_LONGER = 8;

export class Railway {

  #root = '';
  #task = null;
  #stretch = null;
  #loaded = null;
  #lanes = [];
  #hatched = [];
  #capped = false;
  #cursor = -1;
  #going = new AbortController();
  #timer = 0;
  #drawing = false;
  #written = '';
  #built = false;

  /** @param {function(string)} navigate goes to a route */
  constructor(navigate) {
    this.navigate = navigate;
    this.place = byId('railway');
    document.addEventListener('visibilitychange', () => this.#again());
  }

  /** Shows the railway of the task that an id or a tid names, over the stretch of time that the address says. */
  show(root, parameters) {
    const from = parameters.get('from') ?? '';
    const to = parameters.get('to') ?? '';
    const asked = routeTo('railway', root, { from, to });
    if (asked === this.#written) {
      return;
    }
    this.close();
    this.#written = asked;
    this.#root = root;
    this.#begin(from, to);
  }

  close() {
    this.#built = false;
    this.#going.abort();
    this.#going = new AbortController();
    clearTimeout(this.#timer);
    this.#root = this.#written = '';
    this.#loaded = null;
    this.#lanes = [];
    this.#cursor = -1;
  }

  /** Asks again, after the service could not be reached or another token was given. */
  retry() {
    if (this.#root !== '') {
      this.#built ? this.#load() : this.#begin('', '');
    }
  }

  async #begin(from, to) {
    const { signal } = this.#going;
    this.#task = null;
    this.place.classList.add('loading');
    try {
      const task = await getJson(taskPath(this.#root), {}, signal);
      this.#task = task;
      this.#stretch = new Stretch(task);
      this.#stretch.read(from, to);
      this.#build();
      await this.#load();
    } catch (e) {
      this.#failed(e, signal);
    }
  }

  get #base() {
    return this.#stretch.base;
  }

  async #load() {
    clearTimeout(this.#timer);
    this.#going.abort();
    this.#going = new AbortController();
    const { signal } = this.#going;
    const began = performance.now();
    const stretch = this.#stretch;
    const from = stretch.from - stretch.span * MARGIN;
    // Up to what is known, where that is followed: this computer's clock may be behind the service's.
    const to = stretch.follows ? null : stretch.to + stretch.span * MARGIN;
    try {
      const [{ items, watermark }, status] = await Promise.all([
        this.#read(from, to, signal), getJson('status', {}, signal)]);
      this.place.classList.remove('loading');
      this.#capped = items.length >= MOST_LANES;
      const now = millisSince(this.#base, watermark);
      this.#loaded = { from, to: to ?? now, now };
      stretch.learn(now);
      this.#hatched = hatched(status.boot === this.#task.boot ? status.gaps : [], this.#base);
      this.#replace(lanesOf(items, this.#base));
    } catch (e) {
      this.#failed(e, signal);
    }
    if (!signal.aborted && stretch.follows && this.#built) {
      this.#timer = setTimeout(() => this.#again(), Math.max(REFRESH_MS, (performance.now() - began) * REST_PER_WORK));
    }
  }

  async #read(from, to, signal) {
    const items = [];
    let watermark = '';
    const asked = { root: this.#task.task, boot: this.#task.boot, from: instantAt(this.#base, from),
      to: to === null ? '' : instantAt(this.#base, to), size: PAGE };
    for await (const page of pages('tree', asked, signal)) {
      watermark ||= page.watermark;
      items.push(...page.items);
      if (items.length >= MOST_LANES) {
        break;
      }
    }
    return { items, watermark };
  }

  #again() {
    if (!document.hidden && this.#built && this.#stretch.follows) {
      this.#load();
    }
  }

  #failed(e, signal) {
    if (signal.aborted || e instanceof Refused) {
      return;
    }
    this.place.classList.remove('loading');
    if (this.#built && !(e instanceof Problem)) {
      return; // what is known stays; the banner says that the service is away
    }
    if (this.#built && e.status === 404) {
      this.#loaded = null; // moved to where the task does not live, and may be moved back
      this.#stretch.follows = false;
      this.#replace([]);
      fill(this.size, e.message);
      return;
    }
    this.#built = false;
    this.#lanes = [];
    const title = e instanceof RangeError ? 'There is no such time' : e.title ?? 'The service does not answer';
    fill(this.place, notice(title, e.message,
      button('Try again', () => this.#begin('', '')),
      this.#task !== null && h('a', { href: taskRoute(this.#root) }, 'To the task')));
  }

  /** Takes other lanes; the one at the upper edge stays there, and the chosen one chosen. */
  #replace(lanes) {
    const at = Math.floor(this.scroller.scrollTop / LANE);
    const top = this.#lanes[at]?.item.task;
    const chosen = this.#lanes[this.#cursor]?.item.task;
    this.#lanes = lanes;
    this.#cursor = lanes.findIndex(lane => lane.item.task === chosen);
    const now = at === 0 ? -1 : lanes.findIndex(lane => lane.item.task === top);
    this.space.style.height = `${lanes.length * LANE}px`;
    if (now >= 0) {
      this.scroller.scrollTop += (now - at) * LANE;
    }
    this.table.show(lanes, this.#base);
    this.#tellSize();
    this.drawSoon();
  }

  #tellSize() {
    fill(this.size, this.#capped
      ? `The first ${count(this.#lanes.length, 'lane')}; go nearer to see the others`
      : this.#lanes.length === 0 ? 'Nothing of it is known in this time' : count(this.#lanes.length, 'lane'));
  }

  #build() {
    const task = this.#task;
    document.title = `Railway of ${readable(task.comm)} ${task.tid} · Task history`;
    this.axis = draw('svg', { class: 'axis', height: 24, 'aria-hidden': 'true' });
    this.svg = draw('svg', { class: 'tracks', 'aria-hidden': 'true' });
    this.gutter = new Gutter();
    this.plot = h('div.plot', {}, this.svg);
    this.space = h('div.space', {}, h('div.window', {}, this.gutter.place, this.plot));
    this.scroller = h('div.lanes', { tabindex: '0', role: 'group', 'aria-label':
      'Lanes over time. Arrow keys go from lane to lane; below is the same as a table.' }, this.space);
    this.readout = new Readout();
    this.table = new LaneTable();
    this.range = h('span.range');
    this.size = h('span.muted.small', { role: 'status' });
    this.follow = button('Follow', () => this.#see(stretch => stretch.catchUp()), { 'aria-pressed': 'false', title: 'Stay at now' });
    fill(this.place,
      h('header.rail-head', {},
        h('h1', {}, 'Railway of ', h('a', { href: taskRoute(task.task) }, nameOf(task.comm), ` ${task.tid}`)),
        h('div.bar', {}, this.#buttons(), this.range, this.size)),
      h('div.axis-row', {}, h('span.zone.muted.small', {}, zone()), this.axis),
      this.scroller, this.readout.place, this.table.place, hatchPattern());
    this.#listen();
    this.#built = true;
    this.drawSoon();
  }

  #buttons() {
    return [
      h('span.segments', { role: 'group', 'aria-label': 'Zoom' },
        button('−', () => this.#zoom(2), { 'aria-label': 'Farther', title: 'Farther ( - )' }),
        button('+', () => this.#zoom(0.5), { 'aria-label': 'Nearer', title: 'Nearer ( + )' })),
      h('span.segments', { role: 'group', 'aria-label': 'Move' },
        button('←', () => this.#pan(-0.5), { 'aria-label': 'Earlier', title: 'Earlier ( ← )' }),
        button('→', () => this.#pan(0.5), { 'aria-label': 'Later', title: 'Later ( → )' })),
      button('Whole life', () => this.#see(stretch => stretch.wholeLife()), { title: 'All of the task’s life ( 0 )' }),
      this.#task.state === 'live' && this.follow,
    ];
  }

  #listen() {
    listenForGestures(this.plot, this.axis, {
      zoom: (factor, x) => this.#zoom(factor, x / this.#width),
      pan: pixels => this.#pan(pixels / this.#width),
      point: (x, y) => this.#choose(this.#laneAt(y), this.#timeAt(x)),
    });
    this.scroller.addEventListener('scroll', () => this.drawSoon(), { passive: true });
    this.scroller.addEventListener('keydown', event => this.#key(event));
    this.scroller.addEventListener('focus', () => this.#cursor < 0 && this.#lanes.length > 0 && this.#choose(0));
    this.plot.addEventListener('pointermove', event => {
      if (event.buttons === 0) {
        this.#tell(this.#laneAt(event.clientY), this.#timeAt(event.clientX - this.plot.getBoundingClientRect().left));
      }
    });
    this.plot.addEventListener('pointerleave', () => this.#tell(this.#cursor));
    new ResizeObserver(() => this.drawSoon()).observe(this.scroller);
  }

  get #width() {
    return Math.max(50, this.plot.clientWidth);
  }

  #timeAt(x) {
    return this.#stretch.from + x / this.#width * this.#stretch.span;
  }

  #laneAt(clientY) {
    const y = clientY - this.plot.getBoundingClientRect().top + this.scroller.scrollTop;
    const at = Math.floor(y / LANE);
    return at >= 0 && at < this.#lanes.length ? at : -1;
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.scroller) {
      return;
    }
    const screen = Math.max(1, Math.floor(this.scroller.clientHeight / LANE) - 1);
    const act = {
      ArrowDown: () => this.#move(this.#cursor + 1),
      ArrowUp: () => this.#move(this.#cursor - 1),
      PageDown: () => this.#move(this.#cursor + screen),
      PageUp: () => this.#move(this.#cursor - screen),
      Home: () => this.#move(0),
      End: () => this.#move(this.#lanes.length - 1),
      ArrowLeft: () => this.#pan(-0.125),
      ArrowRight: () => this.#pan(0.125),
      '+': () => this.#zoom(1 / 1.5),
      '=': () => this.#zoom(1 / 1.5),
      '-': () => this.#zoom(1.5),
      0: () => this.#see(stretch => stretch.wholeLife()),
      Enter: () => this.#lanes[this.#cursor] && this.navigate(taskRoute(this.#lanes[this.#cursor].item.task)),
    }[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  }

  #move(to) {
    const at = Math.min(Math.max(to, 0), this.#lanes.length - 1);
    const { scrollTop, clientHeight } = this.scroller;
    if (at * LANE < scrollTop) {
      this.scroller.scrollTop = at * LANE;
    } else if ((at + 1) * LANE > scrollTop + clientHeight) {
      this.scroller.scrollTop = (at + 1) * LANE - clientHeight;
    }
    this.#choose(at);
  }

  #choose(at, time = null) {
    this.#cursor = at;
    this.#tell(at, time);
    this.drawSoon();
  }

  #tell(at, time = null) {
    const reach = 8 / this.#width * this.#stretch.span;
    this.readout.tell(this.#lanes[at], this.#base, time, reach);
  }

  #zoom(factor, around = 0.5) {
    this.#see(stretch => stretch.zoom(factor, around));
  }

  #pan(share) {
    this.#see(stretch => stretch.pan(share));
  }

  #see(change) {
    change(this.#stretch);
    this.drawSoon();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), SETTLED_MS);
  }

  /** Writes what is on show into the address, and reads what of it is not here yet. */
  #settle() {
    const { from, to, span, parameters, follows } = this.#stretch;
    this.#written = routeTo('railway', this.#root, parameters);
    history.replaceState(null, '', this.#written);
    this.drawSoon();
    const known = this.#loaded;
    if (known === null || follows || from < known.from || (to > known.to && known.to < known.now)
        || span * MUCH_LONGER < known.to - known.from) {
      this.#load();
    }
  }

  drawSoon() {
    if (!this.#drawing && this.#built) {
      this.#drawing = true;
      requestAnimationFrame(() => {
        this.#drawing = false;
        this.#draw();
      });
    }
  }

  #draw() {
    if (this.#root === '' || !this.#built) {
      return;
    }
    const { base, from, to, span, follows } = this.#stretch;
    this.scroller.style.setProperty('--shown', `${this.scroller.clientHeight}px`);
    const scene = {
      base, from, to, now: this.#loaded?.now ?? this.#stretch.now, lanes: this.#lanes, hatched: this.#hatched,
      cursor: this.#cursor, top: this.scroller.scrollTop, width: this.#width, height: this.scroller.clientHeight,
    };
    drawTracks(this.svg, scene);
    drawAxis(this.axis, scene);
    this.gutter.draw(scene);
    this.range.textContent = `${when(instantAt(base, from))} – ${when(instantAt(base, to))} (${duration(span)})`;
    this.follow.setAttribute('aria-pressed', follows);
  }
}

function hatchPattern() {
  return draw('svg', { class: 'patterns', width: 0, height: 0, 'aria-hidden': 'true' },
    draw('defs', {}, draw('pattern', {
      id: 'hatch', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)',
    }, draw('rect', { class: 'hatch-ground', width: 7, height: 7 }), draw('path', { class: 'hatch-line', d: 'M0 0V7' }))));
}
