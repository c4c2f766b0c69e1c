// The picture of learning curves: an SVG drawn anew from a view. A view holds `curves` (those that are
// shown), `axis` ("epochs" or "seconds"), `unit`, `id` and the picture's `width` and `height` in CSS pixels.
// Colours come from the style sheet by `data-cell`, so light and dark need no redrawing.

// biome-ignore lint/correctness/noUnusedVariables: curves.js uses it
const curvesPicture = (() => {
  const MARGIN = { left: 46, right: 14, top: 26, bottom: 40 };
  const MAX_SHARE_CUT = 0.03; // share of a curve that may lie above the picture: first epochs fall steeply
  const SVG = "http://www.w3.org/2000/svg";

  const minus = (text) => text.replace("-", "−");
  const places = (curve, axis) => (axis === "epochs" ? curve.seconds.map((_, at) => at + 1) : curve.seconds);

  function svg(tag, attributes, text = "") {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  }

  // Marks of an axis: about `count` steps of 1, 2 or 5 times a power of ten, and their number of decimals.
  function ticks(low, high, count) {
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
    const first = Math.ceil(low / step);
    const marks = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, at) => (first + at) * step);
    return { marks, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
  }

  function heights(curves) {
    const lists = curves.flatMap((curve) => [curve.train, curve.valid]);
    const tops = lists.map(
      (list) => [...list].sort((a, b) => b - a)[Math.floor(list.length * MAX_SHARE_CUT)],
    );
    const [low, top] = [Math.min(...lists.flat()), Math.max(...tops)];
    const air = (top - low || 1) * 0.04;
    return { low: low - air, high: top + air, cut: lists.flat().some((value) => value > top + air) };
  }

  function scaleOf(view) {
    const { low, high, cut } = heights(view.curves);
    const right = Math.max(0.1, ...view.curves.map((curve) => places(curve, view.axis).at(-1)));
    const [width, height] = [
      view.width - MARGIN.left - MARGIN.right,
      view.height - MARGIN.top - MARGIN.bottom,
    ];
    return {
      ...{ low, high, right, cut },
      x: (place) => MARGIN.left + (place / right) * width,
      y: (value) => MARGIN.top + ((high - value) / (high - low)) * height,
      place: (x) => Math.min(Math.max(((x - MARGIN.left) / width) * right, 0), right),
    };
  }

  function drawCurves(picture, view, scale) {
    picture.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
    const clip = svg("clipPath", { id: `${view.id}-clip` });
    const [right, bottom] = [view.width - MARGIN.right, view.height - MARGIN.bottom];
    clip.append(svg("rect", { x: 0, y: MARGIN.top, width: view.width, height: bottom - MARGIN.top + 2 }));
    const lines = svg("g", { "clip-path": `url(#${view.id}-clip)` });
    for (const curve of view.curves)
      for (const split of ["train", "valid"]) lines.append(line(curve, split, view, scale));
    const rings = view.curves.map((curve) =>
      dot("curves-best", 4, curve, "valid", curve.best - 1, view, scale),
    );
    picture.replaceChildren(
      clip,
      ...grid(view, scale, right, bottom),
      lines,
      ...rings,
      svg("g", { class: "curves-marks" }),
    );
  }

  function line(curve, split, view, scale) {
    const at = places(curve, view.axis);
    const points = curve[split].map(
      (value, index) => `${scale.x(at[index]).toFixed(1)} ${scale.y(value).toFixed(1)}`,
    );
    return svg("path", {
      class: "curves-line",
      "data-cell": curve.cell,
      "data-split": split,
      d: `M${points.join("L")}`,
    });
  }

  function dot(name, radius, curve, split, index, view, scale) {
    const [cx, cy] = [scale.x(places(curve, view.axis)[index]), scale.y(curve[split][index])];
    const above = cy < MARGIN.top ? { visibility: "hidden" } : {};
    return svg("circle", { class: name, "data-cell": curve.cell, cx, cy, r: radius, ...above });
  }

  function grid(view, scale, right, bottom) {
    const [up, along] = [
      ticks(scale.low, scale.high, 9),
      ticks(0, scale.right, Math.max(2, Math.floor(view.width / 90))),
    ];
    const rows = up.marks.flatMap((value) => {
      const y = Math.round(scale.y(value)) + 0.5;
      const label = svg(
        "text",
        { x: MARGIN.left - 8, y: y + 4, "text-anchor": "end" },
        minus(value.toFixed(up.digits)),
      );
      return [svg("line", { class: "curves-grid", x1: MARGIN.left, x2: right, y1: y, y2: y }), label];
    });
    const columns = along.marks.map((value) => {
      const [x, text] = [scale.x(value), value.toLocaleString("en", { maximumFractionDigits: along.digits })];
      return svg("text", { x, y: bottom + 17, "text-anchor": x > right - 12 ? "end" : "middle" }, text);
    });
    const base = svg("line", {
      class: "curves-base",
      x1: MARGIN.left,
      x2: right,
      y1: bottom + 0.5,
      y2: bottom + 0.5,
    });
    const under = view.axis === "epochs" ? "epochs" : "seconds of wall-clock time";
    return [
      ...[...rows, base, ...columns],
      svg("text", { x: 0, y: 11 }, view.unit),
      svg("text", { x: right, y: view.height - 4, "text-anchor": "end" }, under),
    ];
  }

  // The index of a curve's epoch at a place on the axis; null where the curve has ended before it.
  function epochAt(curve, axis, place) {
    const at = places(curve, axis);
    if (place > at.at(-1) + (axis === "epochs" ? 0.5 : 0)) return null;
    let nearest = 0;
    at.forEach((value, index) => {
      if (Math.abs(value - place) < Math.abs(at[nearest] - place)) nearest = index;
    });
    return nearest;
  }

  return { MARGIN, dot, drawCurves, epochAt, minus, scaleOf, svg };
})();
