// What one lane of a railway says, in words: for whoever points at it, and for whoever cannot see it.

import { fill, h, nameOf } from './dom.js';
import { duration, ending, instantAt, readable, when } from './format.js';
import { routeTo, taskRoute } from './route.js';

const HINT = 'Point at a lane, or go through them with the arrow keys. Ctrl and the wheel zoom, dragging moves.';

export class Readout {

  constructor() {
    this.place = h('div.readout', { role: 'status' }, h('p.muted', {}, HINT));
  }

  /**
   * @param lane undefined for none
   * @param time where somebody points, null for nowhere
   * @param reach how far from there an exec may be to be meant
   */
  tell(lane, base, time, reach) {
    if (lane === undefined) {
      fill(this.place, h('p.muted', {}, HINT));
      return;
    }
    const { item } = lane;
    const exec = time === null ? undefined : nearest(lane.execs, time, reach);
    const at = momentOf(lane, base, exec?.time ?? time);
    fill(this.place,
      h('p', {},
        h('a', { href: taskRoute(item.task, at) }, nameOf(item.comm), ` ${item.tid}`),
        ` from ${when(item.start)}`,
        lane.end === null ? ', still running' : ` for ${duration(lane.end - lane.start)}, ${ending(item.exit)}`,
        ' · ', h('a', { href: routeTo('railway', item.task) }, 'its own railway')),
      h('p', {}, exec === undefined ? execsOf(lane) : [
        'exec of ', nameOf(exec.name), ` at ${when(exec.start)}, ${exec.provenance}`,
        exec.exe ? [': ', h('bdi.path', {}, readable(exec.exe))] : null]));
  }
}

/** A time at which the task can be looked at: empty for as it is now, or was in the end. */
function momentOf(lane, base, time) {
  return time === null || time < lane.start || (lane.end !== null && time >= lane.end) ? '' : instantAt(base, time);
}

function nearest(execs, time, reach) {
  const within = execs.filter(exec => Math.abs(exec.time - time) <= reach);
  return within.sort((a, b) => Math.abs(a.time - time) - Math.abs(b.time - time))[0];
}

function execsOf({ execs }) {
  return execs.length === 0 ? h('span.muted', {}, 'no exec in this time')
    : ['execs: ', execs.slice(0, 8).map((exec, i) => [i > 0 && ', ', nameOf(exec.name)]),
      execs.length > 8 && ` and ${execs.length - 8} more`];
}
