// The lanes of a railway as a table: the same for whoever cannot see it, or wants to copy it.

import { button, fill, h, nameOf, timeOf } from './dom.js';
import { ending } from './format.js';
import { taskRoute } from './route.js';

const ROWS = 200;

export class LaneTable {

  #lanes = [];
  #shown = ROWS;

  constructor() {
    this.body = h('tbody');
    this.more = button('More', () => { this.#shown += ROWS; this.#draw(); });
    this.place = h('details.lane-table', {}, h('summary', {}, 'As a table'),
      h('div.table-box', { tabindex: '0', role: 'group', 'aria-label': 'Lanes as a table' },
        h('table', {}, h('thead', {}, h('tr', {},
          ['Task', 'Branches off', 'From', 'Until', 'Execs', 'How it ended'].map(title => h('th', { scope: 'col' }, title)))),
        this.body), this.more));
    this.place.addEventListener('toggle', () => this.#draw());
  }

  show(lanes) {
    this.#lanes = lanes;
    this.#draw();
  }

  #draw() {
    if (!this.place.open) {
      return;
    }
    fill(this.body, this.#lanes.slice(0, this.#shown).map(lane => this.#row(lane)));
    this.more.hidden = this.#lanes.length <= this.#shown;
  }

  #row({ item, from, end, execs }) {
    const branch = this.#lanes[from]?.item;
    return h('tr', {},
      h('th', { scope: 'row' }, h('a', { href: taskRoute(item.task) }, nameOf(item.comm), ` ${item.tid}`)),
      h('td', {}, branch === undefined ? h('span.muted', {}, '–') : [nameOf(branch.comm), ` ${branch.tid}`,
        item.parent_is === 'reaper' ? h('span.muted', {}, ' (its reaper)') : null]),
      h('td', {}, timeOf(item.start)),
      h('td', {}, end === null ? 'still running' : timeOf(item.end)),
      h('td', {}, execs.map((exec, i) => [i > 0 && ', ', nameOf(exec.name), ' ', timeOf(exec.start)])),
      h('td', {}, end === null ? '' : ending(item.exit)));
  }
}
