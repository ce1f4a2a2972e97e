// How well the service follows: a strip that always shows, and a page with the figures behind it.

import { getJson, Refused } from './api.js';
import { gapsOf } from './chain.js';
import { byId, fill, h, timeOf } from './dom.js';
import { bytes, count, duration, number, percent, readable, reasons } from './format.js';
import { drawStrip } from './strip.js';

const REFRESH_MS = 3000;

export class StatusView {

  #timer = 0;
  #status = null;
  #reachedAt = 0;

  /** @param {function(object)} told called with what the service says, each time */
  constructor(told) {
    this.told = told;
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
      this.told(this.#status);
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
    const silent = Date.now() - this.#reachedAt;
    drawStrip(this.strip, this.#status, silent > 2 * REFRESH_MS ? silent : 0);
  }

  #drawPage() {
    const s = this.#status;
    if (this.page.hidden) {
      return;
    }
    const focused = this.page.contains(document.activeElement) && document.activeElement !== this.page;
    if (focused || holdsSelection(this.page)) {
      return; // somebody reads or copies right there
    }
    fill(this.page,
      h('h1', {}, 'Status'),
      section('Sources', s.sources.map(source => sourceOf(source, s.spine))),
      section('Coverage', coverageOf(s)),
      section('Gaps', s.gaps.length === 0 ? h('p.muted', {}, 'None: nothing is known to be lost.') : gapsOf(s.gaps),
        s.gap_count > s.gaps.length && h('p.muted', {}, `${count(s.gap_count, 'gap')} in all.`)),
      section('Kept', keptOf(s)),
      section('Limits', limitsOf(s)),
      section('Self-check', selfCheckOf(s)),
      section('Audit logs enriched', enrichmentOf(s)));
  }

  /** The page is on show: what is known appears at once. */
  appear() {
    if (this.#status !== null) {
      this.#drawPage();
    }
  }
}

function holdsSelection(element) {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode);
}

function sourceOf(source, spine) {
  return h('div.source', {},
    h('p', {}, h('strong', {}, source.name), source.name === spine ? ' (spine) ' : ' ',
      h(`span.badge.is-${source.state === 'running' ? 'live' : 'ended'}`, {},
        h('i.shape', { 'aria-hidden': 'true' }), source.state)),
    facts([
      source.problem && ['Problem', source.problem],
      source.advice && ['Advice', source.advice],
      ['Events', number(source.events)],
      ['Lost', source.losses === 0 && source.lost === 0 ? 'none'
        : `${count(source.lost, 'event')} in ${count(source.losses, 'loss', 'losses')}`],
      source.watermark && ['Drained until', timeOf(source.watermark)],
      ['Kernel buffer', bytes(source.buffer)],
      ...Object.entries(source.counters ?? {}).map(([name, n]) => [h('code', {}, name), number(n)]),
    ]));
}

function coverageOf({ coverage }) {
  return [
    h('p', {}, `${percent(coverage.share)} of the live processes have a complete history: ` +
      `${number(coverage.complete)} of ${number(coverage.live)}.` +
      (coverage.share < 1 ? ' The others, for one reason or several:' : '')),
    facts(Object.entries(coverage.reasons ?? {}).map(([reason, n]) => [reasons[reason]?.[0] ?? reason, number(n)])),
  ];
}

function keptOf(s) {
  const { upkeep } = s;
  return facts([
    ['Store', [`${upkeep.health.state}`, upkeep.health.problem && `: ${upkeep.health.problem}`]],
    ['Since', [timeOf(upkeep.kept_since), `, in ${count(upkeep.slices, 'slice')}`]],
    upkeep.dropped > 0 && ['Dropped', count(upkeep.dropped, 'slice')],
    ['Waiting to be kept', `${bytes(upkeep.queue.bytes)} of ${bytes(upkeep.queue.limit)} at most`],
    upkeep.queue.overflows > 0 && ['Overflows', `${number(upkeep.queue.overflows)}, ${count(upkeep.queue.lost, 'event')} lost`],
    ['Ended tasks', `about ${number(s.store.ended_tasks)}`],
    ['Entries', `about ${number(s.store.entries)}`],
    ['On disk', bytes(s.store.bytes)],
    ['Details read', `${number(s.details.read)} times, ${number(s.details.skipped)} left out for lack of time`],
    ['Boot', [h('code', {}, s.boot), ' at ', timeOf(s.boot_start)]],
    ['Version', s.version],
  ]);
}

const UNITS = { bytes, seconds: n => duration(n * 1000), times: number };

function limitsOf({ upkeep }) {
  const value = (limit, n) => n === null || n === undefined ? '–' : UNITS[limit.unit]?.(n) ?? number(n);
  return [
    h('p.muted', {}, upkeep.config ? `As of ${upkeep.config}.` : 'Nothing is limited.'),
    upkeep.limits.length > 0 && h('div.table-box', { tabindex: '0', role: 'group', 'aria-label': 'Limits' }, h('table', {},
      h('thead', {}, h('tr', {}, ['Limit', 'Now', 'At', 'Does', 'Crossed'].map(title => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, upkeep.limits.map(limit => h('tr', {},
        h('th', { scope: 'row' }, h('code', {}, limit.name)),
        h('td', {}, value(limit, limit.value)),
        h('td', {}, value(limit, limit.limit)),
        h('td', {}, limit.action),
        h('td', {}, limit.crossed ? h('strong.bad', {}, 'now') : limit.crossings === 0 ? 'never' : null,
          limit.crossings > 0 && [` ${count(limit.crossings, 'time')}, last `, timeOf(limit.last)],
          limit.detail && h('div.muted', {}, limit.detail))))))),
    upkeep.frozen.length > 0 && h('p', {}, h('strong', {}, 'Suspended: '), upkeep.frozen.map(readable).join(', ')),
  ];
}

const FINDINGS = {
  ended: 'A task that had ended, and was held to live',
  unknown_process: 'A process that was not known',
  unknown_thread: 'A thread that was not known',
  image: 'Another program than was known',
  name: 'Another name than was known',
};

function selfCheckOf({ self_check: check }) {
  const found = Object.entries(check.findings).filter(([, n]) => n > 0);
  return [
    h('p', {}, `${number(check.compared)} comparisons with /proc in ${count(check.rounds, 'round')}: `,
      found.length === 0 ? 'no difference.' : `differences, ${number(check.repaired)} of which are put right:`),
    facts([
      ...found.map(([kind, n]) => [FINDINGS[kind] ?? kind, number(n)]),
      check.last && ['The last', [readable(check.last), ', ', timeOf(check.last_time)]],
      ...check.sources.map(({ source, agreed, contradicted }) => [`${source} beside the spine`,
        `${number(agreed)} agreed, ${number(contradicted)} contradicted`]),
    ]),
  ];
}

function enrichmentOf({ enrichment: e }) {
  return e.events === 0 ? h('p.muted', {}, 'No audit log was enriched yet.') : facts([
    ['Events', number(e.events)], ['Histories added', number(e.added)],
    ['Left out', `${number(e.ambiguous)} as several tasks can be meant, ${number(e.unknown)} as nobody is known`],
    ['Not audit records', count(e.unparsable, 'line')],
  ]);
}

function section(title, ...content) {
  return h('section', {}, h('h2', {}, title), ...content);
}

function facts(rows) {
  return h('dl.facts', {}, rows.filter(Boolean).map(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]));
}
