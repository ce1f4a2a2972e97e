// Events as they come. EventSource cannot send the token, so the stream is read and taken apart here.

import { listen, Problem, Refused } from './api.js';

const RETRY_MS = [500, 1000, 2000, 5000];
// The service says something every 15 seconds; a connection that is silent for longer is dead.
const SILENCE_MS = 40_000;
const LONGEST_BUFFER = 4 * 1024 * 1024;

/** Takes a stream of server-sent events apart, however it was cut on its way. */
export class SseParser {

  #rest = '';
  #id = null;

  /** The events that are whole by now: `{ id, event, data }`, `id` as it stands at that event. */
  push(text) {
    this.#rest += text;
    if (this.#rest.length > LONGEST_BUFFER) {
      throw new Error('an event without an end');
    }
    const events = [];
    // A carriage return at the end may be half a line's end.
    for (let end; (end = /\r\n\r\n|\n\n|\r\r(?!$)/.exec(this.#rest)) !== null;) {
      const block = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      const event = this.#read(block);
      if (event !== null) {
        events.push(event);
      }
    }
    return events;
  }

  #read(block) {
    let event = 'message';
    const data = [];
    for (const line of block.split(/\r\n|\n|\r/)) {
      const [, field, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line);
      if (field === 'id') {
        this.#id = value;
      } else if (field === 'event') {
        event = value;
      } else if (field === 'data') {
        data.push(value);
      }
    }
    return data.length === 0 ? null : { id: this.#id, event, data: data.join('\n') };
  }
}

/**
 * A connection to /events that comes back by itself, and goes on where it was.
 *
 * Its handlers: `batch(events)` with what came at once, each `{ kind, id, ...data }`; `state(word)` with `connecting`,
 * `open`, `lost` or `closed`; `failed(problem)` where the service says no, after which it does not try again.
 */
export class Feed {

  #parameters;
  #handlers;
  #going = null;
  #last = null;

  constructor(parameters, handlers) {
    this.#parameters = parameters;
    this.#handlers = handlers;
  }

  /** Where it got to: goes on from there when it is started again. */
  get last() {
    return this.#last;
  }

  start() {
    if (this.#going === null) {
      this.#going = new AbortController();
      this.#run(this.#going.signal);
    }
  }

  stop() {
    this.#going?.abort();
    this.#going = null;
  }

  async #run(signal) {
    let failures = 0;
    while (!signal.aborted) {
      this.#handlers.state('connecting');
      try {
        await this.#follow(signal, () => { failures = 0; });
      } catch (e) {
        if (signal.aborted) {
          break;
        }
        if (e instanceof Problem && e.status < 500 && e.status !== 429) {
          this.#going = null;
          this.#handlers.failed(e);
          return;
        }
        if (e instanceof Refused) {
          this.#going = null;
          this.#handlers.state('closed');
          return;
        }
      }
      if (!signal.aborted) {
        this.#handlers.state('lost');
        await pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)], signal);
      }
    }
    this.#handlers.state('closed');
  }

  async #follow(signal, heard) {
    const silence = new AbortController();
    const headers = this.#last === null ? {} : { 'Last-Event-ID': this.#last };
    let timer = 0;
    const wind = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
    };
    wind();
    try {
      const both = AbortSignal.any([signal, silence.signal]);
      const stream = await listen('events', this.#parameters, headers, both);
      this.#handlers.state('open');
      const parser = new SseParser();
      const reader = stream.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        wind();
        heard();
        this.#take(parser.push(read.value));
      }
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  #take(events) {
    const batch = [];
    for (const { id, event, data } of events) {
      this.#last = id ?? this.#last;
      batch.push({ ...JSON.parse(data), kind: event, id });
    }
    if (batch.length > 0) {
      this.#handlers.batch(batch);
    }
  }
}

function pause(ms, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
