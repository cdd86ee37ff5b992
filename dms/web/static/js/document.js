// Document page: a value or a seal ↔ its place on the page; the words searched for, boxed on every page.
import { ask } from "./net.js";
import { viewerOf } from "./viewer.js";

const MOST_PAGES = 40; // asked for hits

const root = document.querySelector("[data-document]");
const image = root?.querySelector("[data-viewer]");
if (image) start();

function start() {
  root.addEventListener("click", (event) => {
    const light = event.target.closest("[data-light]");
    const go = event.target.closest("[data-go]");
    if (light) show(light.dataset.light);
    if (go) viewerOf(image)?.go(Number(go.dataset.go));
  });
  image.addEventListener("guidang:box", (event) => {
    here(event.detail.field);
    root.querySelector(`[data-light="${CSS.escape(event.detail.field)}"]`)?.focus();
  });
  if (root.dataset.query) hits(root.dataset.query);
}

function show(name) {
  viewerOf(image)?.light(name);
  here(name);
}

function here(name) {
  for (const row of root.querySelectorAll("[data-value]")) row.classList.toggle("here", row.dataset.value === name);
}

async function hits(query) {
  const viewer = viewerOf(image) ?? (await new Promise((resolve) => setTimeout(() => resolve(viewerOf(image)), 50)));
  const pages = viewer.pages.map((page) => Number(page.dataset.page)).slice(0, MOST_PAGES);
  const found = await Promise.all(pages.map(async (position) => {
    const answer = await ask(`/documents/${root.dataset.document}/pages/${position}/boxes.json?${new URLSearchParams({ q: query })}`);
    return answer.boxes.map((box) => ({ position, box }));
  }));
  viewer.setHits(found.flat());
  viewer.stepTo(viewer.current);
}
