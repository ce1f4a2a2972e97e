// Past execs: what ran, when, under whom.

import { getJson, Refused } from './api.js';
import { commandOf } from './chain.js';
import { button, byId, fill, h, lineageOf, nameOf, notice, provenanceOf, timeOf } from './dom.js';
import { count, identity, parseTime } from './format.js';
import { entryRoute } from './route.js';
import { clearFieldProblems, explainLineage, tellAtField } from './syntax.js';

const FIELDS = ['comm', 'exe', 'lineage', 'uid', 'from', 'to'];
const PAGE_SIZE = 100;
// The service looks at so many execs a request and then answers, found or not: go on for a while before asking.
const SILENT_PAGES = 20;

export class SearchView {

  #route = null;
  #going = new AbortController();

  /** @param {function(string)} navigate goes to a route */
  constructor(navigate) {
    this.form = byId('search-form');
    this.results = byId('search-results');
    explainLineage(this.form.querySelector('.syntax'), this.form.elements.lineage);
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      navigate(`#/search?${this.#asked()}`);
    });
    for (const choice of this.form.querySelectorAll('[data-from]')) {
      choice.addEventListener('click', () => {
        this.form.elements.from.value = choice.dataset.from;
        this.form.elements.to.value = '';
        this.form.requestSubmit();
      });
    }
  }

  #asked() {
    const asked = new URLSearchParams();
    for (const field of FIELDS) {
      const typed = this.form.elements[field].value.trim();
      if (typed !== '') {
        asked.set(field, field === 'from' || field === 'to' ? parseTime(typed) : typed);
      }
    }
    return asked;
  }

  /** Shows what a route asks for; a route without any field shows the form alone. */
  show(parameters) {
    const route = parameters.toString();
    if (route === this.#route) {
      return;
    }
    this.#route = route;
    for (const field of FIELDS) {
      this.form.elements[field].value = parameters.get(field) ?? '';
    }
    this.retry();
  }

  /** Searches again, from the start. */
  retry() {
    if (this.#route === null) {
      return;
    }
    this.#going.abort();
    this.#going = new AbortController();
    clearFieldProblems(this.form);
    const asked = Object.fromEntries([...new URLSearchParams(this.#route)].filter(([key]) => FIELDS.includes(key)));
    if (Object.keys(asked).length === 0) {
      fill(this.results, notice('Search past execs',
        'Fill in any of the fields; those left empty do not matter. Names and paths are matched whole.'));
      return;
    }
    const list = h('ol.found');
    const tail = h('div.tail', { 'aria-live': 'polite' });
    fill(this.results, list, tail);
    this.#load(asked, null, list, tail);
  }

  async #load(asked, cursor, list, tail) {
    const { signal } = this.#going;
    fill(tail, h('p.muted', {}, 'Searching …'));
    try {
      let page = { items: [], next: cursor };
      for (let i = 0; i < SILENT_PAGES && page.items.length === 0 && (i === 0 || page.next); i++) {
        page = await getJson('search', { ...asked, size: PAGE_SIZE, cursor: page.next }, signal);
      }
      list.append(...page.items.map(execOf));
      this.#tell(asked, page, list, tail);
    } catch (e) {
      if (signal.aborted || e instanceof Refused) {
        return;
      }
      if (tellAtField(this.form, e)) {
        fill(tail, notice('Nothing was searched', 'The service does not understand one of the fields: see there.'));
      } else {
        fill(tail, notice(e.title ?? 'The service does not answer', e.message,
          button('Try again', () => this.#load(asked, cursor, list, tail))));
      }
    }
  }

  #tell(asked, page, list, tail) {
    const found = list.children.length;
    if (page.next) {
      fill(tail, h('p.muted', {}, `${count(found, 'exec')} so far, oldest first.`),
        button(page.items.length > 0 ? 'More' : 'Search on', () => this.#load(asked, page.next, list, tail)));
    } else if (found === 0) {
      fill(tail, notice('No such exec', 'None was recorded that fits all of the fields.'));
    } else {
      fill(tail, h('p.muted', {}, `${count(found, 'exec')}, oldest first.`));
    }
  }
}

function execOf(exec) {
  return h('li', {},
    h('p.exec', {},
      h('a', { href: entryRoute(exec.task ?? exec.pid, exec, exec.boot) }, nameOf(exec.name)),
      h('span.pid', {}, `pid ${exec.pid}`),
      exec.uid === undefined ? null : h('span.muted', {}, `uid ${identity(exec.uid)}`),
      timeOf(exec.start), provenanceOf(exec.provenance)),
    h('p', {}, commandOf(exec)),
    h('p.lineage', {}, lineageOf(exec.history)));
}
