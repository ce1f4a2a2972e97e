// A history as people read it: one entry below the other, from the boot task down to where the process stands.

import { fill, h, nameOf, provenanceOf, timeOf } from './dom.js';
import { causeOf, count, duration, identity, readable, reasons, when, zone } from './format.js';
import { entryRoute } from './route.js';

/** The list of a task's entries. `openEntries` remembers which of them are unfolded, by their place in the history. */
export function chainOf(task, openEntries) {
  const items = task.entries.map((entry, i) => entryOf(task, i, openEntries));
  const last = task.entries.at(-1);
  const inherited = last.pid !== task.tgid && !task.kernel_thread && task.entries.length > 1;
  return h('section', { 'aria-labelledby': 'chain-title' },
    h('h2', { id: 'chain-title' }, 'History'),
    h('ol.chain', {}, items),
    h('p.muted.small', {},
      task.kernel_thread ? 'A kernel thread: it never exec’d, so it has the root entry alone. ' : null,
      inherited ? ['This process has not exec’d since its fork: the last entry is that of process ',
        h('a', { href: entryRoute(last.pid, last, task.boot) }, last.pid), ', which it descends from. '] : null,
      `Times are in ${zone()}; hover for the exact instant in UTC.`));
}

function entryOf(task, i, openEntries) {
  const entry = task.entries[i];
  const details = detailsOf(task, i);
  const summary = h('summary', {},
    h('i.shape', { 'aria-hidden': 'true' }),
    nameOf(entry.name),
    h('span.pid', {}, `pid ${entry.pid}`),
    h('span.at', {}, timeOf(entry.start), wasSetBack(task.entries[i - 1], entry)
      && h('span.muted.small', { title: 'In between; the order here is right' }, ' clock was set back')),
    i === 0 ? h('span.provenance', { title: 'Every history starts here: the task that the kernel boots with' }, 'boot')
      : provenanceOf(entry.provenance),
    commandOf(entry));
  const unfolded = h('details', { open: openEntries.has(i) }, summary, details);
  unfolded.addEventListener('toggle', () => unfolded.open ? openEntries.add(i) : openEntries.delete(i));
  return h(`li.entry.is-${i === 0 ? 'root' : entry.provenance}`, {}, unfolded);
}

function wasSetBack(before, entry) {
  return before !== undefined && Number(before.mono) <= Number(entry.mono)
    && Date.parse(before.start) > Date.parse(entry.start);
}

/** What ran: the arguments if known, else the path; nothing where that says no more than the name. */
export function commandOf(entry) {
  const path = entry.program ?? entry.exe;
  const text = entry.argv ? entry.argv.map(argument => quoted(readable(argument))).join(' ') : readable(path ?? '');
  const saysMore = text !== '' && (entry.argv_truncated || text !== readable(entry.name));
  return saysMore && h('bdi.command', {}, text, entry.argv_truncated ? ' …' : '');
}

/** An argument such that one can see where it ends. */
function quoted(argument) {
  return /^[^\s'"]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function detailsOf(task, i) {
  const entry = task.entries[i];
  const rows = [
    ['Program', path(entry.program), 'What exec was asked for; for a script, the script'],
    ['Executable', entry.exe === entry.program ? null : path(entry.exe),
      'The running image; for a script, the interpreter'],
    ['Arguments', argumentsOf(entry)],
    ['Directory', path(entry.cwd)],
    ['User', ids(entry.uid, entry.euid), 'uid, and the effective one where it differs'],
    ['Group', ids(entry.gid, entry.egid), 'gid, and the effective one where it differs'],
    ['Login', entry.loginuid === undefined ? null
      : `uid ${identity(entry.loginuid)}, session ${identity(entry.sessionid)}`, 'loginuid and audit session'],
    ['Terminal', entry.tty === undefined ? null : entry.tty === '' ? 'none' : path(entry.tty)],
    ['Control group', path(entry.cgroup)],
    ['Container', entry.container === '' ? 'none' : path(entry.container)],
    ['Pid inside', entry.nspid === undefined || entry.nspid === entry.pid ? null : entry.nspid,
      'The pid in its own pid namespace'],
    ['Clock', `mono:${entry.mono}`, 'Seconds on the monotonic clock, as kernel logs and traces carry them'],
    ['Task then', i === 0 ? null : h('a', { href: entryRoute(entry.pid, entry, task.boot) },
      `whoever was pid ${entry.pid} at ${when(entry.start)}`)],
  ].filter(([, value]) => value !== null && value !== undefined);
  return h('dl.facts', {}, rows.map(([term, value, title]) => [h('dt', { title }, term), h('dd', {}, value)]));
}

function path(text) {
  return text === undefined || text === '' ? null : h('bdi.path', {}, readable(text));
}

function ids(real, effective) {
  if (real === undefined) {
    return null;
  }
  return effective === undefined || effective === real ? identity(real)
    : `${identity(real)}, effective ${identity(effective)}`;
}

function argumentsOf(entry) {
  if (entry.hidden) {
    return h('span.muted', {}, 'not shown: they are another user’s');
  }
  if (entry.omitted) {
    return h('span.muted', {}, 'left out, as those of the newer ones are long already; a search for the name has them');
  }
  if (!entry.argv) {
    return null;
  }
  return h('ol.arguments', { start: '0' }, entry.argv.map(argument => h('li', {}, h('bdi', {}, readable(argument)))),
    entry.argv_truncated && h('li.muted', {}, '… and more, not kept'));
}

/** Whether the history is all there is to tell, and if not why. */
export function completenessOf(task) {
  const section = h('section', { 'aria-labelledby': 'complete-title' },
    h('h2', { id: 'complete-title' }, 'Can this be relied on?'));
  if (task.complete) {
    section.append(h('p', {}, 'Yes: every program from boot to here was seen, every creator is known, and no loss ' +
      'touches it.'));
    return section;
  }
  section.append(
    h('p', {}, 'What is listed is right, but it may not be everything:'),
    h('ul.reasons', {}, task.reasons.map(reason => {
      const [title, words] = reasons[reason] ?? [reason, ''];
      return h('li', {}, h('strong', {}, title), h('span', {}, words),
        reason === 'gap' && task.gaps.length > 0 && gapsOf(task.gaps));
    })));
  return section;
}

/** Gaps as a list, the one where most was lost not special: each can hide an exec. */
export function gapsOf(gaps) {
  return h('ul.gaps', {}, gaps.map(gap => h('li', {},
    h('strong', {}, gap.source), ' ', timeOf(gap.from), ' – ', timeOf(gap.to),
    ` (${duration(Math.max(0, Date.parse(gap.to) - Date.parse(gap.from)))}): `,
    gap.lost === null || gap.lost === undefined || gap.lost < 0
      ? 'an uncounted number of events'
      : count(gap.lost, 'event'), ' lost, ', causeOf(gap.cause))));
}

/** A small word that says whether a history is complete. */
export function completenessBadge(task) {
  return fill(h(`span.badge.${task.complete ? 'is-complete' : 'is-incomplete'}`),
    h('i.shape', { 'aria-hidden': 'true' }), task.complete ? 'complete' : 'incomplete');
}
