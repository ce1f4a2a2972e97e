// Addresses. All state that a person may want to share stands behind the #.
//
//   #/tree?at=TIME                  the tree, live or as it was
//   #/task/ID?at=TIME               one task, by its id or its tid; boot= says in which boot a time on its own clock is
//   #/railway/ID?from=TIME&to=TIME  a task and its descendants over time
//   #/search?comm=…&lineage=…       past execs
//   #/stream?kind=…&root=…          events as they come
//   #/enrich?log=TEXT               an audit record, with histories
//   #/status                        sources, losses, coverage, limits
//   TIME is what the service reads, or as a person writes it: -10min, 2023-08-11 10:45
//   #token=…                        the link that the service prints: taken out of the address at once

/** The address of a view; parameters that are empty are left out. */
export function routeTo(view, name = '', parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return `#/${view}${name === '' ? '' : `/${encodeURIComponent(name)}`}` +
    `${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`;
}

/** The address of a task, which its id or its tid names, at a time or now. */
export function taskRoute(task, at = '', boot = '') {
  return routeTo('task', String(task), { at, boot: at === '' ? '' : boot });
}

export function treeRoute(at = '', boot = '') {
  return routeTo('tree', '', { at, boot: at === '' ? '' : boot });
}

/**
 * The address of whoever exec'd an entry, as of that moment. On the monotonic clock: where the wall clock was set back
 * one of its times is two moments.
 */
export function entryRoute(task, entry, boot) {
  return taskRoute(task, `mono:${entry.mono}`, boot);
}

/** The address of the task of an event, as it was right then. A task's id begins with as much of its boot's as is needed. */
export function eventRoute(event) {
  const boot = /^([0-9a-f]{8})([0-9a-f]{4})-/.exec(event.task);
  return entryRoute(event.task, event, boot === null ? '' : `${boot[1]}-${boot[2]}`);
}

/** What an address shows: the view, whom it names, and its parameters. */
export function parseRoute(hash) {
  const [path, query = ''] = hash.slice(1).split(/\?(.*)/s);
  const [, view = '', name = ''] = path.split('/');
  let decoded = name;
  try {
    decoded = decodeURIComponent(name);
  } catch {
    // A broken escape stays as it is; the service will say what is wrong with it.
  }
  return { view: view === '' ? 'tree' : view, name: decoded, parameters: new URLSearchParams(query) };
}
