// Upload tray: drop files anywhere; each goes as a raw body (PUT /upload), three at a time, with its own progress and result.
// Results stay in the tray while one walks from page to page (sessionStorage); files still waiting cannot, and say so.
import { csrf, renewCsrf } from "./net.js";

const AT_ONCE = 3;
const STORE = "guidang.tray";
const FINISHED = new Set(["done", "duplicate", "failed"]);

export function prepareUploads(root) {
  const tray = root.querySelector("[data-tray][data-upload]");
  if (!tray) return;
  const uploads = new Uploads(tray);
  uploads.restore();
  prepareDrop(root, tray, uploads);
  root.addEventListener("change", (event) => {
    if (!event.target.matches("[data-choose-files]")) return;
    uploads.add([...event.target.files], event.target.closest("form, [data-upload-extra]"));
    event.target.value = "";
  });
}

function prepareDrop(root, tray, uploads) {
  const veil = root.querySelector("[data-drop-veil]");
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const on = (name, act) => addEventListener(name, (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    act(event);
    veil.hidden = depth === 0;
  });
  on("dragenter", () => { depth += 1; });
  on("dragover", (event) => { event.dataTransfer.dropEffect = "copy"; });
  on("dragleave", () => { depth = Math.max(0, depth - 1); });
  on("drop", (event) => {
    depth = 0;
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const folders = items.filter((item) => item.webkitGetAsEntry?.()?.isDirectory).length;
    const files = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
    uploads.add(files.filter(Boolean), document.querySelector("[data-upload-extra]"));
    if (folders) import("./toast.js").then(({ say }) => say(tray.dataset.textFolder, { tone: "warn" }));
  });
}

class Uploads {
  constructor(tray) {
    this.tray = tray;
    this.list = tray.querySelector("[data-tray-list]");
    this.items = [];
    this.batches = new Map(); // by what was said of the files: others than those belong to another batch
    tray.querySelector("[data-tray-fold]").addEventListener("click", (event) => this.fold(event.currentTarget));
    tray.querySelector("[data-tray-clear]").addEventListener("click", () => this.clear());
    addEventListener("beforeunload", (event) => {
      if (this.items.some((item) => !FINISHED.has(item.state))) event.preventDefault();
    });
    addEventListener("pagehide", () => this.store());
  }

