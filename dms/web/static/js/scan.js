// Put-away field: a scanner types and ends with Enter or Tab; each scan is sent at once, answered by colour, tone and words;
// the field clears and takes the focus back. The camera of a phone reads codes where the browser can (BarcodeDetector).
// A screen with its own logic listens for `guidang:scan` (detail {code, respond}), calls preventDefault and then
// respond(promise of {good, title, message, previous, banner}); otherwise the code is posted to the form's action.
import { ask } from "./net.js";

const TONES = { good: [880, 0.09], bad: [220, 0.28] }; // Hz, seconds
let sound = null;

export function prepareScan(root) {
  for (const form of root.querySelectorAll("[data-scan]")) new Scan(form);
}

class Scan {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("[data-scan-input]");
    this.queue = Promise.resolve(); // scans are answered in their order, however fast they come
    form.addEventListener("submit", (event) => { event.preventDefault(); this.take(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Tab" && !event.shiftKey && this.input.value.trim()) { event.preventDefault(); this.take(); }
    });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.input.focus({ preventScroll: true }); });
    this.prepareCamera();
    this.input.focus({ preventScroll: true });
  }

  take() {
    const code = this.input.value.trim();
    this.input.value = "";
    this.input.focus();
    if (code) this.queue = this.queue.then(() => this.send(code));
  }

  // The answer: {"title", "message", "previous", "banner", "undo", "count", "html"}; `good: false` refuses with a reason.
  async send(code) {
    try {
      const answer = await this.answerTo(code);
      showAnswer(this.form, answer.good !== false, answer.title || answer.message || code, answer);
    } catch (error) {
      showAnswer(this.form, false, error.message, {});
    }
  }

  answerTo(code) {
    let answer;
    const event = new CustomEvent("guidang:scan", { bubbles: true, cancelable: true, detail: { code, respond: (promise) => { answer = promise; } } });
    if (!this.form.dispatchEvent(event)) return answer;
    const body = new FormData(this.form);
    body.set(this.input.name, code);
    return ask(this.form.action, { method: "POST", body });
  }

  prepareCamera() {
    const button = this.form.querySelector("[data-scan-camera]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => this.startCamera(button));
  }

  async startCamera(button) {
    const note = this.form.querySelector("[data-scan-note]");
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) {
      note.textContent = this.form.dataset.textNoCamera;
      return;
    }
    const video = this.form.querySelector("[data-scan-video]");
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      note.textContent = this.form.dataset.textCameraRefused;
      return;
    }
    button.hidden = true;
    video.hidden = false;
    await video.play();
    this.watch(video, new window.BarcodeDetector());
  }

  async watch(video, detector) {
    let last = { code: "", at: 0 };
    while (video.srcObject) {
      const [found] = await detector.detect(video).catch(() => []);
      const again = found?.rawValue === last.code && Date.now() - last.at < 3000; // the same label still in view
      if (found && !again) {
        this.input.value = found.rawValue;
        this.take();
      }
      if (found) last = { code: found.rawValue, at: Date.now() };
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
}

// Answer by colour, tone and words: the flash goes, the words stay until the next scan; the field takes the focus back.
export function showAnswer(form, good, text, answer) {
  flash(good, text);
  tone(good);
  const banner = form.querySelector("[data-scan-banner]");
  if (banner && answer.banner) banner.textContent = answer.banner;
  const note = form.querySelector("[data-scan-note]");
  note.className = `scan-note ${good ? "good" : "bad"}`;
  note.textContent = [`${good ? "✓" : "✕"} ${text}`, answer.title ? answer.message : "", answer.previous].filter(Boolean).join(" · ");
  form.dispatchEvent(new CustomEvent("guidang:scanned", { bubbles: true, detail: { good, text, answer } }));
  form.querySelector("[data-scan-input]").focus({ preventScroll: true });
}

function flash(good, text) {
  document.querySelector(".scan-flash")?.remove();
  const veil = document.createElement("div");
  veil.className = `scan-flash ${good ? "good" : "bad"}`;
  veil.setAttribute("role", "status");
  veil.textContent = `${good ? "✓" : "✕"} ${text}`;
  document.body.append(veil);
  setTimeout(() => veil.remove(), good ? 900 : 1800);
}

function tone(good) {
  sound ??= new AudioContext();
  if (sound.state === "suspended") return void sound.resume().catch(() => {});
  const [pitch, seconds] = TONES[good ? "good" : "bad"];
  const source = sound.createOscillator();
  const volume = sound.createGain();
  source.frequency.value = pitch;
  volume.gain.value = 0.12;
  source.connect(volume).connect(sound.destination);
  source.start();
  source.stop(sound.currentTime + seconds);
}
