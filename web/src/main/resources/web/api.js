// Talking to the service: one function that asks, one that listens, and three ways in which both fail.

const KEY = 'taskhistory.token';
const BASE = 'api/v1/';
const TIMEOUT_MS = 20_000;

/** Tells 'reached', 'unreachable' and 'refused', whoever asked. */
export const connection = new EventTarget();

/** The service says no: an RFC 9457 problem document. */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.detail = detail;
  }
}

/** Nobody answers. */
export class Unreachable extends Error {}

/** The token is missing or not the right one. */
export class Refused extends Error {}

/** The token lives as long as the tab: sessionStorage, nowhere else. */
export function keepToken(token) {
  sessionStorage.setItem(KEY, token);
}

export function hasToken() {
  return sessionStorage.getItem(KEY) !== null;
}

function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function request(path, parameters, headers, more) {
  const token = sessionStorage.getItem(KEY);
  return fetch(BASE + path + query(parameters), {
    headers: { ...headers, ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
    cache: 'no-store',
    credentials: 'omit',
    ...more,
  });
}

async function ask(path, parameters, accept, signal, more = {}) {
  let response;
  let body;
  try {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    response = await request(path, parameters, { Accept: accept },
      { signal: signal ? AbortSignal.any([signal, timeout]) : timeout, ...more });
    body = await response.text();
  } catch (e) {
    throw failed(e, signal);
  }
  check(response, body);
  return body;
}

function failed(e, signal) {
  if (signal?.aborted) {
    return e;
  }
  connection.dispatchEvent(new Event('unreachable'));
  return new Unreachable('The service does not answer.', { cause: e });
}

function check(response, body) {
  connection.dispatchEvent(new Event('reached'));
  if (response.status === 401 || response.status === 403) {
    connection.dispatchEvent(new Event('refused'));
    throw new Refused();
  }
  if (!response.ok) {
    const problem = problemOf(body);
    const title = problem.title ?? `The service answered ${response.status}`;
    throw new Problem(response.status, title, problem.detail ?? '');
  }
}

function problemOf(body) {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/**
 * The JSON that the service has at `path`.
 * @throws {Problem|Unreachable|Refused} or an AbortError once `signal` fires
 */
export async function getJson(path, parameters = {}, signal = null) {
  return JSON.parse(await ask(path, parameters, 'application/json', signal));
}

export function getText(path, parameters = {}, signal = null) {
  return ask(path, parameters, 'text/plain', signal);
}

export function postText(path, parameters, text, signal = null) {
  return ask(path, parameters, 'text/plain', signal, { method: 'POST', body: text });
}

/** What the service answers to many questions, each a line of JSON, in their order. */
export async function postLines(path, parameters, questions, signal = null) {
  const answer = await ask(path, parameters, 'application/x-ndjson', signal, {
    method: 'POST',
    body: new Blob(questions.map(question => `${JSON.stringify(question)}\n`), { type: 'application/x-ndjson' }),
  });
  return answer.split('\n').filter(line => line !== '').map(line => JSON.parse(line));
}

/**
 * The pages that the service has at `path`, one after the other.
 * @yields {{items: Array, next: string, watermark: string}}
 */
export async function* pages(path, parameters, signal = null) {
  let cursor = null;
  do {
    const page = await getJson(path, { ...parameters, cursor }, signal);
    yield page;
    cursor = page.next ?? null;
  } while (cursor !== null);
}

/** An answer that goes on: its body, as a stream of text, once the service has said yes. */
export async function listen(path, parameters, headers, signal) {
  let response;
  let refusal = null;
  try {
    response = await request(path, parameters, { Accept: 'text/event-stream', ...headers }, { signal });
    refusal = response.ok ? null : await response.text();
  } catch (e) {
    throw failed(e, signal);
  }
  check(response, refusal);
  return response.body.pipeThrough(new TextDecoderStream());
}

/** The path of a task, which its id or its tid names. */
export function taskPath(task, rest = '') {
  return `tasks/${encodeURIComponent(task)}${rest}`;
}
