// Search by picture: choosing one is enough, and one can be pasted or dropped anywhere.
export function watchPictures() {
  const form = document.querySelector("form.by-picture");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => input.files.length && form.submit());
  document.addEventListener("paste", (event) => send(form, input, event.clipboardData));
  watchDropping(form, input);
}

function watchDropping(form, input) {
  const page = document.documentElement;
  const over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    page.classList.add("dropping");
  };
  document.addEventListener("dragenter", over);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) page.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    page.classList.remove("dropping");
    if (send(form, input, event.dataTransfer)) event.preventDefault();
  });
}

function send(form, input, transfer) {
  const picture = [...transfer.files].find((file) => file.type.startsWith("image/"));
  if (!picture) return false;
  const files = new DataTransfer();
  files.items.add(picture);
  input.files = files.files;
  form.submit();
  return true;
}
