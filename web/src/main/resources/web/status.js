// How well the service follows: a strip that always shows, and a page with the figures behind it.

import { getJson, Refused } from './api.js';
import { gapsOf } from './chain.js';
import { byId, fill, h, timeOf } from './dom.js';
import { bytes, count, duration, number, percent, reasons } from './format.js';

const REFRESH_MS = 3000;
// The service says it is up to date a few milliseconds late; a strip that flickered between 8 and 12 would tell nobody.
const AT_ONCE_MS = 1000;
const LATE_MS = 10_000;

export class StatusView {

  #timer = 0;
  #status = null;
  #reachedAt = 0;

  constructor() {
    this.strip = byId('strip');
    this.page = byId('status');
    document.addEventListener('visibilitychange', () => document.hidden || this.refresh());
  }

  /** Asks now, and from then on again and again; an attempt that succeeds also tells that the service is back. */
  async refresh() {
    clearTimeout(this.#timer);
    try {
      this.#status = await getJson('status');
      this.#reachedAt = Date.now();
      this.#drawPage();
    } catch (e) {
      if (e instanceof Refused) {
        return; // until there is another token
      }
      // That the service is away is for the banner to tell; the strip says how old its figures are.
    }
    this.#drawStrip();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => document.hidden || this.refresh(), REFRESH_MS);
  }

  #drawStrip() {
    const s = this.#status;
    if (s === null) {
      fill(this.strip, item('bad', 'service', 'not reached'));
      return;
    }
    const silent = Date.now() - this.#reachedAt;
    const behind = lag(s);
    const lost = s.sources.reduce((sum, source) => sum + source.lost, 0);
    const spine = s.sources.find(source => source.name === s.spine);
    const running = spine === undefined || spine.state === 'running';
    fill(this.strip,
      item(running ? 'good' : 'bad', 'spine', running ? s.spine : `${s.spine} ${spine.state}`,
        'The source that creates tasks and entries'),
      silent > 2 * REFRESH_MS
        ? item('bad', 'last heard', `${duration(silent)} ago`)
        : item(behind > LATE_MS ? 'bad' : behind > AT_ONCE_MS ? 'fair' : 'good', 'watermark',
          behind > AT_ONCE_MS ? `${duration(behind)} behind` : 'up to date',
          `All that the kernel reported until ${s.watermark} can be queried`),
      item(s.coverage.share === 1 ? 'good' : 'fair', 'complete', percent(s.coverage.share),
        `${number(s.coverage.complete)} of ${number(s.coverage.live)} live processes have a complete history`),
      item(s.gap_count === 0 && lost === 0 ? 'good' : 'fair', 'losses',
        s.gap_count === 0 && lost === 0 ? 'none' : `${count(lost, 'event')}, ${count(s.gap_count, 'gap')}`,
        'What the sources are known to have lost'));
  }

  #drawPage() {
    const s = this.#status;
    if (this.page.hidden) {
      return;
    }
    fill(this.page,
      h('h1', {}, 'Status'),
      h('section', {}, h('h2', {}, 'Sources'),
        s.sources.map(source => h('div.source', {},
          h('p', {}, h('strong', {}, source.name), source.name === s.spine ? ' (spine) ' : ' ',
            h(`span.badge.is-${source.state === 'running' ? 'live' : 'ended'}`, {},
              h('i.shape', { 'aria-hidden': 'true' }), source.state)),
          facts([
            source.problem && ['Problem', source.problem],
            ['Events', number(source.events)],
            ['Lost', source.losses === 0 && source.lost === 0 ? 'none'
              : `${count(source.lost, 'event')} in ${count(source.losses, 'loss', 'losses')}`],
            source.watermark && ['Drained until', timeOf(source.watermark)],
            ['Kernel buffer', bytes(source.buffer)],
          ].filter(Boolean))))),
      h('section', {}, h('h2', {}, 'Coverage'),
        h('p', {}, `${percent(s.coverage.share)} of the live processes have a complete history: ` +
          `${number(s.coverage.complete)} of ${number(s.coverage.live)}. The others, for one reason or several:`),
        facts(Object.entries(s.coverage.reasons ?? {}).map(([reason, n]) =>
          [reasons[reason]?.[0] ?? reason, number(n)]))),
      h('section', {}, h('h2', {}, 'Gaps'),
        s.gaps.length === 0 ? h('p.muted', {}, 'None: nothing is known to be lost.') : gapsOf(s.gaps),
        s.gap_count > s.gaps.length && h('p.muted', {}, `${count(s.gap_count, 'gap')} in all.`)),
      h('section', {}, h('h2', {}, 'Kept'),
        facts([
          ['Ended tasks', `about ${Number(s.store.ended_tasks).toLocaleString('en')}`],
          ['Entries', `about ${number(s.store.entries)}`],
          ['On disk', bytes(s.store.bytes)],
          ['Details read', `${number(s.details.read)} times, ` +
            `${number(s.details.skipped)} left out for lack of time`],
          ['Boot', [h('code', {}, s.boot), ' at ', timeOf(s.boot_start)]],
          ['Version', s.version],
        ])));
  }

  /** The page is on show: what is known appears at once. */
  appear() {
    if (this.#status !== null) {
      this.#drawPage();
    }
  }
}

function lag(status) {
  return Math.max(0, Date.parse(status.now) - Date.parse(status.watermark));
}

function item(mood, label, value, title) {
  return h(`span.item.is-${mood}`, { title }, h('i.shape', { 'aria-hidden': 'true' }),
    h('span.item-label', {}, label), ' ', h('span.item-value', {}, value));
}

function facts(rows) {
  return h('dl.facts', {}, rows.map(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]));
}
