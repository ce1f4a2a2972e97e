// How a lineage pattern is written, beside each field that takes one.

import { button, h } from './dom.js';

const EXAMPLES = [
  ['sshd=>bash=>*', 'whatever ran right below a bash that ran right below sshd'],
  ['nginx=>**=>sh', 'each sh that came of nginx, however far below'],
  ['nginx=>**', 'all that came of nginx'],
  ['/usr/sbin/sshd=>**=>curl', 'a path, where the name alone could be anybody’s'],
  ['swapper/0=>*=>*', 'programs that init itself started: every history begins with swapper/0'],
];

/** Fills `details` with it; an example that is picked is put into `field`. */
export function explainLineage(details, field) {
  details.append(
    h('p', {}, 'Names from the oldest program to the one that is looked for, joined by ', h('code', {}, '=>'),
      '. It may begin anywhere in a history, and the last name is the exec that is found. ', h('code', {}, '*'),
      ' is any one program, ', h('code', {}, '**'), ' any number of them, none too. What starts with ',
      h('code', {}, '/'), ' is a path. Odd characters are written as everywhere here: ', h('code', {}, '\\040'),
      ' for a space.'),
    h('ul', {}, EXAMPLES.map(([pattern, words]) => h('li', {},
      button(h('code', {}, pattern), () => { field.value = pattern; field.focus(); }, { class: 'small' }),
      ' ', words))));
}

/**
 * Shows what the service says against one of a form's fields at that field; the first word of it names the field.
 * @returns {boolean} whether one was meant
 */
export function tellAtField(form, problem) {
  clearFieldProblems(form);
  const name = /^[a-z]+/.exec(problem.message)?.[0] ?? '';
  const field = problem.status === 400 ? [...form.elements].find(element => element.name === name) : undefined;
  if (field === undefined || field.type === 'checkbox') {
    return false;
  }
  const id = `${form.id}-${name}-problem`;
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', id);
  field.closest('label').append(h('span.field-problem', { id, role: 'alert' }, problem.message));
  field.closest('details')?.setAttribute('open', '');
  return true;
}

export function clearFieldProblems(form) {
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
  for (const words of form.querySelectorAll('.field-problem')) {
    words.remove();
  }
}
