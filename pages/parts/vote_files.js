// Buttons that ask the server for a file of votes; the browser downloads it when the answer comes. `element`,
// `props`, `watch` and `trigger` come from Gradio. Texts are put on the page through textContent alone. In place of LABEL in
// vote_files.html vote_files.py puts words.

const note = element.querySelector(".votes-message");

for (const button of element.querySelectorAll(".votes-save"))
  button.addEventListener("click", () => {
    note.textContent = "";
    trigger("ask", { kind: button.dataset.kind });
  });

watch("value", () => {
  note.textContent = props.value?.message ?? "";
  const file = props.value?.file;
  if (!file) return;
  const link = document.createElement("a");
  Object.assign(link, { href: new URL(file.url, location.href).href, download: file.orig_name });
  link.click();
});
