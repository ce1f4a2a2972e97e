// Which view a route shows. All state that a person may want to share is in the address, behind the #.
//
//   #/tree              the live tree
//   #/task/ID?at=TIME   one task, by its id or its tid; boot= says in which boot a time on its own clock is
//   #/search?comm=…     past execs
//   #/status            sources, losses, coverage
//   #token=…            the link that the service prints: taken out of the address at once

import { connection, hasToken, keepToken } from './api.js';
import { taskRoute } from './chain.js';
import { byId } from './dom.js';
import { SearchView } from './search.js';
import { StatusView } from './status.js';
import { TaskView } from './task.js';
import { TreeView } from './tree.js';

const navigate = route => { location.hash = route; };
const tree = new TreeView(task => navigate(taskRoute(task)));
const task = new TaskView(navigate, id => tree.select(id), id => tree.find(id));
const search = new SearchView(navigate);
const status = new StatusView();
const wide = matchMedia('(min-width: 1000px)');

let started = false;
let shown = '';

/** Takes a token out of the address, so that neither the history nor a shared link carries it. */
function takeToken() {
  const found = /^#token=([^&]*)(?:&(\/.*))?$/.exec(location.hash);
  if (found === null) {
    return false;
  }
  keepToken(decodeURIComponent(found[1]));
  history.replaceState(null, '', `${location.pathname}${location.search}#${found[2] ?? '/tree'}`);
  return true;
}

function parse() {
  const [path, query = ''] = location.hash.slice(1).split(/\?(.*)/s);
  const [, view = 'tree', name = ''] = path.split('/');
  let decoded = name;
  try {
    decoded = decodeURIComponent(name);
  } catch {
    // A broken escape stays as it is; the service will say what is wrong with it.
  }
  return { view: view === '' ? 'tree' : view, name: decoded, parameters: new URLSearchParams(query) };
}

/** Left stands what one picks from (tree or search), right what one looks at; a narrow window shows one of them. */
function route() {
  if (takeToken()) {
    restart();
  }
  const { view, name, parameters } = parse();
  const left = view === 'tree' || view === 'search';
  const turned = document.body.dataset.front !== (left ? 'left' : 'right');
  document.body.dataset.front = left ? 'left' : 'right';
  if (left) {
    byId('tree-pane').hidden = view !== 'tree';
    byId('search-pane').hidden = view !== 'search';
  }
  if (view === 'search') {
    search.show(parameters);
  }
  const one = view === 'task' && name !== '';
  byId('task').hidden = !one;
  byId('status').hidden = one;
  if (one) {
    task.show(name, parameters.get('at') ?? '', parameters.get('boot') ?? '');
  } else {
    task.close();
    tree.select(null);
    document.title = 'Task history';
    status.appear();
  }
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === view) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  appearances();
  if (!left && shown !== view + name) {
    byId('right').scrollTop = 0;
    shown = view + name;
  }
  if (turned && !wide.matches) {
    byId(left ? `${view}-pane` : one ? 'task' : 'status').focus({ preventScroll: true });
  }
}

function appearances() {
  tree.appear(!byId('tree-pane').hidden && (wide.matches || document.body.dataset.front === 'left'));
}

/** Asks for everything on show again: the service is back, or there is another token. */
function restart() {
  byId('gate').hidden = true;
  document.body.classList.remove('refused');
  if (started) {
    status.refresh();
    tree.refresh();
    task.retry();
    search.retry();
  }
}

function refused() {
  if (byId('gate').hidden) {
    byId('gate-problem').textContent = hasToken()
      ? 'The service refused the token that this tab has. A new one is made when the data directory is.'
      : 'This page needs the service’s token.';
    byId('gate').hidden = false;
    document.body.classList.add('refused');
    byId('gate-token').focus();
  }
}

function unreachable() {
  byId('banner').hidden = false; // the status view goes on trying
}

function reached() {
  if (!byId('banner').hidden) {
    byId('banner').hidden = true;
    restart();
  }
}

function key(event) {
  const typing = event.target.closest?.('input, textarea, select');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (!wide.matches && document.body.dataset.front !== 'left') {
      navigate('#/tree');
      route();
    }
    const field = byId('tree-pane').hidden ? byId('search-form').elements.comm : byId('tree-filter');
    field.focus();
    field.select();
    event.preventDefault();
  }
}

connection.addEventListener('refused', refused);
connection.addEventListener('unreachable', unreachable);
connection.addEventListener('reached', reached);
addEventListener('hashchange', route);
addEventListener('keydown', key);
wide.addEventListener('change', appearances);
byId('banner-retry').addEventListener('click', () => status.refresh());
byId('gate').addEventListener('submit', event => {
  event.preventDefault();
  keepToken(byId('gate-token').value.trim());
  byId('gate-token').value = '';
  restart();
});
byId('jump').addEventListener('submit', event => {
  event.preventDefault();
  const asked = byId('jump-task').value.trim();
  if (asked !== '') {
    navigate(taskRoute(asked));
    byId('jump-task').value = '';
  }
});
route();
started = true;
status.refresh();
