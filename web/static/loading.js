// A tile shimmers until its thumbnail is there.
export function markLoading(within) {
  for (const image of within.querySelectorAll(".hit img")) {
    if (image.complete && image.naturalWidth) continue;
    image.classList.add("loading");
    const done = () => image.classList.remove("loading");
    image.addEventListener("load", done, { once: true });
    image.addEventListener("error", done, { once: true });
  }
}
