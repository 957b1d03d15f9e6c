// This one is right: said without leaving the results; the same press takes it back.
import { say } from "./say.js";

export function watchJudging() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.judge")) return;
    event.preventDefault();
    judge(event.target);
  });
}

async function judge(form) {
  const { q, picture, right } = form.elements;
  const wanted = right.value === "yes";
  const response = await fetch(form.dataset.api, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ q: q.value, picture: Number(picture.value), right: wanted }),
  }).catch(() => null);
  if (!response?.ok) return say("That could not be kept");
  form.querySelector("button").setAttribute("aria-pressed", wanted);
  right.value = wanted ? "no" : "yes";
  say(wanted ? "Kept as right" : "Taken back");
}
