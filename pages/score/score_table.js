// The models and what they think of a piece. `element`, `props`, `trigger` and `watch` come from Gradio. The
// tables are built anew only if something in them differs; the model whose button had the focus gets it again.
// Texts are put on the page through textContent alone, since a file's name may hold anything.

const part = (name) => element.querySelector(`.score-${name}`);
let shown = "";

function make(tag, className, text = "", children = []) {
  const node = Object.assign(document.createElement(tag), { className, textContent: text });
  node.append(...children);
  return node;
}

function show(value) {
  element.querySelector(".score").hidden = !value;
  if (!value) return;
  element.querySelector(".score").dataset.state = value.state;
  part("title").textContent = value.title;
  part("status").textContent = statusOf(value);
  part("takings").hidden = value.state === "scoring";
  part("link").hidden = !value.link;
  const bar = part("progress");
  bar.setAttribute("aria-valuemax", value.of);
  bar.setAttribute("aria-valuenow", value.done);
  const done = value.done + (value.state === "scoring" ? value.share : 0);
  bar.firstElementChild.style.transform = `scaleX(${done / Math.max(value.of, 1)})`;
  const key = JSON.stringify([value.groups, value.chosen, value.note, value.problems]);
  if (key === shown) return;
  shown = key;
  const focused = element.contains(document.activeElement) && document.activeElement.dataset.model;
  part("groups").replaceChildren(...value.groups.map((group) => table(group, value.chosen)));
  part("notes").replaceChildren(
    ...(value.note ? [make("li", "", value.note)] : []),
    ...value.problems.map((text) => make("li", "score-problem", text)),
  );
  if (focused) element.querySelector(`[data-model="${CSS.escape(focused)}"]`)?.focus();
}

// One line for each model, in the order of the tables; an apostrophe comes before what a spreadsheet would
// take for a formula.
function csv({ groups }) {
  const quoted = (text) =>
    `"${String(text)
      .replaceAll('"', '""')
      .replace(/^[=+@\t\r-](?![\d.]+$)/, "'$&")}"`; // "+2" and "-3.1" are numbers
  const lines = groups.flatMap(({ unit, rows }) =>
    rows.map((row) => [row.name, row.title, row.corpus, row.figure, unit, row.shift]),
  );
  return [["checkpoint", "model", "fitted to", "surprise", "unit", "transposed by"], ...lines]
    .map((line) => line.map(quoted).join())
    .join("\n");
}

function saveCsv() {
  const address = URL.createObjectURL(new Blob([`${csv(props.value)}\n`], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: address, download: "earshot-score.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function copyLink() {
  const address = new URL(props.value.link, location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    part("status").textContent = "Link copied";
  } catch {
    part("status").textContent = address; // no permission, or a page without https
  }
}

function statusOf(value) {
  const models = `${value.of} model${value.of === 1 ? "" : "s"}`;
  if (value.state === "done")
    return value.done === value.of ? `${models} listened` : `${value.done} of ${models} listened`;
  if (value.state === "stopped") return `Stopped after ${value.done} of ${models}`;
  const share = value.share > 0 ? `, ${Math.round(100 * value.share)} %` : "";
  return `${value.done} of ${models} · now ${value.now}${share}`;
}

function table(group, chosen) {
  const heads = ["Model", "Fitted to", capital(group.unit), ...(group.has_shift ? ["Transposed by"] : [])];
  const head = make(
    "tr",
    "",
    "",
    heads.map((text, index) => cell("th", `score-cell-${index}`, text, "col")),
  );
  const rows = group.rows.map((row) => tableRow(row, group, row.name === chosen));
  return make("table", "score-table", "", [
    make("caption", "", `${group.caption} `, [make("span", "score-unit", `${capital(group.unit)}.`)]),
    make("thead", "", "", [head]),
    make("tbody", "", "", rows),
  ]);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function cell(tag, className, content, scope) {
  const node = make(tag, className, "", [content]);
  if (scope) node.scope = scope;
  return node;
}

function tableRow(row, group, isChosen) {
  const button = make("button", "score-model earshot-line", row.title);
  Object.assign(button, { type: "button", title: `Show where ${row.title} was surprised` });
  button.dataset.model = row.name;
  button.setAttribute("aria-pressed", isChosen);
  button.setAttribute("aria-label", `Show where ${row.title}, fitted to ${row.corpus}, was surprised`);
  const bar = make("span", "score-bar");
  bar.style.setProperty("--share", row.bar);
  const figure = make("span", "score-figure", row.figure);
  const cells = [
    cell("th", "score-cell-0", button, "row"),
    cell("td", "score-cell-1", row.corpus),
    cell("td", "score-cell-2", make("span", "score-value", "", [bar, figure])),
  ];
  if (group.has_shift) cells.push(cell("td", "score-cell-3", shiftOf(row.shift)));
  const node = make("tr", "", "", cells);
  node.dataset.chosen = isChosen;
  node.dataset.row = row.name;
  return node;
}

const shiftOf = (shift) =>
  shift === "0" ? "as written" : `${shift} semitone${/^.1$/.test(shift) ? "" : "s"}`;

part("groups").addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (!row) return;
  trigger("choose", { model: row.dataset.row });
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  document.querySelector("#lane-0 .lane-stage")?.scrollIntoView({ block: "nearest", behavior });
});
part("csv").addEventListener("click", saveCsv);
part("link").addEventListener("click", copyLink);
watch("value", () => show(props.value));
show(props.value);
