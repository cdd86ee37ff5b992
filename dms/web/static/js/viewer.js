// Page viewer: zoom, turn, fit, loupe, page strip, next and previous hit, boxes ↔ fields, drawing a box.
// Talks to the page by events on its element:
//   guidang:box      a box was clicked           detail {id, field, page}
//   guidang:drawn    a box was drawn             detail {page, box: [x0, y0, x1, y1] in page fractions}
//   guidang:page     another page is shown       detail {page}
// and listens:  viewerOf(element).light(field)   viewerOf(element).go(page)   viewerOf(element).setHits(boxes)
const STEP = 1.25;
const LIMITS = [0.2, 8];
const SVG = "http://www.w3.org/2000/svg";
const LOUPE_SCALE = 2.5;
const viewers = new WeakMap();

export const viewerOf = (element) => viewers.get(element);

export function prepareViewers(root) {
  for (const element of root.querySelectorAll("[data-viewer]")) viewers.set(element, new Viewer(element));
}

class Viewer {
  constructor(element) {
    this.element = element;
    this.stage = element.querySelector("[data-viewer-stage]");
    this.pages = [...element.querySelectorAll("figure.page")];
    this.current = Number(element.dataset.current) || 1;
    this.fitting = "page";
    this.zoom = 1;
    this.turns = new Map();
    this.wireTools();
    this.wireBoxes();
    this.wirePointer();
    this.wireImages();
    new ResizeObserver(() => this.layout()).observe(this.stage);
    this.showHits();
    this.go(this.current, false);
  }

  get page() {
    return this.pages.find((page) => Number(page.dataset.page) === this.current) ?? this.pages[0];
  }

  get hits() {
    return [...this.element.querySelectorAll(".box.hit")];
  }

  emit(name, detail) {
    this.element.dispatchEvent(new CustomEvent(`guidang:${name}`, { bubbles: true, detail }));
  }

