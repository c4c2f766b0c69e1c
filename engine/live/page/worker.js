// The worker: draws just ahead of what sounds, and keeps time, since a hidden page's own clock is slowed.
// What it is told and tells is in drawer.js.

import { Drawing } from "./drawing.js";
import { fetched, modelOf } from "./weights.js";

const TICK = 40; // milliseconds

let module; // WebAssembly, compiled once
let drawing;
const models = new Map(); // name -> promise of { program, tensors }

async function compiled() {
  if (!globalThis.WebAssembly) throw new Error("This browser has no WebAssembly: try another, or a newer one.");
  module ??= WebAssembly.compile(await fetched("kernel.wasm"));
  return module;
}

function model(card) {
  if (!models.has(card.name)) {
    const told = (bytes) => postMessage({ type: "arriving", name: card.name, share: bytes / card.bytes });
    const coming = modelOf(card, told);
    coming.catch(() => models.delete(card.name)); // to be tried again
    models.set(card.name, coming);
  }
  return models.get(card.name);
}

const HEEDED = {
  async begin({ card, ...asked }) {
    const [code, parts] = await Promise.all([compiled(), model(card)]);
    drawing = new Drawing(code, { name: card.name, parts }, asked);
    postMessage({ type: "begun", name: card.name });
  },
  async change({ card, ...asked }) {
    const other = card && { name: card.name, parts: await model(card) };
    drawing?.change({ ...asked, ...(other && { model: other }) });
  },
  hear({ notes }) {
    drawing?.hear(notes);
  },
  want({ count }) {
    if (drawing) postMessage({ type: "frames", ...drawing.draw(count) });
  },
  async measure({ card, seconds }) {
    const [code, parts] = await Promise.all([compiled(), model(card)]);
    const trial = new Drawing(code, { name: card.name, parts }, { seed: 0, temperature: 1 });
    const began = performance.now();
    let count = 0;
    while (performance.now() < began + 1000 * seconds) count += trial.draw(4).frames.length;
    postMessage({ type: "measured", name: card.name, framesASecond: (1000 * count) / (performance.now() - began) });
  },
};

let last = Promise.resolve(); // one after the other
self.onmessage = ({ data: { type, ...given } }) => {
  last = last.then(() => HEEDED[type](given)).catch(({ message }) => postMessage({ type: "problem", message, of: type }));
};
setInterval(() => postMessage({ type: "tick" }), TICK);
