// A short word with a way to undo it; goes by itself, but never while the pointer or the focus is on it.
const SECONDS = 8;

export function prepareToasts(root) {
  for (const toast of root.querySelectorAll("[data-toast]")) live(toast);
}

function live(toast) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => toast.remove(), SECONDS * 1000); };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  const close = toast.querySelector("[data-toast-close]");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
  }
  start();
}

// Say something from a script; `undo` is a function called when the person takes it back.
export function say(text, { tone = "done", undo } = {}) {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const toast = document.createElement("div");
  toast.className = `toast ${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.className = "button small";
    button.type = "button";
    button.textContent = place.dataset.undoText;
    button.addEventListener("click", () => { toast.remove(); undo(); });
    toast.append(button);
  }
  place.append(toast);
  live(toast);
}

export const sayFailed = (error) =>
  say((document.querySelector("[data-toasts]")?.dataset.failedText ?? "") + error.message, { tone: "warn" });
