// Which view an address shows, and what ties the views together.

import { connection, hasToken, keepToken } from './api.js';
import { byId } from './dom.js';
import { EnrichView } from './enrich.js';
import { parseTime } from './format.js';
import { listenForKeys } from './help.js';
import { Railway } from './railway.js';
import { parseRoute, routeTo, taskRoute, treeRoute } from './route.js';
import { SearchView } from './search.js';
import { StatusView } from './status.js';
import { StreamView } from './stream.js';
import { TaskView } from './task.js';
import { TimeBar } from './time.js';
import { TreeView } from './tree.js';

// Left stands what one picks from, right what one looks at; a narrow window shows one of them, a railway needs all.
const LEFT = ['tree', 'search', 'stream'];
const RIGHT = ['task', 'status', 'enrich'];
const FULL = ['railway'];
const TITLES = { tree: 'Tree', search: 'Search', stream: 'Stream', status: 'Status', enrich: 'Enrich' };

const navigate = route => { location.hash = route; };
const tree = new TreeView(task => navigate(taskRoute(task, then.at, then.boot)));
const task = new TaskView(navigate, id => tree.select(id), id => tree.find(id));
const search = new SearchView(navigate);
const stream = new StreamView(navigate);
const railway = new Railway(navigate);
const enrich = new EnrichView(navigate);
const time = new TimeBar(travel);
const status = new StatusView(s => time.keptSince(s.upkeep.kept_since));
const wide = matchMedia('(min-width: 1000px)');

let started = false;
let shown = '';
let left = 'tree';
let then = { at: '', boot: '' };

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

/** A time as a person writes it is replaced by the one that it means, so that it still means that later. */
function settleTimes() {
  const { view, name, parameters } = parseRoute(location.hash);
  const typed = ['at', 'from', 'to'].filter(key => parameters.has(key) && parseTime(parameters.get(key)) !== parameters.get(key));
  if (typed.length > 0) {
    typed.forEach(key => parameters.set(key, parseTime(parameters.get(key))));
    history.replaceState(null, '', routeTo(view, name, Object.fromEntries(parameters)));
  }
}

function route() {
  if (takeToken()) {
    restart();
  }
  settleTimes();
  const { view, name, parameters } = known(parseRoute(location.hash));
  const front = LEFT.includes(view) ? 'left' : FULL.includes(view) ? 'full' : 'right';
  const turned = document.body.dataset.front !== front;
  document.body.dataset.front = front;
  left = front === 'left' ? view : left;
  for (const one of LEFT) {
    byId(`${one}-pane`).hidden = one !== left;
  }
  for (const one of [...RIGHT, ...FULL]) {
    byId(one).hidden = one !== view && !(one === 'status' && front === 'left');
  }
  setTime(view, parameters);
  if (view !== 'task') {
    tree.select(null);
    document.title = `${TITLES[view] ? `${TITLES[view]} · ` : ''}Task history`;
  }
  showLeft(view, parameters);
  showRight(view, name, parameters);
  markLinks(view);
  appearances();
  if (front === 'right' && shown !== view + name) {
    byId('right').scrollTop = 0;
    shown = view + name;
  }
  if (turned && started && (!wide.matches || front === 'full')) {
    byId(front === 'left' ? `${view}-pane` : view).focus({ preventScroll: true });
  }
}

function known(asked) {
  const { view, name } = asked;
  const exists = [...LEFT, ...RIGHT, ...FULL].includes(view) && (name !== '' || !['task', 'railway'].includes(view));
  return exists ? asked : { ...asked, view: 'tree' };
}

/** The tree stands at the same time as the task beside it. */
function setTime(view, parameters) {
  const timely = view === 'tree' || view === 'task';
  then = { at: timely ? parameters.get('at') ?? '' : '', boot: timely ? parameters.get('boot') ?? '' : '' };
  tree.travel(then.at, then.boot);
  time.show(then.at, then.boot, timely);
  byId('nav-tree').setAttribute('href', treeRoute(then.at, then.boot));
}

function travel(at, boot) {
  const { view, name } = parseRoute(location.hash);
  const to = view === 'task' ? taskRoute(name, at, boot) : treeRoute(at, boot);
  if (to === location.hash) {
    time.show(then.at, then.boot, true);
  }
  navigate(to);
}

function showLeft(view, parameters) {
  if (view === 'search') {
    search.show(parameters);
  } else if (view === 'stream') {
    stream.show(parameters);
  }
}

function showRight(view, name, parameters) {
  if (view === 'task') {
    task.show(name, then.at, then.boot);
  } else {
    task.close();
  }
  if (view === 'railway') {
    railway.show(name, parameters);
  } else {
    railway.close();
  }
  if (view === 'enrich') {
    enrich.show(parameters);
  }
  status.appear();
}

function markLinks(view) {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === view) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
}

function appearances() {
  const seen = document.body.dataset.front === 'left' || (wide.matches && document.body.dataset.front === 'right');
  tree.appear(seen && left === 'tree');
  stream.appear(seen && left === 'stream');
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
    stream.retry();
    railway.retry();
  }
}

function refused() {
  if (byId('gate').hidden) {
    byId('gate-problem').textContent = hasToken()
      ? 'The service refused the token that this tab has. It may have been replaced by another.'
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

/** Puts the focus where one types what to look for. */
function find() {
  if (!wide.matches && document.body.dataset.front !== 'left' || document.body.dataset.front === 'full') {
    navigate(treeRoute(then.at, then.boot));
    route();
  }
  const field = { tree: byId('tree-filter'), search: byId('search-form').elements.comm,
    stream: byId('stream-form').elements.comm }[left];
  field.focus();
  field.select();
}

/** From a task to its railway, and back. */
function otherSide() {
  const { view, name } = parseRoute(location.hash);
  if (view === 'task' && name !== '') {
    task.openRailway();
  } else if (view === 'railway') {
    navigate(taskRoute(name));
  }
}

const go = view => () => navigate(view === 'tree' ? treeRoute(then.at, then.boot) : routeTo(view));
const whenTimely = act => () => byId('time-toggle').hidden || act();
listenForKeys({
  '/': find,
  t: go('tree'),
  s: go('search'),
  l: go('stream'),
  e: go('enrich'),
  i: go('status'),
  r: otherSide,
  g: () => byId('jump-task').focus(),
  a: whenTimely(() => time.unfold(true)),
  '[': whenTimely(() => time.step(-1000)),
  ']': whenTimely(() => time.isPast && time.step(1000)),
  '{': whenTimely(() => time.step(-60_000)),
  '}': whenTimely(() => time.isPast && time.step(60_000)),
  n: whenTimely(() => time.isPast && time.now()),
});

connection.addEventListener('refused', refused);
connection.addEventListener('unreachable', unreachable);
connection.addEventListener('reached', reached);
addEventListener('hashchange', route);
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
