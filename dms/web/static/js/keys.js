// Keys of a screen: every element with data-key ("r", "Enter", "g i", "Shift+N", "Ctrl+Enter") is pressed by that key;
// `?` lists them. Letters never fire while somebody types, unless Alt is held; combinations with Ctrl and the page keys do.
const PAUSE = 1200; // ms between the keys of a sequence
const PAGE_KEYS = new Set(["PageUp", "PageDown"]);
let pending = "";
let pendingSince = 0;

const isTyping = (element) =>
  element?.isContentEditable ||
  element?.tagName === "TEXTAREA" ||
  element?.tagName === "SELECT" ||
  (element?.tagName === "INPUT" && !["checkbox", "radio", "button", "submit", "range"].includes(element.type));

export const isShown = (element) => !element.hidden && element.getClientRects().length > 0;

// Elements that are out of sight because their menu is closed may still be reached by key.
const isUsable = (element) =>
  !element.disabled && !element.closest("[inert]") && !element.closest("template") &&
  (isShown(element) || element.closest("details:not([open])") || element.closest("nav"));

// Alt + a letter means the plain letter, so that the keys of a screen work within an input as well.
const keyOf = (event) => {
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase(); // on a Mac Alt+s gives ß
  return event.key === " " ? "Space" : event.key;
};

function nameOf(event) {
  const key = keyOf(event);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.shiftKey && (key.length > 1 || /[a-z]/i.test(key))) parts.push("Shift");
  parts.push(key.length > 1 ? key : parts.includes("Shift") ? key.toUpperCase() : key.toLowerCase());
  return parts.join("+");
}

const find = (name) => {
  const all = [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key === name && isUsable(element));
  const dialog = document.querySelector("dialog[open]");
  return dialog ? all.find((element) => dialog.contains(element)) : all[0];
};

const begins = (name) => [...document.querySelectorAll("[data-key]")].some((element) => element.dataset.key.startsWith(`${name} `));

function press(element) {
  if (element.matches("input, textarea, select") && element.type !== "checkbox") {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const typing = isTyping(event.target);
  const name = nameOf(event);
  const through = event.altKey || name.startsWith("Ctrl+") || (PAGE_KEYS.has(name) && event.target.tagName === "INPUT");
  if (typing && !through) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (name === "?" || name === "Shift+?") return showSheet(event);
  if (document.querySelector("dialog[open]") && !find(name)) return;
  if (name === "Enter" && event.target.closest?.("a, button, summary, [role=button]")) return;
  const sequence = pending && Date.now() - pendingSince < PAUSE ? `${pending} ${name}` : name;
  pending = "";
  const element = find(sequence) ?? find(name);
  if (element) {
    event.preventDefault();
    press(element);
  } else if (begins(name)) {
    pending = name;
    pendingSince = Date.now();
  }
}

const SYMBOLS = { Enter: "⏎", Shift: "⇧", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Space: "␣" };

function keyCaps(name) {
  const cell = document.createElement("th");
  cell.scope = "row";
  for (const key of name.split(/[ ]/)) {
    for (const part of key.length > 1 ? key.split("+").filter(Boolean) : [key]) {
      const cap = document.createElement("kbd");
      cap.textContent = SYMBOLS[part] ?? part;
      cell.append(cap, " ");
    }
  }
  return cell;
}

function showSheet(event) {
  const sheet = document.querySelector("[data-key-sheet]");
  if (!sheet) return;
  event?.preventDefault();
  if (sheet.open) return sheet.close();
  const seen = new Set();
  const rows = [...document.querySelectorAll("[data-key]")].filter((element) => isUsable(element) && !seen.has(element.dataset.key) && seen.add(element.dataset.key));
  rows.sort((a, b) => a.dataset.key.includes(" ") - b.dataset.key.includes(" "));
  sheet.querySelector("[data-key-list]").replaceChildren(
    ...rows.map((element) => {
      const row = document.createElement("tr");
      const text = document.createElement("td");
      text.textContent = element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim();
      row.append(keyCaps(element.dataset.key), text);
      return row;
    }),
  );
  sheet.showModal();
}

document.addEventListener("keydown", onKey);
for (const button of document.querySelectorAll("[data-show-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => showSheet());
}
