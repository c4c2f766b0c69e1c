// A visitor's last draws, in this browser's storage, which tabs share: it is read again before anything is added, and
// when another tab has added something. `element`, `props` and `watch` come from Gradio. Labels may hold a name that
// somebody chose, so they enter through textContent alone, and a link is nothing but a query of this page.

const MAX_ENTRIES = 10;
const section = element.querySelector(".earshot-history");
const place = () => `earshot-last-draws-${props.value?.page ?? ""}`;
let unkept = []; // where this browser keeps nothing

function read() {
  let kept = unkept;
  try {
    kept = JSON.parse(localStorage.getItem(place()) ?? "[]");
  } catch {}
  const isEntry = (entry) => Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === "string");
  return Array.isArray(kept) ? kept.filter((entry) => isEntry(entry) && entry[1].startsWith("?")).slice(0, MAX_ENTRIES) : [];
}

function add([label, link]) {
  unkept = [[label, link], ...read().filter((entry) => entry[1] !== link)].slice(0, MAX_ENTRIES);
  try {
    localStorage.setItem(place(), JSON.stringify(unkept));
  } catch {}
}

function show() {
  const entries = read();
  section.hidden = entries.length === 0;
  section.querySelector("ol").replaceChildren(...entries.map(([label, link]) => {
    const [item, anchor] = ["li", "a"].map((name) => document.createElement(name));
    anchor.setAttribute("href", link);
    anchor.textContent = label;
    item.append(anchor);
    return item;
  }));
}

watch("value", () => {
  if (props.value?.entry) add(props.value.entry);
  show();
});
addEventListener("storage", (event) => element.isConnected && event.key === place() && show());
show();
