// An audit record comes back with the history of its process.

import { postText, Refused } from './api.js';
import { byId, copyButton, fill, h, lineageOf, notice } from './dom.js';
import { count, readable } from './format.js';
import { routeTo, taskRoute } from './route.js';

// What is longer does not go into the address, which people send to each other.
const LONGEST_ADDRESS = 4000;
const SUMMARY = '#taskhistory ';
const STAMP = /msg=audit\((\d+\.\d+):(\d+)\)/;

export class EnrichView {

  #shown = null;
  #going = new AbortController();

  /** @param {function(string)} navigate goes to a route */
  constructor(navigate) {
    this.navigate = navigate;
    this.form = byId('enrich-form');
    this.log = byId('enrich-log');
    this.all = byId('enrich-all');
    this.result = byId('enrich-result');
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      this.#submit();
    });
    this.log.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        this.form.requestSubmit();
      }
    });
  }

  #submit() {
    const log = this.log.value;
    const route = routeTo('enrich', '', { log, all: this.all.checked ? 'true' : '' });
    this.#shown = route;
    if (route.length <= LONGEST_ADDRESS) {
      this.navigate(route);
    }
    this.#enrich(log);
  }

  /** Shows what an address has; without a record what was pasted stays. */
  show(parameters) {
    const log = parameters.get('log') ?? '';
    const route = routeTo('enrich', '', { log, all: parameters.get('all') ?? '' });
    if (log !== '' && route !== this.#shown) {
      this.#shown = route;
      this.log.value = log;
      this.all.checked = parameters.get('all') === 'true';
      this.#enrich(log);
    }
  }

  async #enrich(log) {
    this.#going.abort();
    this.#going = new AbortController();
    const { signal } = this.#going;
    if (log.trim() === '') {
      fill(this.result, notice('Nothing to enrich', 'Paste one or more records first.'));
      return;
    }
    fill(this.result, h('p.muted', {}, 'Enriching …'));
    try {
      const answer = await postText('enrich/audit', { summary: true, limit: 0, ...this.all.checked && { all: true } },
        log.endsWith('\n') ? log : `${log}\n`, signal);
      this.#show(log, answer);
    } catch (e) {
      if (!signal.aborted && !(e instanceof Refused)) {
        fill(this.result, notice(e.title ?? 'The service does not answer', e.message));
      }
    }
  }

  #show(log, answer) {
    const lines = answer.split('\n');
    const totals = JSON.parse(lines.findLast(line => line.startsWith(SUMMARY))?.slice(SUMMARY.length) ?? '{}');
    const records = marked(log, lines.filter(line => line !== '' && !line.startsWith(SUMMARY)));
    const text = records.map(record => record.line).join('\n');
    fill(this.result,
      h('h2', {}, 'Enriched'),
      h('p', {}, saidOf(totals)),
      h('div.bar', {}, copyButton('Copy all', () => `${text}\n`)),
      h('ol.records', { tabindex: '0', 'aria-label': 'The records' }, records.map(record => recordOf(record, records))));
  }
}

/** Which lines were added: those of the answer that the log does not have in their place. */
function marked(log, lines) {
  const given = log.split('\n').filter(line => line !== '');
  let next = 0;
  return lines.map(line => {
    const added = line !== given[next];
    next += added ? 0 : 1;
    return { line, added };
  });
}

function saidOf(totals) {
  const parts = [`${count(totals.added ?? 0, 'history', 'histories')} added to ${count(totals.events ?? 0, 'event')}`];
  if (totals.ambiguous > 0) {
    parts.push(`${totals.ambiguous} left out, as several tasks can be meant`);
  }
  if (totals.unknown > 0) {
    parts.push(`${totals.unknown} left out, as nobody is known to have held the pid`);
  }
  if (totals.unparsable > 0) {
    parts.push(`${count(totals.unparsable, 'line')} that are no audit records`);
  }
  return `${parts.join('; ')}.`;
}

function recordOf({ line, added }, records) {
  if (!added) {
    return h('li', {}, h('bdi', {}, readable(line)));
  }
  return h('li.added', {},
    h('p', {}, h('strong', {}, 'Added: '), lineageOf(namesIn(line).join('=>')), ' ', linkOf(line, records)),
    h('bdi', {}, line));
}

function namesIn(line) {
  return [...line.matchAll(/name=([^;"]*);pid=/g)].map(match => match[1]);
}

/** Leads to the process that the record is of, at the record's own time. */
function linkOf(line, records) {
  const [, at, serial] = STAMP.exec(line) ?? [];
  const pid = /\bopid=(\d+)/.exec(line)?.[1] ?? records.filter(({ line: other, added }) =>
    !added && STAMP.exec(other)?.[2] === serial).map(({ line: other }) => /[ :]pid=(\d+)/.exec(other)?.[1]).find(Boolean);
  return pid === undefined ? null : h('a', { href: taskRoute(pid, at) }, `Task ${pid} at that time`);
}
