// A task and its descendants over a stretch of time, as lanes. No elements in here.

import { millisSince } from './format.js';

/**
 * Lanes in the order of the tree, each below the one that it branches from.
 *
 * A lane: `item` as /tree has it, `start` and `end` in milliseconds since `base` (`end` null while it lives),
 * `from` the index of the lane that it branches off, -1 for none, and `execs`, each with a `time`.
 */
export function lanesOf(items, base) {
  const index = new Map();
  const lanes = [];
  for (const item of items) {
    if (index.has(item.task)) {
      continue; // it moved between two pages
    }
    index.set(item.task, lanes.length);
    lanes.push({
      item,
      start: millisSince(base, item.start),
      end: item.end ? millisSince(base, item.end) : null,
      from: index.get(item.parent) ?? -1,
      execs: (item.execs ?? []).map(exec => ({ ...exec, time: millisSince(base, exec.start) })),
    });
  }
  return lanes;
}

/** Stretches in which a source lost something, in milliseconds since `base`. */
export function hatched(gaps, base) {
  return gaps.map(gap => ({ gap, from: millisSince(base, gap.from), to: millisSince(base, gap.to) }));
}

/**
 * The vertical pieces that branches make on a screen, one for each column of pixels.
 *
 * @param lanes all of them; `first` and `last` can be seen
 * @param {function(number): number} x where a time stands; outside 0 to `width` it cannot be seen
 * @returns {Map<number, {top: number, bottom: number}>} by column, from lane to lane
 */
export function branches(lanes, first, last, x, width) {
  const found = new Map();
  for (let i = first; i < lanes.length; i++) {
    const { from, start } = lanes[i];
    if (from < 0 || from > last) {
      continue;
    }
    const column = Math.round(x(start));
    if (column < 0 || column > width) {
      continue;
    }
    const known = found.get(column);
    if (known === undefined) {
      found.set(column, { top: from, bottom: i });
    } else {
      known.top = Math.min(known.top, from);
      known.bottom = i;
    }
  }
  return found;
}
