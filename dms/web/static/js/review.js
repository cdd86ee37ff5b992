// Review: the eye never leaves the column, the hand never leaves the keyboard.
//   ⏎ in a value accepts it and goes to the next doubtful one; after the last, ⏎ confirms the document and opens the next.
//   Typing replaces the value (it is selected when entered); ↓ takes the suggestion; drawing on the page re-reads that box.
import { ask } from "./net.js";
import { sayFailed, say } from "./toast.js";
import { viewerOf } from "./viewer.js";

const root = document.querySelector("[data-review]");
if (root) start(root);

function start(root) {
  const form = root.querySelector("[data-review-form]");
  const image = root.querySelector("[data-viewer]");
  const rows = [...form.querySelectorAll("[data-value]")];
  const inputOf = (row) => row.querySelector("input:not([type=hidden]), textarea");
  const isOpen = (row) => row.classList.contains("doubtful") && !row.classList.contains("accepted");
  const confirmAll = document.querySelector("[data-confirm-all]");
  let here = null;
  let changed = false;

  for (const element of form.querySelectorAll("[data-accept], [data-suggest]")) element.hidden = false;

  function enter(row, { focus = true } = {}) {
    for (const other of rows) other.classList.toggle("here", other === row);
    here = row;
    viewerOf(image)?.light(row.dataset.value);
    if (focus) {
      inputOf(row).focus({ preventScroll: true });
      if (inputOf(row).type !== "checkbox") inputOf(row).select();
      row.scrollIntoView({ block: "nearest" });
    }
  }

  function accept(row) {
    row.classList.add("accepted");
    mark(row, "accepted", row.dataset.value.startsWith("seal-") ? null : row.dataset.value);
    const seal = row.querySelector("[data-seal]");
    if (seal) seal.checked = true;
    count();
  }

  // Keep a hidden input of the form for one row: accepted=<field>, box.<field>=<page and box>.
  function mark(row, name, value) {
    row.querySelector(`input[type=hidden][name="${CSS.escape(name)}"]`)?.remove();
    if (value === null) return;
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    row.append(hidden);
  }

  function count() {
    const left = rows.filter(isOpen).length;
    const counter = form.querySelector("[data-doubts-left]");
    if (counter) counter.textContent = left;
  }

  function goOn(row) {
    const after = [...rows.slice(rows.indexOf(row) + 1), ...rows].find(isOpen);
    if (after) return enter(after);
    row.classList.remove("here");
    confirmAll.focus(); // the next ⏎ confirms
  }

  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-value]");
    if (row && row !== here) enter(row, { focus: false });
  });
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-value] :is(input:not([type=checkbox]), textarea)")) event.target.select();
  });
  form.addEventListener("input", (event) => {
    changed = true;
    event.target.closest("[data-value]")?.classList.remove("accepted");
    count();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-seal]")) {
      event.target.closest("[data-value]").classList.toggle("accepted", event.target.checked);
      count();
    }
  });
  form.addEventListener("click", (event) => {
    const row = event.target.closest("[data-value]");
    const suggestion = event.target.closest("[data-suggest]");
    if (suggestion) return take(row, suggestion);
    if (event.target.closest("[data-accept]")) {
      accept(row);
      goOn(row);
    }
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-value]");
    if (!row || event.isComposing) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      accept(row);
      goOn(row);
    } else if (event.key === "ArrowDown") {
      const suggestion = row.querySelector("[data-suggest]");
      if (suggestion) {
        event.preventDefault();
        take(row, suggestion);
      }
    }
  });

  function take(row, suggestion) {
    inputOf(row).value = suggestion.dataset.suggest;
    changed = true;
    accept(row);
    goOn(row);
  }

  // page → value
  image?.addEventListener("guidang:box", (event) => {
    const row = rows.find((candidate) => candidate.dataset.value === event.detail.field);
    if (row) enter(row);
  });
  image?.addEventListener("guidang:drawn", async (event) => {
    const row = here && !here.dataset.value.startsWith("seal-") ? here : rows.find((candidate) => isOpen(candidate) && !candidate.dataset.value.startsWith("seal-"));
    if (!row) return say(root.dataset.textChoose, { tone: "warn" });
    row.classList.add("reading");
    try {
      const answer = await ask(`/review/${root.dataset.review}/read-box.json`, { method: "POST", body: event.detail });
      if (answer.text) {
        inputOf(row).value = answer.text;
        mark(row, `box.${row.dataset.value}`, [event.detail.page, ...event.detail.box.map((part) => part.toFixed(5))].join(","));
        changed = true;
      } else say(root.dataset.textNothing, { tone: "warn" });
      enter(row);
    } catch (error) {
      sayFailed(error);
    } finally {
      row.classList.remove("reading");
    }
  });

  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  document.addEventListener("submit", () => { changed = false; });

  count();
  const first = rows.find((row) => row.querySelector("[aria-invalid]")) ?? rows.find(isOpen);
  if (first && matchMedia("(min-width: 1000px)").matches) enter(first);
  else confirmAll?.focus({ preventScroll: true });
}
