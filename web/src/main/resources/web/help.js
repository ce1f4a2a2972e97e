// The keys, and a list of them.

import { byId } from './dom.js';

const OFF = 'taskhistory.keys-off';

/**
 * Answers single keys wherever nobody types. They can be switched off, as who speaks to a computer, or shakes, has to
 * be able to.
 *
 * @param {Object<string, function>} keys what each does
 */
export function listenForKeys(keys) {
  const help = byId('help');
  const off = byId('help-off');
  off.checked = sessionStorage.getItem(OFF) !== null;
  off.addEventListener('change', () =>
    off.checked ? sessionStorage.setItem(OFF, '1') : sessionStorage.removeItem(OFF));
  const toggle = () => help.open ? help.close() : help.showModal();
  byId('help-open').addEventListener('click', toggle);
  byId('help-close').addEventListener('click', () => help.close());
  help.addEventListener('click', event => event.target === help && help.close());
  addEventListener('keydown', event => {
    const typing = event.target.closest?.('input:not([type=checkbox], [type=range]), textarea, select');
    const blocked = help.open && event.key !== '?';
    if (typing || blocked || off.checked || event.defaultPrevented
        || event.ctrlKey || event.metaKey || event.altKey || document.body.classList.contains('refused')) {
      return;
    }
    const act = event.key === '?' ? toggle : keys[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  });
}
