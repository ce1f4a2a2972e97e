// How what the service says is put for people. Nothing in here touches the page.

const OCTAL = /\\([0-3][0-7]{2})/g;
// Controls, formatting (bidirectional overrides among them), lone surrogates, private use, unassigned; every separator
// but the space; and the backslash, so that different bytes never look the same.
const HIDDEN = /(?! )[\p{C}\p{Z}\\]/u;

const encoder = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How an entry can be known, in words. */
export const provenances = {
  observed: 'The exec was seen, and the name came with it.',
  resolved: 'The exec was seen; the name was read from /proc a moment later, with nothing of that task in between.',
  snapshot: 'Found in a /proc scan: entries can be missing before and after it. Its time is the start of the process.',
  unknown: 'Something happened here and nobody knows what.',
};

/** Why a history is not complete, in words. */
export const reasons = {
  snapshot: ['Read from /proc, not seen happening',
    'Entries marked “snapshot” existed before they could be followed. What stands there is right, but other programs ' +
    'may be missing between them.'],
  unknown: ['A program whose name nobody knows',
    'Where a “?” stands an exec was seen, but by the time its name could be read the process had ended or gone on to ' +
    'another program.'],
  'creator-assumed': ['The creator is an assumption',
    'The source in use names a new task’s parent, not the task that called clone. They differ when a program asks ' +
    'for CLONE_PARENT, and nothing here can rule that out.'],
  gap: ['Events were lost meanwhile',
    'A source lost events while a process of this chain was alive, and nothing proves that none of them was its.'],
};

const causes = {
  overflow: 'the receive buffer was full',
  sequence: 'a sequence number was skipped',
  stopped: 'the service was not running',
  contradiction: 'reports contradicted each other or /proc',
  dropped: 'they are no longer kept',
  slow_reader: 'this page was too slow to read them',
  interference: 'somebody switched the recording off, or took what it held',
};

export function causeOf(label) {
  return causes[label] ?? label ?? 'for an unknown cause';
}

/** Whether the service says that nobody knows: a real question mark comes escaped. */
export function isUnknown(escaped) {
  return escaped === undefined || escaped === null || escaped === '?';
}

/**
 * The escaped text with everything printable as it is: `kworker/0\0720` is `kworker/0:0`. What could deceive or disturb
 * stays an octal escape, and so does what is not UTF-8.
 */
export function readable(escaped) {
  if (escaped === '\\077') {
    return escaped; // "?" alone would look like a name that nobody knows
  }
  const bytes = [];
  let last = 0;
  for (const match of escaped.matchAll(OCTAL)) {
    bytes.push(...encoder.encode(escaped.slice(last, match.index)), parseInt(match[1], 8));
    last = match.index + match[0].length;
  }
  return last === 0 ? visible(escaped) : decode(bytes.concat(...encoder.encode(escaped.slice(last))));
}

function decode(bytes) {
  let out = '';
  for (let i = 0; i < bytes.length;) {
    const b = bytes[i];
    const length = b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
    const sequence = bytes.slice(i, i + Math.max(length, 1));
    let text = null;
    try {
      text = length > 0 ? strictUtf8.decode(new Uint8Array(sequence)) : null;
    } catch {
      sequence.length = 1;
    }
    out += text === null || HIDDEN.test(text) ? sequence.map(octal).join('') : text;
    i += sequence.length;
  }
  return out;
}

/** Text that should hold nothing hidden; a service that lets something through is not trusted with it. */
function visible(text) {
  return HIDDEN.test(text) ? [...text].map(c => HIDDEN.test(c) && c !== '\\'
    ? [...encoder.encode(c)].map(octal).join('') : c).join('') : text;
}

function octal(byte) {
  return '\\' + byte.toString(8).padStart(3, '0');
}

const pad = (n, width = 2) => String(n).padStart(width, '0');

/** An RFC 3339 instant on this computer's clock and in its zone: the time alone if it is today's. */
export function when(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    return text;
  }
  const time = clock(text);
  return date.toDateString() === new Date().toDateString()
    ? time
    : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time}`;
}

/** The time of day alone. */
export function clock(text) {
  const date = new Date(text);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.` +
    pad(date.getMilliseconds(), 3);
}

