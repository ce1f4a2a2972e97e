// Talking to the service: one function, and three ways in which it fails.

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

async function ask(path, parameters, accept, signal) {
  const token = sessionStorage.getItem(KEY);
  let response;
  let body;
  try {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    response = await fetch(BASE + path + query(parameters), {
      headers: { Accept: accept, ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
      cache: 'no-store',
      credentials: 'omit',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    body = await response.text();
  } catch (e) {
    if (signal?.aborted) {
      throw e;
    }
    connection.dispatchEvent(new Event('unreachable'));
    throw new Unreachable('The service does not answer.', { cause: e });
  }
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
  return body;
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

/** The path of a task, which its id or its tid names. */
export function taskPath(task, rest = '') {
  return `tasks/${encodeURIComponent(task)}${rest}`;
}
