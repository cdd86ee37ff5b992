// Put-away: scan the place once, then everything that goes into it. A shelf's code changes the place at once; a box
// scanned on a shelf is put there; "another place" makes the next scan the place, so that papers can go into a box.
import { ask } from "./net.js";
import { showAnswer } from "./scan.js";

const root = document.querySelector("[data-putaway]");
if (root) prepare(root);

function prepare(root) {
  const form = root.querySelector("[data-scan]");
  const banner = root.querySelector("[data-place-banner]");
  const state = { place: banner.dataset.code || "", last: "", count: 0 };

  form.addEventListener("guidang:scan", (event) => {
    event.preventDefault();
    event.detail.respond(take(event.detail.code.trim()));
  });
  root.querySelector("[data-other-place]").addEventListener("click", () => setPlace("", root.dataset.textFirst));
  root.querySelector("[data-scan-undo]").addEventListener("click", undo);

  async function take(code) {
    if (!state.place || isShelf(code)) return goTo(code);
    const moved = await ask(root.dataset.itemUrl, { method: "POST", body: { place: state.place, item: code } });
    state.last = moved.movement;
    state.count += 1;
    noteDone(moved);
    const full = moved.warnings.includes("full") ? `（${root.dataset.textFull}）` : "";
    return { good: true, title: (moved.title || moved.code) + full, previous: root.dataset.textFrom + (moved.before || root.dataset.textNowhere) };
  }

  async function goTo(code) {
    const found = await ask(`${root.dataset.placeUrl}?code=${encodeURIComponent(code)}`);
    if (!found.known) return { good: false, message: root.dataset.textUnknown + code };
    setPlace(found.code, found.path);
    return { good: true, title: found.path };
  }

  function setPlace(code, text) {
    state.place = code;
    banner.textContent = text;
    banner.dataset.code = code;
    form.querySelector("[data-scan-input]").focus();
  }

  function noteDone(moved) {
    const item = document.createElement("li");
    item.textContent = `${moved.title || moved.code} → ${moved.after}`;
    root.querySelector("[data-scan-log]").prepend(item);
    showCount();
  }

  function showCount() {
    root.querySelector("[data-scan-count]").textContent = root.dataset.textCount.replace("{n}", state.count);
    root.querySelector("[data-scan-undo]").hidden = !state.last;
  }

  async function undo() {
    try {
      const back = await ask(root.dataset.undoUrl.replace("MOVEMENT", state.last), { method: "POST", body: {} });
      state.count -= 1;
      root.querySelector("[data-scan-log] li")?.remove();
      showAnswer(form, true, `${root.dataset.textUndone}：${back.title || back.code}`, {});
    } catch (error) {
      showAnswer(form, false, error.message, {});
    }
    state.last = "";
    showCount();
  }
}

// Fixed places begin with the room (K01-…): such a code is never put into another place.
function isShelf(code) {
  return /^K\d{2}(-|$)/i.test(code);
}
