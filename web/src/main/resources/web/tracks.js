// Draws a railway: only the lanes that can be seen, anew for each frame.

import { marks } from './axis.js';
import { draw } from './dom.js';
import { causeOf, count, endedBadly, endingShort, isUnknown, readable } from './format.js';
import { branches } from './lanes.js';

export const LANE = 28;
const LINE = 19; // of a lane's height: the line itself, below the names
const CHARACTER = 6.4;
const CLOSEST = 7; // stations that are nearer to each other are one
const MARK_WIDTH = 105;
const LONGEST_NAME = 24;

/**
 * @param {SVGElement} svg what is drawn into
 * @param scene `lanes`, `hatched`, `from` and `to` (milliseconds), `now` (how far anything is known), `top` (the part
 *     that is scrolled away), `width`, `height`, `cursor` (a lane's index)
 */
export function drawTracks(svg, scene) {
  const { lanes, top, width, height } = scene;
  const x = time => (time - scene.from) / (scene.to - scene.from) * width;
  const first = Math.max(0, Math.floor(top / LANE));
  const last = Math.min(lanes.length, Math.ceil((top + height) / LANE)) - 1;
  const y = i => i * LANE - top + LINE;
  const parts = [hatchesOf(scene, x), futureOf(scene, x), gridOf(scene, x)];
  if (scene.cursor >= first && scene.cursor <= last) {
    parts.push(draw('rect', { class: 'chosen', x: 0, y: scene.cursor * LANE - top, width, height: LANE }));
  }
  parts.push(draw('path', { class: 'branches', d: branchPath(scene, first, last, x, y) }));
  for (let i = first; i <= last; i++) {
    parts.push(laneOf(lanes[i], scene, x, y(i)));
  }
  svg.replaceChildren(...parts.filter(Boolean));
}

function branchPath(scene, first, last, x, y) {
  let d = '';
  for (const [column, { top, bottom }] of branches(scene.lanes, first, last, x, scene.width)) {
    d += `M${column} ${Math.max(-20, y(top))}V${Math.min(scene.height + 20, y(bottom))}`;
  }
  return d;
}

function laneOf(lane, scene, x, y) {
  const { width } = scene;
  const { item } = lane;
  const begins = x(lane.start);
  const ends = lane.end === null ? x(scene.now) : x(lane.end);
  const from = Math.max(-1, Math.min(begins, width + 1));
  const to = Math.max(from, Math.min(ends, width + 1));
  const group = draw('g', { class: `lane${item.kernel_thread ? ' is-kernel' : ''}${lane.end === null ? ' is-live' : ''}` });
  if (ends < 0 || begins > width) {
    return group;
  }
  group.append(draw('path', { class: 'line', d: `M${from} ${y}H${Math.max(to, from + 1)}` }));
  if (begins >= 0) {
    group.append(draw('circle', { class: 'fork', cx: begins, cy: y, r: 2.5 }));
  }
  const room = stationsOf(group, lane, scene, x, y);
  if (lane.end !== null && ends <= width) {
    terminusOf(group, lane, ends, y, Math.max(room, from), width);
  }
  return group;
}

/** Draws the execs; tells how far to the right a name reaches. */
function stationsOf(group, lane, { width }, x, y) {
  const seen = lane.execs.map(exec => ({ exec, at: x(exec.time) })).filter(({ at }) => at >= -4 && at <= width + 4);
  let reach = -Infinity;
  for (let i = 0; i < seen.length;) {
    let next = i + 1;
    while (next < seen.length && seen[next].at - seen[i].at < CLOSEST) {
      next++;
    }
    const { exec, at } = seen[next - 1];
    const together = next - i;
    const kind = together > 1 ? 'several' : exec.provenance;
    group.append(draw('circle', { class: `station is-${kind}`, cx: at, cy: y, r: together > 1 ? 5 : 4 }));
    const end = Math.min(seen[next]?.at ?? Infinity, width + 60);
    const name = nameAt(exec, together);
    const fits = Math.floor((end - at - 6) / CHARACTER);
    if (fits >= Math.min(name.length, 3)) {
      const text = name.length > fits ? `${name.slice(0, Math.max(1, fits - 1))}…` : name;
      group.append(draw('text', { class: 'name', x: at + 1, y: y - 8 }, text));
      reach = at + text.length * CHARACTER;
    }
    i = next;
  }
  return reach;
}

function nameAt(exec, together) {
  const name = isUnknown(exec.name) ? '?' : readable(exec.name);
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return together > 1 ? `${short} +${together - 1}` : short;
}

function terminusOf(group, lane, at, y, reach, width) {
  const bad = endedBadly(lane.item.exit);
  group.append(draw('path', { class: `terminus${bad ? ' is-bad' : ''}`, d: `M${at} ${y - 6}V${y + 6}` }));
  const text = endingShort(lane.item.exit);
  if (text !== 'exit 0' && at + 6 + text.length * CHARACTER <= width) {
    group.append(draw('text', { class: `exit${bad ? ' is-bad' : ''}`, x: at + 5, y: y + 4 }, text));
  }
}

function hatchesOf({ hatched, width, height }, x) {
  const group = draw('g', { class: 'hatches' });
  for (const { gap, from, to } of hatched) {
    const left = Math.max(-2, x(from));
    const right = Math.min(width + 2, x(to));
    if (right >= 0 && left <= width && right >= left) {
      group.append(draw('rect', {
        class: 'hatched', fill: 'url(#hatch)', x: left, y: 0, width: Math.max(3, right - left), height,
      }, draw('title', {}, gapInWords(gap))));
    }
  }
  return group;
}

export function gapInWords(gap) {
  const lost = gap.lost === null || gap.lost === undefined ? 'an uncounted number of events' : count(gap.lost, 'event');
  return `${gap.source}: ${lost} lost, ${causeOf(gap.cause)}`;
}

/** What nobody knows yet. */
function futureOf({ now, width, height }, x) {
  const at = x(now);
  return at < width && draw('rect', { class: 'future', x: Math.max(0, at), y: 0, width: width - Math.max(0, at), height });
}

function gridOf({ base, from, to, width, height }, x) {
  const d = marks(base, from, to, width / MARK_WIDTH).map(({ at }) => `M${Math.round(x(at)) + .5} 0V${height}`).join('');
  return draw('path', { class: 'grid', d });
}

/** Draws the marks of the time line. */
export function drawAxis(svg, { base, from, to, width }) {
  const x = at => (at - from) / (to - from) * width;
  svg.replaceChildren(...marks(base, from, to, width / MARK_WIDTH).map(({ at, label }) => [
    draw('path', { class: 'mark', d: `M${Math.round(x(at)) + .5} 17V24` }),
    draw('text', { x: Math.min(Math.max(x(at), label.length * 3.4), width - label.length * 3.4), y: 13,
      'text-anchor': 'middle' }, label),
  ]).flat());
}
