// How well the service follows, in a strip that always shows.

import { fill, h } from './dom.js';
import { count, duration, number, percent } from './format.js';

// The service says it is up to date a few milliseconds late; a strip that flickered between 8 and 12 would tell nobody.
const AT_ONCE_MS = 1000;
const LATE_MS = 10_000;

/**
 * @param {Element} strip what is filled
 * @param status what the service last said, null for nothing yet
 * @param {number} silent for how many milliseconds it has said nothing, where that is longer than it should be; else 0
 */
export function drawStrip(strip, status, silent) {
  if (status === null) {
    fill(strip, item('bad', 'service', 'not reached'));
    return;
  }
  fill(strip, spineOf(status), silent > 0 ? item('bad', 'last heard', `${duration(silent)} ago`) : watermarkOf(status),
    item(status.coverage.share === 1 ? 'good' : 'fair', 'complete', percent(status.coverage.share),
      `${number(status.coverage.complete)} of ${number(status.coverage.live)} live processes have a complete history`),
    lossesOf(status), storeOf(status), limitsOf(status));
}

function spineOf(status) {
  const spine = status.sources.find(source => source.name === status.spine);
  const running = spine === undefined || spine.state === 'running';
  return item(running ? 'good' : 'bad', 'spine', running ? status.spine : `${status.spine} ${spine.state}`,
    'The source that creates tasks and entries');
}

function watermarkOf(status) {
  const behind = Math.max(0, Date.parse(status.now) - Date.parse(status.watermark));
  return item(behind > LATE_MS ? 'bad' : behind > AT_ONCE_MS ? 'fair' : 'good', 'watermark',
    behind > AT_ONCE_MS ? `${duration(behind)} behind` : 'up to date',
    `All that the kernel reported until ${status.watermark} can be queried`);
}

function lossesOf(status) {
  const lost = status.sources.reduce((sum, source) => sum + source.lost, 0);
  return item(status.gap_count === 0 && lost === 0 ? 'good' : 'fair', 'losses',
    status.gap_count === 0 && lost === 0 ? 'none' : `${count(lost, 'event')}, ${count(status.gap_count, 'gap')}`,
    'What the sources are known to have lost');
}

function storeOf({ upkeep }) {
  const { health, queue } = upkeep;
  const fine = health.state === 'fine' && (queue?.lost ?? 0) === 0;
  return item(fine ? 'good' : 'bad', 'store', health.state, health.problem ?? 'Whether what happens can be kept');
}

/** Only where there is something to tell. */
function limitsOf({ upkeep }) {
  const crossed = upkeep.limits.filter(limit => limit.crossed);
  return crossed.length === 0 ? null
    : item('bad', 'limits crossed', crossed.map(limit => limit.name).join(', '), 'See Status');
}

function item(mood, label, value, title) {
  return h(`a.item.is-${mood}`, { title, href: '#/status' }, h('i.shape', { 'aria-hidden': 'true' }),
    h('span.item-label', {}, label), ' ', h('span.item-value', {}, value));
}
