// A visitor's last draws, in this browser's storage, which tabs share: it is read again before anything is
// added, and when another tab has added something. `element`, `props` and `watch` come from Gradio. Labels
// may hold a name that somebody chose, so they enter through textContent alone, and a link is never more than
// a query of this page.

const MAX_ENTRIES = 10;
const section = element.querySelector(".earshot-history");
const place = () => `earshot-last-draws-${props.value?.page ?? ""}`;
let unkept = []; // the entries, where this browser's storage is forbidden

function read() {
  let kept = unkept;
  try {
    kept = JSON.parse(localStorage.getItem(place()) ?? "[]");
  } catch {}
  const isEntry = (entry) =>
    Array.isArray(entry) && [2, 3].includes(entry.length) && entry.every((part) => typeof part === "string");
  return Array.isArray(kept)
    ? kept.filter((entry) => isEntry(entry) && entry[1].startsWith("?")).slice(0, MAX_ENTRIES)
    : [];
}

function add(entry) {
  unkept = [entry, ...read().filter(([, link]) => link !== entry[1])].slice(0, MAX_ENTRIES);
  try {
    localStorage.setItem(place(), JSON.stringify(unkept));
  } catch {}
}

// Shows a tree: draws that continued another are listed under it.
function show() {
  const entries = read();
  const placed = new Set();
  const grow = (entry) => {
    placed.add(entry);
    const [label, link] = entry;
    const [item, anchor, list] = ["li", "a", "ol"].map((name) => document.createElement(name));
    anchor.setAttribute("href", link);
    anchor.textContent = label;
    list.append(...entries.filter((other) => other[2] === link && !placed.has(other)).map(grow));
    item.append(anchor, ...(list.childElementCount ? [list] : []));
    return item;
  };
  const links = entries.map(([, link]) => link);
  const roots = entries.filter(([, , origin]) => !links.includes(origin)).map(grow);
  const rest = entries
    .filter((entry) => !placed.has(entry))
    .map((entry) => (placed.has(entry) ? null : grow(entry)));
  section.hidden = entries.length === 0;
  section.querySelector("ol").replaceChildren(...roots, ...rest.filter(Boolean));
}

watch("value", () => {
  if (props.value?.entry) add(props.value.entry);
  show();
});
addEventListener("storage", (event) => element.isConnected && event.key === place() && show());
show();
