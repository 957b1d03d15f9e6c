// A word to those who listen to the page.
export function say(words) {
  document.getElementById("said").textContent = words;
}
