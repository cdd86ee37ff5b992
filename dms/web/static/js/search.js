// Search on wide screens: the page of the chosen hit stands beside the list; ↑ ↓ choose, ⏎ opens, n goes to the next words.
import { prepareViewers, viewerOf } from "./viewer.js";

const SETTLE = 120; // ms: who holds ↓ down asks for the last page only
const wide = matchMedia("(min-width: 1200px)");
const rows = [...document.querySelectorAll("[data-results] [data-preview]")];
const pane = document.querySelector("[data-preview-pane]");
let chosen = -1;
let asking = null;
let timer = 0;

if (pane && rows.length) {
  prepare();
  wide.addEventListener("change", prepare);
}

function prepare() {
  pane.hidden = !wide.matches;
  if (wide.matches && chosen < 0) choose(0, false);
}

for (const button of document.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => choose(chosen + Number(button.dataset.choose)));
}
for (const [at, row] of rows.entries()) {
  row.addEventListener("focusin", () => choose(at));
  row.addEventListener("click", (event) => {
    if (!event.target.closest(".result-text a, button")) chooseInstead(event, at);
  });
}

// A click on the picture or beside the words chooses; with no pane to show it in, the picture opens the document.
function chooseInstead(event, at) {
  if (!wide.matches) return;
  event.preventDefault();
  choose(at);
}

function choose(at, scroll = true) {
  const next = Math.min(Math.max(at, 0), rows.length - 1);
  if (!wide.matches || next === chosen) return;
  chosen = next;
  for (const [index, row] of rows.entries()) row.classList.toggle("chosen", index === chosen);
  if (scroll) rows[chosen].scrollIntoView({ block: "nearest" });
  pane.querySelector("[data-chosen]").textContent = `${chosen + 1} / ${rows.length}`;
  clearTimeout(timer);
  timer = setTimeout(show, SETTLE);
}

async function show() {
  asking?.abort();
  asking = new AbortController();
  const body = pane.querySelector("[data-preview-body]");
  try {
    const answer = await fetch(rows[chosen].dataset.preview, { signal: asking.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html"); // escaped by the server; runs nothing
    body.replaceChildren(...piece.body.childNodes);
    prepareViewers(body);
    const viewer = viewerOf(body.querySelector("[data-viewer]") ?? body);
    viewer?.stepTo(viewer.current);
  } catch (problem) {
    if (problem.name !== "AbortError") body.textContent = body.dataset.textFailed;
  }
}
