// A running job: its page follows the server's events, or asks again and again where it finds no place.
import { say } from "./say.js";

const AGAIN = 2000; // milliseconds

export function watchJob() {
  const job = document.getElementById("job");
  if (!job?.dataset.events) return;
  const source = new EventSource(job.dataset.events);
  source.addEventListener("running", (event) => show(job, JSON.parse(event.data)));
  for (const end of ["done", "stopped", "failed"]) {
    source.addEventListener(end, () => (source.close(), reload()));
  }
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(poll, AGAIN);
  });
}

function show(job, state) {
  const bar = job.querySelector("progress");
  if (state.total) Object.assign(bar, { max: state.total, value: state.done });
  job.querySelector(".far").textContent = state.words;
  job.querySelector("form button").disabled = state.stopping;
  if (state.account) summary(job).textContent = state.account.summary;
}

function summary(job) {
  const found = job.querySelector(".summary");
  if (found) return found;
  const made = document.createElement("p");
  made.className = "summary";
  job.querySelector("form").before(made);
  return made;
}

async function poll() {
  if (await reload()) setTimeout(poll, AGAIN);
}

// The page as the server has it now; whether the job still runs.
async function reload() {
  const response = await fetch(location.href).catch(() => null);
  if (!response?.ok) return true;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const job = page.getElementById("job");
  const old = document.getElementById("job");
  const focused = old.contains(document.activeElement);
  old.replaceWith(job);
  if (focused) job.focus();
  const runs = Boolean(job.dataset.events);
  if (!runs) say(job.querySelector(".state").textContent);
  return runs;
}
