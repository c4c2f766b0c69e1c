// Learning curves: the visitor chooses corpus, axis and cells, and points at a place to read the figures
// there. All of it stays in the browser. `element` and `props` come from Gradio; curvesPicture comes from the
// script before this one. Text enters through textContent alone.

(() => {
  const { MARGIN, dot, drawCurves, epochAt, minus, scaleOf, svg } = curvesPicture;
  const part = (name) => element.querySelector(`.curves-${name}`);
  const [stage, picture, readings] = ["stage", "picture", "readings"].map(part);
  const corpora = JSON.parse(props.value || "[]");

  let corpus = corpora[0];
  let axis = "epochs";
  const hidden = new Set(); // cells
  let pointed = null; // a place on the axis (epoch or seconds); null: the best epochs are read
  let [view, scale] = [null, null];

  const number = (value, digits) =>
    minus(value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const shown = () => corpus.curves.filter((curve) => !hidden.has(curve.cell));

  function button(text, className, data, onClick) {
    const node = Object.assign(document.createElement("button"), {
      type: "button",
      className,
      textContent: text,
    });
    Object.assign(node.dataset, data);
    node.addEventListener("click", onClick);
    return node;
  }

  function cell(tag, content, scope) {
    const node = document.createElement(tag);
    node.append(content);
    if (scope) node.scope = scope;
    return node;
  }

  // ---- the picture

  function draw() {
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    if (!corpus || !width) return; // hidden; the ResizeObserver calls again
    view = { curves: shown(), axis, unit: corpus.unit, width, height, id: element.id || "curves" };
    scale = scaleOf(view);
    drawCurves(picture, view, scale);
    const names = view.curves.map((curve) => curve.label).join(", ");
    picture.setAttribute(
      "aria-label",
      `Learning curves of ${names} on ${corpus.title}, ${corpus.unit} by ${axis}`,
    );
    part("cut").hidden = !scale.cut;
    stage.setAttribute("aria-valuemax", Math.round(scale.right));
    read();
  }

  function mark() {
    for (const node of part("corpora").children)
      node.setAttribute("aria-pressed", node.dataset.corpus === corpus.name);
    for (const node of part("axes").children) node.setAttribute("aria-pressed", node.dataset.axis === axis);
  }

  // ---- the readings

  function read() {
    const title = {
      epochs: () => `At epoch ${Math.round(pointed)}`,
      seconds: () => `After ${number(pointed, 0)} seconds`,
    };
    const caption = pointed === null ? "At the epochs whose weights were kept" : title[axis]();
    part("readings caption").textContent = caption;
    const rows = corpus.curves.map((curve) => [
      curve,
      pointed === null ? curve.best - 1 : epochAt(curve, axis, pointed),
    ]);
    readings.tBodies[0].replaceChildren(...rows.map(([curve, at]) => row(curve, at)));
    markReadings(rows.filter(([curve, at]) => at !== null && !hidden.has(curve.cell)));
    stage.setAttribute("aria-valuenow", Math.round(pointed ?? 0));
    stage.setAttribute("aria-valuetext", [caption, ...rows.map(([curve, at]) => said(curve, at))].join("; "));
  }

  function row(curve, at) {
    const node = document.createElement("tr");
    node.dataset.cell = curve.cell;
    const toggle = button(curve.label.split(" ·")[0], "earshot-line", {}, () => toggleCell(curve.cell));
    toggle.setAttribute("aria-pressed", !hidden.has(curve.cell));
    node.append(cell("th", toggle, "row"), ...figures(curve, at).map((text) => cell("td", text)));
    return node;
  }

  function figures(curve, at) {
    if (at === null) return ["–", "–", "–", "–"];
    return [
      number(at + 1, 0),
      number(curve.seconds[at], 0),
      number(curve.train[at], 2),
      number(curve.valid[at], 2),
    ];
  }

  function said(curve, at) {
    const [, , train, valid] = figures(curve, at);
    return `${curve.label}: ${at === null ? "has ended" : `train ${train}, validation ${valid}`}`;
  }

  function markReadings(rows) {
    const marks = picture.querySelector(".curves-marks");
    marks.replaceChildren();
    if (pointed === null) return;
    const x = scale.x(pointed);
    marks.append(
      svg("line", { class: "curves-cursor", x1: x, x2: x, y1: MARGIN.top, y2: view.height - MARGIN.bottom }),
    );
    for (const [curve, at] of rows)
      for (const split of ["train", "valid"])
        marks.append(dot("curves-dot", 4, curve, split, at, view, scale));
  }

  // ---- the visitor

  function choose(change) {
    const focused =
      element.contains(document.activeElement) && document.activeElement.closest("tr")?.dataset.cell;
    change();
    mark();
    draw();
    if (focused) element.querySelector(`tr[data-cell="${focused}"] button`)?.focus();
  }

  function toggleCell(name) {
    choose(() => {
      if (!hidden.delete(name)) hidden.add(name);
      if (!shown().length) hidden.clear(); // an empty picture would say nothing
    });
  }

  function point(place) {
    pointed = place === null ? null : axis === "epochs" ? Math.max(1, Math.round(place)) : place;
    read();
  }

  function pointAt(event) {
    point(scale.place(event.clientX - stage.getBoundingClientRect().left));
  }

  function onKey(event) {
    const step = axis === "epochs" ? 1 : scale.right / 200;
    const steps = {
      ArrowLeft: -step,
      ArrowDown: -step,
      ArrowRight: step,
      ArrowUp: step,
      PageUp: 10 * step,
      PageDown: -10 * step,
    };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") point(null);
    else if (event.key === "Home") point(0);
    else if (event.key === "End") point(scale.right);
    else if (event.key in steps) point(Math.min(Math.max((pointed ?? 0) + steps[event.key], 0), scale.right));
    else return;
    event.preventDefault();
  }

  if (corpus) {
    const corpusButton = (choice) =>
      button(choice.title, "earshot-pill", { corpus: choice.name }, () =>
        choose(() => ([corpus, pointed] = [choice, null])),
      );
    part("corpora").replaceChildren(...corpora.map(corpusButton));
    for (const node of part("axes").children)
      node.addEventListener("click", () => choose(() => ([axis, pointed] = [node.dataset.axis, null])));
    for (const name of ["pointerdown", "pointermove"]) stage.addEventListener(name, pointAt);
    stage.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && point(null));
    stage.addEventListener("keydown", onKey);
    new ResizeObserver(draw).observe(stage);
    mark();
    draw();
  } else {
    part("none").hidden = false;
    for (const name of ["choices", "body"]) part(name).hidden = true;
  }
  element.querySelector(".curves").dataset.ready = "true";
})();
