// Buttons that ask the server for a file of votes, and save it when it comes. `element`, `props`, `watch`
// and `trigger` come from Gradio. Text enters through textContent alone.

const message = element.querySelector(".votes-message");

for (const button of element.querySelectorAll(".votes-save"))
  button.addEventListener("click", () => {
    message.textContent = "";
    trigger("ask", { kind: button.dataset.kind });
  });

watch("value", () => {
  message.textContent = props.value?.message ?? "";
  const file = props.value?.file;
  if (!file) return;
  const link = document.createElement("a");
  Object.assign(link, { href: new URL(file.url, location.href).href, download: file.orig_name });
  link.click();
});