/** The name of the zone that {@link when} speaks in. */
export function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const INSTANT = /^(.*:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/** An RFC 3339 instant in milliseconds since `base`, itself in whole ones since 1970: exact to the nanosecond near it. */
export function millisSince(base, text) {
  const [, whole, fraction = '', zone] = INSTANT.exec(text) ?? [];
  return whole === undefined ? NaN : Date.parse(whole + zone) - base + Number(`0.${fraction || 0}`) * 1000;
}

/** The instant that is so many milliseconds after `base`, as the service reads it. */
export function instantAt(base, ms) {
  const whole = Math.floor(ms / 1000) * 1000;
  const nanos = Math.min(999_999_999, Math.round((ms - whole) * 1e6));
  return `${new Date(base + whole).toISOString().slice(0, 19)}.${pad(nanos, 9)}Z`;
}

/** A point in time moved by some milliseconds; on the clock that it is told by. */
export function moved(at, ms) {
  const mono = /^mono:(\d+(?:\.\d+)?)$/.exec(at);
  if (mono) {
    return `mono:${Math.max(0, Number(mono[1]) + ms / 1000).toFixed(6)}`;
  }
  const seconds = /^\d+(?:\.\d+)?$/.test(at) ? Number(at) * 1000 : at === '' ? Date.now() : Date.parse(at);
  return Number.isNaN(seconds) ? at : new Date(seconds + ms).toISOString();
}

const UNITS = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];

/** A length of time in its largest unit. */
export function duration(ms) {
  for (const [size, unit] of UNITS) {
    if (ms >= size) {
      return `${ms < 10 * size && unit === 's' ? (ms / size).toFixed(1) : Math.floor(ms / size)} ${unit}`;
    }
  }
  return `${Math.max(0, Math.round(ms))} ms`;
}

export function age(text) {
  return duration(Math.max(0, Date.now() - Date.parse(text)));
}

export function number(n) {
  return Number(n).toLocaleString('en');
}

export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

export function bytes(n) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const i = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(n, 1)) / 3)));
  return `${i === 0 ? n : (n / 1000 ** i).toFixed(1)} ${units[i]}`;
}

/** A share as a percentage that says 100 % only of all and 0 % only of none. */
export function percent(share) {
  const value = share * 100;
  return `${value === 0 || value === 100 ? value : Math.min(99.9, Math.max(0.1, value)).toFixed(1)} %`;
}

/** A uid-like number; 2^32 - 1 is the kernel's "never set". */
export function identity(n) {
  return n === 4294967295 ? 'never set' : String(n);
}

/** How a task ended, in words. */
export function ending(exit) {
  if (!exit) {
    return 'still running';
  }
  if ('signal' in exit) {
    return `killed by ${exit.signal_name ?? 'signal'} (${exit.signal})${maker(exit.by)}` +
      `${exit.core_dumped ? ', core dumped' : ''}${victim(exit)}`;
  }
  return ('code' in exit ? `exited with code ${exit.code}` : 'ended unseen: nobody knows how') + victim(exit);
}

/** The same in a word or two, for where there is little room. */
export function endingShort(exit) {
  if (!exit || exit.unknown) {
    return '?';
  }
  return 'signal' in exit ? exit.signal_name ?? `signal ${exit.signal}` : `exit ${exit.code}`;
}

/** Whether something went wrong, as far as an ending tells. */
export function endedBadly(exit) {
  return Boolean(exit) && ('signal' in exit || exit.oom === true || (exit.code ?? 0) !== 0);
}

function victim(exit) {
  return exit.oom ? ', killed by the OOM killer' : '';
}

/** Who made a signal that no task sent. */
function maker(by) {
  const where = { kernel: ', made by the kernel', interrupt: ', made in an interrupt' }[by?.kind];
  return where === undefined ? '' : where + (by.si_code_name ? ` (${readable(by.si_code_name)})` : '');
}

/**
 * What a person typed as a time, in words of the service. `-15m` is that long ago and a date without a zone is local;
 * all else is passed on as it is.
 */
export function parseTime(typed) {
  const text = typed.trim();
  const ago = /^-\s*(\d+)\s*(s|m|min|h|d)$/.exec(text);
  if (ago) {
    const unit = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2]];
    return new Date(Date.now() - ago[1] * unit).toISOString();
  }
  const local = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?$/.exec(text);
  if (local) {
    const date = new Date(`${local[1]}T${local[2] ?? '00:00'}${local[3] ?? ':00'}`);
    return Number.isNaN(date.getTime()) ? text : date.toISOString().replace('.000Z', `${local[4] ?? ''}Z`);
  }
  return text;
}
