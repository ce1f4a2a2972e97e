// Where a time line has its marks, and what stands at them. No elements in here.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1e-3, 1e-2, 0.1, 1, 10, 100].flatMap(unit => [unit, 2 * unit, 5 * unit]),
  ...[1, 2, 5, 10, 15, 30].map(n => n * SECOND), ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 2, 3, 6, 12].map(n => n * HOUR), ...[1, 2, 7, 14, 30, 90, 365].map(n => n * DAY)];
const pad = (n, width = 2) => String(n).padStart(width, '0');

/**
 * The marks between two times, at most `most` of them, on round times of the zone that people here live in.
 *
 * @param {number} base milliseconds since 1970 that the others count from
 * @returns {Array<{at: number, label: string}>}
 */
export function marks(base, from, to, most) {
  const step = STEPS.find(size => (to - from) / size <= most) ?? STEPS.at(-1);
  const zone = new Date(base + from).getTimezoneOffset() * MINUTE;
  const shift = base - zone;
  const found = [];
  for (let n = Math.ceil((from + shift) / step); n * step - shift <= to; n++) {
    const at = n * step - shift;
    found.push({ at, label: label(base + at, step) });
  }
  return found;
}

function label(absolute, step) {
  const whole = Math.floor(absolute / SECOND + 1e-9) * SECOND;
  const date = new Date(whole);
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (step >= DAY) {
    return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  }
  if (step >= MINUTE) {
    return minutes === '00:00' ? `${pad(date.getMonth() + 1)}-${pad(date.getDate())}` : minutes;
  }
  if (step >= SECOND) {
    return `${minutes}:${pad(date.getSeconds())}`;
  }
  const digits = step >= 100 ? 1 : step >= 10 ? 2 : step >= 1 ? 3 : 6;
  const fraction = Math.max(0, absolute - whole) / SECOND;
  return `:${pad(date.getSeconds())}${fraction.toFixed(digits).slice(1)}`;
}
