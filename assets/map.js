/* Zoom and pan of the dependency map: mouse, touch, keys. The server places everything;
   this only moves the view box. All hangs on the document, so pages may come and go. */
(() => {
  "use strict";

  const STEP = 1.3;
  const MOVED_PX = 4;
  const NEAREST = 160; // Units across: about the width of one box.
  const PHONE_PX = 600;
  const READABLE = 0.6; // Of life size: a phone begins with a part that can be read.
  const KEYS = {
    "+": ["in"], "=": ["in"], "-": ["out"], "0": ["all"],
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  };

  const pointers = new Map(); // Of one map at a time.
  let moved = 0;
  let spread = 0;

  const mapIn = (element) => element?.querySelector("svg.map");
  const read = (words) => words.trim().split(/\s+/).map(Number);
  const box = (svg) => read(svg.getAttribute("viewBox"));
  const whole = (svg) => read(svg.dataset.all);

  function show(svg, [x, y, width, height]) {
    const [left, top, wide, high] = whole(svg);
    // The middle of the view stays on the map.
    const inside = (at, size, from, length) =>
      Math.min(Math.max(at, from - size / 2), from + length - size / 2);
    svg.setAttribute("viewBox", [
      inside(x, width, left, wide), inside(y, height, top, high), width, height,
    ].join(" "));
  }

  function zoom(svg, factor, at) {
    const [x, y, width, height] = box(svg);
    const [, , wide] = whole(svg);
    const next = Math.min(Math.max(width / factor, NEAREST), wide * 1.5);
    const by = next / width;
    const point = at ?? { x: x + width / 2, y: y + height / 2 };
    show(svg, [
      point.x - (point.x - x) * by, point.y - (point.y - y) * by, next, height * by,
    ]);
  }

  function place(svg, clientX, clientY) {
    const matrix = svg.getScreenCTM();
    return matrix
      ? new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse())
      : undefined;
  }

  function drag(svg, dx, dy) {
    const scale = svg.getScreenCTM()?.a || 1;
    const [x, y, width, height] = box(svg);
    show(svg, [x - dx / scale, y - dy / scale, width, height]);
  }

  // On a phone a map begins around its middle; "Show all of it" is one click away.
  const begun = new WeakMap();
  function begin(svg) {
    if (begun.get(svg) === svg.dataset.all || !svg.clientWidth) return;
    begun.set(svg, svg.dataset.all);
    const [x, y, width, height] = whole(svg);
    const wide = svg.clientWidth / READABLE;
    if (svg.clientWidth >= PHONE_PX || wide >= width) return;
    const high = (wide * svg.clientHeight) / svg.clientWidth;
    const marked = svg.querySelectorAll(".map-node.middle");
    const body = marked.length === 1 && marked[0].getBBox();
    const middle = body
      ? [body.x + body.width / 2, body.y + body.height / 2]
      : [marked.length ? x + width / 2 : x + wide / 2, y + height / 2];
    show(svg, [middle[0] - wide / 2, middle[1] - high / 2, wide, high]);
  }

  new MutationObserver(() => document.querySelectorAll("svg.map").forEach(begin)).observe(
    document, { subtree: true, childList: true, attributeFilter: ["data-all"] },
  );

  function step(svg, word) {
    if (word === "all") show(svg, whole(svg));
    else zoom(svg, word === "in" ? STEP : 1 / STEP);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-map-step]");
    if (!button) return;
    const svg = mapIn(button.closest(".map-box"));
    if (svg) step(svg, button.dataset.mapStep);
  });

  document.addEventListener("wheel", (event) => {
    const frame = event.target.closest?.("[data-map]");
    const svg = mapIn(frame);
    // A page that scrolls goes on scrolling until the map was clicked or Ctrl is held.
    if (!svg || !(event.ctrlKey || frame.contains(document.activeElement))) return;
    event.preventDefault();
    zoom(svg, STEP ** (-event.deltaY / 120), place(svg, event.clientX, event.clientY));
  }, { passive: false });

  document.addEventListener("pointerdown", (event) => {
    const svg = mapIn(event.target.closest?.("[data-map]"));
    if (!svg || event.button !== 0) return;
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, svg });
    spread = 0;
  });

  document.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    moved += Math.abs(dx) + Math.abs(dy);
    Object.assign(last, { x: event.clientX, y: event.clientY });
    if (moved < MOVED_PX) return;
    drag(last.svg, dx / pointers.size, dy / pointers.size);
    if (pointers.size === 2) pinch(last.svg);
  });

  function pinch(svg) {
    const [one, other] = [...pointers.values()];
    const now = Math.hypot(one.x - other.x, one.y - other.y);
    const middle = place(svg, (one.x + other.x) / 2, (one.y + other.y) / 2);
    if (spread && now) zoom(svg, now / spread, middle);
    spread = now;
  }

  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      spread = 0;
    });
  }

  // What was dragged was not clicked; a link is not dragged away either.
  document.addEventListener("click", (event) => {
    if (moved < MOVED_PX || !event.target.closest?.("[data-map]")) return;
    moved = 0;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-map]")) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const frame = event.target.closest?.("[data-map]");
    const svg = mapIn(frame);
    const key = KEYS[event.key];
    if (!svg || !key || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (key.length === 1) step(svg, key[0]);
    else {
      const [x, y, width, height] = box(svg);
      show(svg, [x + key[0] * width * 0.1, y + key[1] * height * 0.1, width, height]);
    }
  });

  // A box that gets the focus by the keyboard comes into view.
  document.addEventListener("focusin", (event) => {
    const svg = event.target.closest?.("svg.map");
    const body = svg && event.target.matches(":focus-visible") && event.target.getBBox?.();
    if (!body) return;
    const [x, y, width, height] = box(svg);
    const isSeen =
      body.x >= x && body.y >= y &&
      body.x + body.width <= x + width && body.y + body.height <= y + height;
    if (isSeen) return;
    const middle = [body.x + body.width / 2, body.y + body.height / 2];
    show(svg, [middle[0] - width / 2, middle[1] - height / 2, width, height]);
  });
})();
