// Live numbers: the counters of the frame, and the progress of jobs shown on this page. Asks only while visible.
import { ask } from "./net.js";

const JOBS_EVERY = 1500; // ms
const COUNTERS_EVERY = 5000;

// A list of work under way is loaded anew when the work has moved on, but never under somebody's hands and never
// while files are being sent: leaving the page would break them off.
const BUSY = ":focus:is(input, textarea, select), dialog[open], tbody input:checked, [data-tray][data-sending]";
let stale = false;
let counted = "";

function reloadIfStale() {
  if (stale && !document.querySelector(BUSY)) location.reload();
}

export function prepareProgress(root) {
  if (root.querySelector("[data-counters], [data-count]")) every(COUNTERS_EVERY, () => counters(root));
  if (root.querySelector("[data-reload-when-counts-change]")) root.addEventListener("guidang:uploaded", () => { stale = true; });
  if (root.querySelector("[data-job]")) every(JOBS_EVERY, () => jobs(root));
}

function every(pause, work) {
  let failures = 0;
  const turn = async () => {
    if (!document.hidden) {
      try {
        if ((await work()) === false) return;
        failures = 0;
      } catch {
        failures = Math.min(failures + 1, 5); // the server is away for a moment: ask more slowly
      }
    }
    setTimeout(turn, pause * (1 + failures));
  };
  setTimeout(turn, pause);
}

async function counters(root) {
  const counts = await ask("/counters.json");
  for (const [name, count] of Object.entries(counts)) {
    for (const element of root.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) element.textContent = count;
    for (const element of root.querySelectorAll(`[data-hide-when-zero="${CSS.escape(name)}"]`)) element.hidden = count === 0;
  }
  const now = JSON.stringify(counts);
  if (root.querySelector("[data-reload-when-counts-change]") && now !== (counted ||= now)) stale = true;
  reloadIfStale();
}

// The answer: {"jobs": [{"id", "done", "total", "text", "state", "finished"}]}
async function jobs(root) {
  const bars = [...root.querySelectorAll("[data-job]:not([data-finished])")];
  if (bars.length === 0) return false;
  const ids = bars.map((bar) => bar.dataset.job);
  const answer = await ask(`/jobs/progress.json?${new URLSearchParams(ids.map((id) => ["id", id]))}`);
  for (const job of answer.jobs ?? []) {
    for (const bar of bars.filter((bar) => bar.dataset.job === job.id)) show(bar, job);
  }
  return true;
}

function show(bar, job) {
  const line = bar.querySelector("progress");
  if (job.total) {
    line.max = job.total;
    line.value = job.done;
  } else line.removeAttribute("value");
  bar.querySelector("[data-job-text]").textContent = job.text ?? "";
  if (job.finished) {
    bar.dataset.finished = job.state ?? "";
    bar.dispatchEvent(new CustomEvent("guidang:job-finished", { bubbles: true, detail: job }));
    stale ||= bar.closest("[data-reload-when-finished]") !== null;
    reloadIfStale();
  }
}
