// The names beside the lanes of a railway. They are links for who points; with keys one goes by the lanes themselves.

import { fill, h, nameOf } from './dom.js';
import { taskRoute } from './route.js';
import { LANE } from './tracks.js';

const DEEPEST_INDENT = 10;

export class Gutter {

  #pool = [];

  constructor() {
    this.place = h('div.gutter', { 'aria-hidden': 'true' });
  }

  draw({ lanes, top, height, cursor }) {
    const first = Math.floor(top / LANE);
    const size = Math.ceil(height / LANE) + 1;
    while (this.#pool.length < size) {
      this.#pool.push(this.place.appendChild(h('a', { tabindex: '-1' })));
    }
    this.#pool.forEach((element, nth) => {
      const at = first + nth;
      const lane = nth < size ? lanes[at] : undefined;
      element.hidden = lane === undefined;
      if (lane !== undefined) {
        element.style.transform = `translateY(${at * LANE - top}px)`;
        element.classList.toggle('cursor', at === cursor);
        this.#show(element, lane);
      }
    });
  }

  #show(element, lane) {
    if (element.lane !== lane) {
      element.lane = lane;
      element.href = taskRoute(lane.item.task);
      element.style.paddingInlineStart = `calc(${Math.min(lane.item.depth, DEEPEST_INDENT)} * var(--rail-indent) + 8px)`;
      fill(element, nameOf(lane.item.comm), ' ', h('span.pid', {}, lane.item.tid));
    }
  }
}
