// Moving along a time line: wheel, drag, two fingers.

const CLICK_PX = 4;
const ZOOM_PER_PIXEL = 0.0025;
const LINE_PX = 20; // browsers that count a wheel in lines

/**
 * @param {Element} plot what is moved on
 * @param {Element} axis where the wheel zooms by itself
 * @param to `zoom(factor, x)` with `x` in pixels of the plot, `pan(pixels)`, `point(x, y)` for a click
 */
export function listenForGestures(plot, axis, to) {
  const wheel = alwaysZoom => event => {
    const scale = event.deltaMode === 1 ? LINE_PX : 1;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey || (alwaysZoom && !sideways)) {
      to.zoom(Math.exp(event.deltaY * scale * ZOOM_PER_PIXEL * (event.ctrlKey ? 2 : 1)), xOf(event));
    } else if (event.shiftKey || sideways) {
      to.pan((sideways ? event.deltaX : event.deltaY) * scale);
    } else {
      return; // the lanes scroll
    }
    event.preventDefault();
  };
  const xOf = event => event.clientX - plot.getBoundingClientRect().left;
  plot.addEventListener('wheel', wheel(false), { passive: false });
  axis.addEventListener('wheel', wheel(true), { passive: false });
  pointers(plot, to, xOf);
  pointers(axis, to, xOf);
}

function pointers(element, to, xOf) {
  const down = new Map(); // by pointer: where it is now
  let moved = 0;
  const spread = () => {
    const [a, b] = [...down.values()];
    return { middle: (a + b) / 2, width: Math.max(10, Math.abs(a - b)) };
  };
  element.addEventListener('pointerdown', event => {
    if (event.button === 0 && !event.target.closest('a, button')) {
      down.set(event.pointerId, xOf(event));
      moved = down.size > 1 ? Infinity : 0;
      element.setPointerCapture(event.pointerId);
    }
  });
  element.addEventListener('pointermove', event => {
    if (!down.has(event.pointerId)) {
      return;
    }
    const x = xOf(event);
    if (down.size === 2) {
      const before = spread();
      down.set(event.pointerId, x);
      const after = spread();
      to.zoom(before.width / after.width, after.middle);
      to.pan(before.middle - after.middle);
      return;
    }
    const by = down.get(event.pointerId) - x;
    moved += Math.abs(by);
    down.set(event.pointerId, x);
    if (moved > CLICK_PX) {
      to.pan(by);
    }
  });
  const up = event => {
    if (down.delete(event.pointerId) && event.type === 'pointerup' && moved <= CLICK_PX) {
      to.point(xOf(event), event.clientY);
    }
  };
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
}
