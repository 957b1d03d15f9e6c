// Endless scrolling: the next page is fetched before its link is reached, and the address follows.
import { markLoading } from "./loading.js";
import { say } from "./say.js";

export function watchScrolling() {
  const grid = document.querySelector(".results .grid");
  if (!grid) return;
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      append(grid, entry.target).then((next) => next && seen.observe(next));
    }
  }, { rootMargin: "1200px" });
  const next = document.querySelector('.results a[rel="next"]');
  if (next) seen.observe(next);
}

// Returns the link to the page after this one, if there is one.
async function append(grid, link) {
  const response = await fetch(link.href).catch(() => null);
  if (!response?.ok) return null; // the link is still there to be clicked
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const theirs = page.querySelector(".results > section");
  const ours = document.querySelector(".results > section");
  if (theirs.dataset.generation !== ours.dataset.generation) return outdated(link);
  const before = grid.children.length;
  markLoading(theirs);
  grid.append(...theirs.querySelectorAll(".grid > li"));
  say(`${grid.children.length - before} more results`);
  followAddress(grid.children[before], link.href);
  const next = theirs.querySelector('a[rel="next"]');
  link.parentElement.replaceWith(...(next ? [next.parentElement] : []));
  return next;
}

// The collection has changed: places in the old and the new ranking do not go together.
function outdated(link) {
  link.href = location.href;
  link.textContent = "The collection has changed. Search again";
  return null;
}

// The address is that of the last page whose first tile is in the upper half, or above it.
function followAddress(tile, address) {
  if (!starts.length) {
    starts.push({ tile: null, address: location.href });
    document.addEventListener("scroll", () => requestAnimationFrame(showAddress), { passive: true });
  }
  starts.push({ tile, address });
}

const starts = [];

function showAddress() {
  const passed = ({ tile }) => !tile || tile.getBoundingClientRect().top < innerHeight / 2;
  const { address } = starts.findLast(passed);
  if (address !== location.href) history.replaceState(null, "", address);
}
