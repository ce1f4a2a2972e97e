// An audit record comes back with the history of its process.

import { postLines, postText, Refused } from './api.js';
import { byId, copyButton, fill, h, lineageOf, notice } from './dom.js';
import { count, readable } from './format.js';
import { routeTo, taskRoute } from './route.js';

// What is longer does not go into the address, which people send to each other.
const LONGEST_ADDRESS = 4000;
const SUMMARY = '#taskhistory ';
const ADDED = /^(?:node=\S+ )?type=UNKNOWN\[1340\] msg=audit\(\d+\.\d+:\d+\): (?:opid=\d+ )?history="(.*)"$/;
// A stamp is up to two clock ticks behind what it is of; whoever held the pid a tick or two around it can be meant.
const BEFORE_MS = 20;
const AFTER_MS = 22;
const MOST_LINKS = 500;
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
    const links = new Map(records.filter(record => record.added).map(record => [record, h('span')]));
    fill(this.result,
      h('h2', {}, 'Enriched'),
      h('p', {}, saidOf(totals)),
      h('div.bar', {}, copyButton('Copy all', () => `${text}\n`)),
      h('ol.records', { tabindex: '0', 'aria-label': 'The records' }, records.map(record => recordOf(record, links.get(record)))));
    this.#link(links, records);
  }

  /** A stamp can lie outside of the task's life, before its start for one: so it is asked who it was that is meant. */
  async #link(links, records) {
    const asked = [];
    for (const [{ line }, place] of [...links].slice(0, MOST_LINKS)) {
      const pid = pidOf(line, records);
      if (pid !== null) {
        asked.push({ line, place, pid, questions: questionsAbout(pid, STAMP.exec(line)[1]) });
      }
    }
    if (asked.length === 0) {
      return;
    }
    try {
      const answers = await postLines('lineages', { style: 'kernel', limit: 0 },
        asked.flatMap(one => one.questions), this.#going.signal);
      for (const { line, place, pid, questions } of asked) {
        fill(place, linkTo(answers.splice(0, questions.length), pid, line));
      }
    } catch {
      // There are no links then; the records are what was asked for.
    }
  }
}

/**
 * The questions that tell whose history was added: who held the pid at the stamp, and at each millisecond around it, the
 * nearest first; last, who held it alone in all that time.
 */
function questionsAbout(pid, stamp) {
  const [seconds, fraction] = stamp.split('.');
  const middle = Number(seconds) * 1000 + Number(fraction.slice(0, 3));
  const time = ms => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
  const around = [{ pid, at: stamp }];
  for (let ms = 1; ms <= AFTER_MS; ms++) {
    around.push({ pid, at: time(middle + ms) });
    if (ms <= BEFORE_MS) {
      around.push({ pid, at: time(middle - ms) });
    }
  }
  return [...around, { pid, at: time(middle - BEFORE_MS), until: time(middle + AFTER_MS) }];
}

/** Leads to the very task whose history was added; nowhere where no answer is sure to be of that. */
function linkTo(answers, pid, line) {
  const history = ADDED.exec(line)?.[1];
  const alone = answers.pop();
  const fitting = answers.filter(answer => answer.task !== undefined && answer.history === history);
  if (new Set(fitting.map(answer => answer.task)).size === 1) {
    return h('a', { href: taskRoute(fitting[0].task, fitting[0].at) }, `Task ${pid} at that time`);
  }
  return alone.task === undefined ? null : h('a', { href: taskRoute(alone.task) }, `Task ${pid}`);
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

function recordOf({ line, added }, link) {
  if (!added) {
    return h('li', {}, h('bdi', {}, readable(line)));
  }
  return h('li.added', {},
    h('p', {}, h('strong', {}, 'Added: '), lineageOf(namesIn(line).join('=>')), ' ', link),
    h('bdi', {}, line));
}

function namesIn(line) {
  return [...line.matchAll(/name=([^;"]*);pid=/g)].map(match => match[1]);
}

/** The pid that an added record is of. */
function pidOf(line, records) {
  const serial = STAMP.exec(line)?.[2];
  const pid = /\bopid=(\d+)/.exec(line)?.[1] ?? records.filter(({ line: other, added }) =>
    !added && STAMP.exec(other)?.[2] === serial).map(({ line: other }) => /[ :]pid=(\d+)/.exec(other)?.[1]).find(Boolean);
  return pid === undefined ? null : Number(pid);
}
