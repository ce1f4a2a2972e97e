// A long list of rows of one height, of which elements exist only where they can be seen.

const SPARE_ROWS = 8;

export class Rows {

  #pool = [];
  #length = 0;
  #drawing = false;

  /**
   * @param {Element} scroller what scrolls; its property --row is the height of a row
   * @param {Element} canvas the element in it that holds the rows
   * @param {function(number): Element} make a new, empty row
   * @param {function(Element, number)} show puts the content at an index into a row
   */
  constructor(scroller, canvas, make, show) {
    this.scroller = scroller;
    this.canvas = canvas;
    this.make = make;
    this.show = show;
    scroller.addEventListener('scroll', () => this.drawSoon(), { passive: true });
    new ResizeObserver(() => this.drawSoon()).observe(scroller);
  }

  get height() {
    return parseFloat(getComputedStyle(this.scroller).getPropertyValue('--row')) || 26;
  }

  /** How many rows fit on the screen. */
  get screen() {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 1);
  }

  /** The index at the upper edge, with the part of it that is scrolled away. */
  get top() {
    return this.scroller.scrollTop / this.height;
  }

  /** There are `length` rows now, and row `top` stands at the upper edge. */
  reset(length, top) {
    this.#length = length;
    this.canvas.style.height = `${length * this.height}px`;
    this.scroller.scrollTop = top * this.height;
    this.draw();
  }

  /** Scrolls as little as needed to show the row at an index. */
  reveal(at) {
    const height = this.height;
    const { scrollTop, clientHeight } = this.scroller;
    if (at * height < scrollTop) {
      this.scroller.scrollTop = at * height;
    } else if ((at + 1) * height > scrollTop + clientHeight) {
      this.scroller.scrollTop = (at + 1) * height - clientHeight;
    }
    this.draw();
  }

  drawSoon() {
    if (!this.#drawing) {
      this.#drawing = true;
      requestAnimationFrame(() => {
        this.#drawing = false;
        this.draw();
      });
    }
  }

  draw() {
    const height = this.height;
    const { scrollTop, clientHeight } = this.scroller;
    const size = Math.ceil(clientHeight / height) + 2 * SPARE_ROWS;
    while (this.#pool.length < size) {
      this.#pool.push(this.canvas.appendChild(this.make(this.#pool.length)));
    }
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE_ROWS);
    const end = Math.min(first + this.#pool.length, this.#length);
    // A row keeps its element while it is in sight, so that scrolling by one changes one.
    for (let at = first; at < first + this.#pool.length; at++) {
      const element = this.#pool[at % this.#pool.length];
      element.hidden = at >= end;
      if (at < end) {
        this.show(element, at);
        element.style.transform = `translateY(${at * height}px)`;
      }
    }
  }
}