  text(name) {
    return this.tray.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`] ?? name;
  }

  // `extra`: an element whose data-upload-… attributes or inputs (batch, party, copy_kind …) go along as query arguments.
  add(files, extra) {
    const details = detailsOf(extra);
    for (const file of files) {
      const item = { name: file.name, size: file.size, state: "waiting", sent: 0, link: "", message: "", file, details };
      this.items.push(item);
      this.draw(item);
    }
    this.pump();
    this.summarise();
  }

  pump() {
    const sending = this.items.filter((item) => item.state === "sending" || item.state === "checking").length;
    for (const item of this.items.filter((item) => item.state === "waiting" && item.file).slice(0, Math.max(0, AT_ONCE - sending))) {
      this.send(item);
    }
  }

  send(item) {
    const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    const target = new URLSearchParams(item.details);
    item.said = target.toString();
    if (this.batches.has(item.said)) target.set("batch", this.batches.get(item.said));
    request.open("PUT", `${this.tray.dataset.upload}?${target}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("X-File-Name", encodeURIComponent(item.name));
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      item.sent = event.lengthComputable ? event.loaded / event.total : 0;
      if (item.sent >= 1) item.state = "checking";
      this.draw(item);
    });
    request.addEventListener("load", () => this.finish(item, request.status, request.response ?? {}));
    request.addEventListener("error", () => this.finish(item, 0, { detail: this.text("offline") }));
    item.state = "sending";
    this.draw(item);
    request.send(item.file);
  }

  // The answer: {"state": "stored"|"duplicate", "arrival", "batch", "url", "message"} or problem+json.
  finish(item, status, answer) {
    const good = status >= 200 && status < 300;
    item.state = good ? (answer.state === "duplicate" ? "duplicate" : "done") : "failed";
    item.link = good ? answer.url ?? "" : "";
    item.batch = good ? answer.batch ?? "" : "";
    item.message = good ? answer.message ?? "" : status === 401 ? this.text("expired") : answer.detail ?? `HTTP ${status}`;
    if (good) delete item.file;
    if (answer.batch) this.batches.set(item.said, answer.batch);
    this.draw(item);
    this.summarise();
    this.store();
    this.pump();
    document.dispatchEvent(new CustomEvent("guidang:uploaded", { detail: { item, answer } }));
  }

  draw(item) {
    item.row ??= this.list.appendChild(makeRow());
    const row = item.row;
    row.dataset.state = item.state;
    row.querySelector(".tray-name").textContent = item.name;
    row.querySelector(".tray-name").title = item.name;
    const state = row.querySelector(".tray-state");
    state.replaceChildren(this.text(item.state));
    if (item.link) state.append(" · ", anchor(item.link, this.text("open")));
    if (item.state === "failed" && item.file) state.append(" · ", this.retryButton(item));
    const line = row.querySelector("progress");
    line.hidden = FINISHED.has(item.state);
    if (item.state === "checking") line.removeAttribute("value");
    else line.value = item.sent;
    const message = row.querySelector(".tray-message");
    message.textContent = item.message;
    message.hidden = !message.textContent;
    this.tray.hidden = false;
    this.tray.toggleAttribute("data-sending", this.items.some((each) => !FINISHED.has(each.state)));
  }

  retryButton(item) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = this.text("retry");
    button.addEventListener("click", async () => {
      await renewCsrf().catch(() => {}); // offline: the upload itself says so
      Object.assign(item, { state: "waiting", sent: 0, message: "" });
      this.draw(item);
      this.pump();
    });
    return button;
  }

  summarise() {
    const done = this.items.filter((item) => item.state === "done" || item.state === "duplicate").length;
    this.tray.querySelector("[data-tray-summary]").textContent =
      this.text("summary").replace("{done}", done).replace("{all}", this.items.length);
    this.offerReceipts();
  }

  // One link a batch, once nothing is on its way: a receipt lists what has been received when it is printed.
  offerReceipts() {
    const place = this.tray.querySelector("[data-tray-receipts]");
    const batches = [...new Set(this.items.map((item) => item.batch).filter(Boolean))];
    place.hidden = batches.length === 0 || this.items.some((item) => !FINISHED.has(item.state));
    place.replaceChildren(...batches.map((batch) => {
      const link = anchor(`/batches/${encodeURIComponent(batch)}/receipt.pdf`, this.text("receipt"));
      link.target = "_blank";
      return link;
    }));
  }

  fold(button) {
    const folded = this.tray.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!folded));
  }

  clear() {
    for (const item of this.items.filter((item) => FINISHED.has(item.state))) item.row.remove();
    this.items = this.items.filter((item) => !FINISHED.has(item.state));
    this.tray.hidden = this.items.length === 0;
    if (this.items.length === 0) this.batches.clear();
    this.summarise();
    this.store();
  }

  store() {
    const kept = this.items.slice(-200).map(({ name, size, state, link, batch, message }) => ({
      name, size, link, batch,
      state: FINISHED.has(state) ? state : "failed",
      message: FINISHED.has(state) ? message : this.text("lost"),
    }));
    sessionStorage.setItem(STORE, JSON.stringify(kept));
  }

  restore() {
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
    } catch {
      sessionStorage.removeItem(STORE);
    }
    for (const item of kept) {
      this.items.push({ sent: 1, ...item });
      this.draw(this.items.at(-1));
    }
    this.summarise();
  }
}

function detailsOf(extra) {
  const details = {};
  for (const input of extra?.querySelectorAll("[data-upload-detail]") ?? []) {
    if (input.value && (input.type !== "radio" || input.checked)) details[input.name] = input.value;
  }
  return details;
}

function makeRow() {
  const row = document.createElement("li");
  for (const [tag, name] of [["span", "tray-name"], ["span", "tray-state"], ["progress", ""], ["span", "tray-message"]]) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (tag === "progress") element.max = 1;
    row.append(element);
  }
  return row;
}

function anchor(href, text) {
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  return link;
}
