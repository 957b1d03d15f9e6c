// The keyboard: / to the box, arrows through the results, + and - for more and less alike, r right, ? help.
import { say } from "./say.js";

const HITS = ".grid .hit";

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = KEYS[event.key];
    if (act && act(event.target) !== false) event.preventDefault();
  });
  document.getElementById("q")?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && focusHit(0)) event.preventDefault();
  });
}

const KEYS = {
  "/": () => focusBox(),
  "?": () => showHelp(),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => step(columns()),
  ArrowUp: () => step(-columns()),
  Escape: () => follow('a[rel="up"]', document),
  "+": (target) => follow(".like", target.closest(".grid > li")),
  "-": (target) => follow(".unlike", target.closest(".grid > li")),
  r: (target) => follow(".judge button", target.closest(".grid > li")),
};

function isTyping(target) {
  return target.matches("input, textarea, select, [contenteditable]");
}

function focusBox() {
  const box = document.getElementById("q");
  box?.focus();
  box?.select();
  return Boolean(box);
}

// Arrows scroll as ever until a result has the focus; the first one gives it to the first result.
function step(by) {
  const hits = [...document.querySelectorAll(HITS)];
  const place = hits.indexOf(document.activeElement);
  if (place < 0) return document.activeElement === document.body && focusHit(0);
  return focusHit(place + by);
}

function focusHit(place) {
  const hit = document.querySelectorAll(HITS)[place];
  hit?.focus();
  hit?.scrollIntoView({ block: "nearest" });
  return Boolean(hit);
}

function columns() {
  const grid = document.activeElement.closest(".grid");
  return grid ? getComputedStyle(grid).gridTemplateColumns.split(" ").length : 1;
}

function follow(selector, within) {
  const link = within?.querySelector(selector);
  link?.click();
  return Boolean(link);
}

async function showHelp() {
  const link = document.querySelector("nav .help");
  if (!link || document.querySelector("dialog[open]")) return;
  const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Help");
  dialog.append(closeButton(), page.getElementById("help"));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  say("Help; Escape closes it");
}

function closeButton() {
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "close";
  const button = document.createElement("button");
  button.textContent = "Close";
  form.append(button);
  return form;
}
