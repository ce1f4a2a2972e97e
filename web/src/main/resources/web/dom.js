// The one place that makes elements. Text goes in as text nodes only: no string is ever parsed as markup.

import { isUnknown, provenances, readable, when } from './format.js';

/**
 * A new element.
 * @param {string} tag its name, with classes as in a selector: 'li.entry.last'
 * @param {object} attributes on… are listeners; true and false set or leave out; null is left out
 * @param {...(Node|string|null|false|Array)} children null and false are left out
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  append(element, children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for a drawing: an SVG element, its class as an attribute like any other. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value);
    }
  }
  append(element, children);
  return element;
}

/** Puts `children` in the place of all that `element` holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child);
    }
  }
}

export function byId(id) {
  return document.getElementById(id);
}

/** A name that a program chose. <bdi> keeps right-to-left letters in it from reordering what stands beside it. */
export function nameOf(escaped) {
  return isUnknown(escaped)
    ? h('bdi.name.unknown-name', { title: 'Nobody knows the name' }, '?')
    : h('bdi.name', {}, readable(escaped));
}

/** A history in the style `names`, as people read it. */
export function lineageOf(history) {
  return history.split('=>').map((name, i) => [i > 0 && ' → ', nameOf(name)]);
}

/** An instant as people read it; the exact one on hovering. */
export function timeOf(text) {
  return text ? h('time', { datetime: text, title: text }, when(text)) : h('span.muted', {}, 'unknown');
}

/** How something is known: a shape of its own and the word, so that it does not hang on the colour. */
export function provenanceOf(label) {
  const says = provenances[label] ?? '';
  return h(`span.provenance.is-${label in provenances ? label : 'unknown'}`, { title: says },
    h('i.shape', { 'aria-hidden': 'true' }), label);
}

/** A place where nothing can be shown, and why. */
export function notice(title, detail, ...actions) {
  return h('div.notice', {}, h('p.notice-title', {}, title), detail && h('p', {}, detail), ...actions);
}

export function button(label, onclick, more = {}) {
  return h('button', { type: 'button', onclick, ...more }, label);
}

/** A button that puts `text()` on the clipboard and says so. */
export function copyButton(label, text) {
  const copy = button(label, async () => {
    try {
      await navigator.clipboard.writeText(text());
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = 'Not allowed: select and copy';
    }
    setTimeout(() => { copy.textContent = label; }, 2000);
  }, { class: 'small', 'aria-live': 'polite' });
  return copy;
}