  // ——— pages
  go(number, announce = true) {
    const page = this.pages.find((candidate) => Number(candidate.dataset.page) === number);
    if (!page) return;
    this.current = number;
    for (const other of this.pages) other.hidden = other !== page;
    this.load(page);
    for (const button of this.element.querySelectorAll("[data-go-page]")) {
      const here = Number(button.dataset.goPage) === number;
      button.toggleAttribute("aria-current", here);
      if (here) {
        button.setAttribute("aria-current", "true");
        if (announce) button.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
    const where = this.element.querySelector("[data-viewer-where]");
    if (where) where.textContent = this.element.dataset.textPage.replace("{n}", number).replace("{all}", this.element.dataset.total);
    this.layout();
    if (announce) this.emit("page", { page: number });
  }

  load(page) {
    const image = page.querySelector("[data-page-image]");
    if (image.dataset.src) {
      image.src = image.dataset.src;
      delete image.dataset.src;
    }
  }

  wireImages() {
    for (const page of this.pages) {
      const image = page.querySelector("[data-page-image]");
      image.addEventListener("load", () => this.layout());
      image.addEventListener("error", () => {
        page.classList.add("broken");
        page.dataset.message = this.element.dataset.textMissing;
      });
    }
  }

  // ——— size: the figure gets real pixels, so that scrolling and boxes need no arithmetic of their own
  layout() {
    const page = this.page;
    const image = page?.querySelector("[data-page-image]");
    const width = Number(image?.getAttribute("width")) || image?.naturalWidth;
    const height = Number(image?.getAttribute("height")) || image?.naturalHeight;
    if (!width || !height) return;
    const turn = this.turns.get(this.current) ?? 0;
    const [seenWidth, seenHeight] = turn % 180 ? [height, width] : [width, height];
    const padding = 2 * parseFloat(getComputedStyle(this.stage).paddingLeft || "16");
    const room = [this.stage.clientWidth - padding, this.stage.clientHeight - padding];
    if (room[0] <= 0) return;
    if (this.fitting === "page") this.zoom = Math.min(room[0] / seenWidth, Math.max(room[1], 200) / seenHeight);
    if (this.fitting === "width") this.zoom = room[0] / seenWidth;
    const [w, h] = [width * this.zoom, height * this.zoom];
    page.classList.add("sized");
    Object.assign(page.style, { width: `${w}px`, height: `${h}px`, transform: "", margin: "" });
    if (turn) {
      const shift = { 90: [h, 0], 180: [w, h], 270: [0, w] }[turn];
      page.style.transform = `translate(${shift[0]}px, ${shift[1]}px) rotate(${turn}deg)`;
      const spare = Math.max(0, (room[0] - (turn % 180 ? h : w)) / 2);
      page.style.margin = `0 ${turn % 180 ? h - w : 0}px ${turn % 180 ? w - h : 0}px ${spare}px`;
    }
  }

  setZoom(factor, at) {
    const before = this.page.getBoundingClientRect();
    const point = at ?? { x: before.left + before.width / 2, y: before.top + before.height / 2 };
    const share = [(point.x - before.left) / before.width, (point.y - before.top) / before.height];
    this.fitting = "";
    this.zoom = Math.min(LIMITS[1], Math.max(LIMITS[0] / 4, this.zoom * factor));
    this.layout();
    const after = this.page.getBoundingClientRect();
    this.stage.scrollBy(after.left + share[0] * after.width - point.x, after.top + share[1] * after.height - point.y);
  }

  fit(kind) {
    this.fitting = kind;
    this.layout();
    this.stage.scrollTo(0, 0);
  }

  turn() {
    this.turns.set(this.current, ((this.turns.get(this.current) ?? 0) + 90) % 360);
    this.layout();
  }

  // ——— tools
  wireTools() {
    const on = (name, act) => this.element.querySelector(`[data-viewer-${name}]`)?.addEventListener("click", act);
    on("previous-page", () => this.go(this.current - 1));
    on("next-page", () => this.go(this.current + 1));
    on("in", () => this.setZoom(STEP));
    on("out", () => this.setZoom(1 / STEP));
    on("fit", () => this.fit("page"));
    on("width", () => this.fit("width"));
    on("turn", () => this.turn());
    on("next-hit", () => this.step(1));
    on("previous-hit", () => this.step(-1));
    on("loupe", (event) => this.toggle(event.currentTarget, "loupe"));
    on("draw", (event) => this.toggle(event.currentTarget, "drawing"));
    for (const button of this.element.querySelectorAll("[data-go-page]")) {
      button.addEventListener("click", () => this.go(Number(button.dataset.goPage)));
    }
    this.stage.addEventListener("keydown", (event) => this.onStageKey(event));
  }

  toggle(button, name) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    this.element.toggleAttribute(`data-${name}`, on);
    if (!on) this.glass?.remove();
  }

  onStageKey(event) {
    if (event.key === "Escape" && this.element.hasAttribute("data-drawing")) {
      this.toggle(this.element.querySelector("[data-viewer-draw]"), "drawing");
    }
  }

  // ——— boxes
  wireBoxes() {
    this.stage.addEventListener("click", (event) => {
      const box = event.target.closest?.(".box");
      if (!box || this.moved || this.element.hasAttribute("data-drawing")) return;
      this.mark([box]);
      this.emit("box", { id: box.dataset.box ?? "", field: box.dataset.field ?? "", page: this.current });
    });
  }

  mark(boxes) {
    for (const box of this.element.querySelectorAll(".box.current")) box.classList.remove("current");
    for (const box of boxes) box.classList.add("current");
  }

  // Light up the places of a field (or of one box by id) and bring the first into view.
  light(name) {
    const boxes = [...this.element.querySelectorAll(".box")].filter((box) => box.dataset.field === name || box.dataset.box === name);
    this.mark(boxes);
    if (boxes[0]) this.bring(boxes[0]);
    return boxes.length > 0;
  }

  bring(box) {
    const page = Number(box.closest("figure.page").dataset.page);
    if (page !== this.current) this.go(page);
    const seen = box.getBoundingClientRect();
    const stage = this.stage.getBoundingClientRect();
    const margin = 48;
    const off = (low, high, from, to) => (low < from + margin ? low - from - margin : high > to - margin ? high - to + margin : 0);
    this.stage.scrollBy(off(seen.left, seen.right, stage.left, stage.right), off(seen.top, seen.bottom, stage.top, stage.bottom));
  }

  // Replace the hits: [{position, box: [x0, y0, x1, y1]}]
  setHits(hits) {
    for (const box of this.hits) box.remove();
    for (const hit of hits) {
      const page = this.pages.find((candidate) => Number(candidate.dataset.page) === hit.position);
      page?.querySelector(".boxes").append(makeBox(hit.box, "hit"));
    }
    this.showHits();
  }

  showHits() {
    const counter = this.element.querySelector("[data-viewer-hits]");
    if (!counter) return;
    const at = this.hits.findIndex((box) => box.classList.contains("current"));
    counter.textContent = this.hits.length ? `${at < 0 ? "–" : at + 1} / ${this.hits.length}` : "";
  }

  // Go to the first hit of a page (or the first of all).
  stepTo(page) {
    const box = this.hits.find((hit) => Number(hit.closest("figure.page").dataset.page) === page) ?? this.hits[0];
    if (!box) return;
    this.mark([box]);
    this.bring(box);
    this.showHits();
  }

  step(by) {
    const hits = this.hits;
    if (hits.length === 0) return;
    const at = hits.findIndex((box) => box.classList.contains("current"));
    const next = hits[(at < 0 ? (by > 0 ? 0 : hits.length - 1) : at + by + hits.length) % hits.length];
    this.mark([next]);
    this.bring(next);
    this.showHits();
  }

  // ——— pointer: pan, wheel, loupe, drawing
  wirePointer() {
    this.stage.addEventListener("pointerdown", (event) => this.onDown(event));
    this.stage.addEventListener("pointermove", (event) => this.onLoupe(event));
    this.stage.addEventListener("pointerleave", () => this.glass?.remove());
    this.stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.setZoom(event.deltaY < 0 ? STEP : 1 / STEP, { x: event.clientX, y: event.clientY });
    }, { passive: false });
  }

  onDown(event) {
    if (event.button !== 0 || (event.pointerType === "touch" && !this.element.hasAttribute("data-drawing"))) return;
    if (this.element.hasAttribute("data-drawing")) return this.startDrawing(event);
    this.moved = false;
    const from = { x: event.clientX, y: event.clientY, left: this.stage.scrollLeft, top: this.stage.scrollTop };
    const move = (later) => {
      if (Math.hypot(later.clientX - from.x, later.clientY - from.y) > 3) this.moved = true;
      if (!this.moved) return;
      this.stage.classList.add("panning");
      this.stage.scrollTo(from.left - (later.clientX - from.x), from.top - (later.clientY - from.y));
    };
    this.untilUp(move, () => this.stage.classList.remove("panning"));
  }

  untilUp(move, end) {
    const stop = new AbortController();
    addEventListener("pointermove", move, { signal: stop.signal });
    for (const name of ["pointerup", "pointercancel"]) {
      addEventListener(name, (event) => { stop.abort(); end(event); }, { signal: stop.signal });
    }
  }

  // A point of the window as a fraction of the page, however it is turned.
  fractionOf(event) {
    const svg = this.page.querySelector(".boxes");
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [Math.min(1, Math.max(0, point.x / 1000)), Math.min(1, Math.max(0, point.y / 1000))];
  }

  startDrawing(event) {
    event.preventDefault();
    const from = this.fractionOf(event);
    const shape = makeBox([...from, ...from], "drawn");
    this.page.querySelector(".boxes").append(shape);
    let box = [...from, ...from];
    const move = (later) => {
      const to = this.fractionOf(later);
      box = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
      placeBox(shape, box);
    };
    this.untilUp(move, () => {
      setTimeout(() => shape.remove(), 1500);
      if (box[2] - box[0] > 0.004 && box[3] - box[1] > 0.003) this.emit("drawn", { page: this.current, box });
      const button = this.element.querySelector("[data-viewer-draw]");
      if (button?.getAttribute("aria-pressed") === "true") this.toggle(button, "drawing");
    });
  }

  onLoupe(event) {
    const image = this.page?.querySelector("[data-page-image]");
    if (!this.element.hasAttribute("data-loupe") || !image || event.pointerType === "touch") return;
    this.glass ??= Object.assign(document.createElement("div"), { className: "loupe" });
    const [x, y] = this.fractionOf(event);
    const [w, h] = [this.page.offsetWidth * LOUPE_SCALE, this.page.offsetHeight * LOUPE_SCALE];
    const size = [260, 180];
    const beside = [event.clientX + 24 + size[0] > innerWidth ? event.clientX - 24 - size[0] : event.clientX + 24,
      Math.min(event.clientY + 24, innerHeight - size[1] - 8)];
    Object.assign(this.glass.style, {
      left: `${beside[0]}px`, top: `${beside[1]}px`,
      backgroundImage: `url("${image.currentSrc}")`,
      backgroundSize: `${w}px ${h}px`,
      backgroundPosition: `${size[0] / 2 - x * w}px ${size[1] / 2 - y * h}px`,
    });
    document.body.append(this.glass);
  }
}

function makeBox(box, kind) {
  const shape = document.createElementNS(SVG, "rect");
  shape.setAttribute("class", `box ${kind}`);
  placeBox(shape, box);
  return shape;
}

function placeBox(shape, [x0, y0, x1, y1]) {
  const numbers = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
  for (const [name, value] of Object.entries(numbers)) shape.setAttribute(name, String(value * 1000));
}
