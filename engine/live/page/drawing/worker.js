// The worker: draws just ahead of what sounds, and keeps time,
// since browsers slow the timers of a hidden page.
//
// It receives messages { type: a name in HEEDED, … }, and sends
//   { type: "tick" }                                  every TICK milliseconds
//   { type: "arriving", name, share }                 how much of a model has come
//   { type: "there", name }                           a model can be drawn from
//   { type: "frames", epoch, first, frames, seconds, isHeld } what was drawn, and how long that took
//   { type: "changes", changes }                      all changes of a piece until now
//   { type: "problem", message, of }                  what failed; of: the type of the message that caused it

import { Drawing } from "./drawing.js";
import { fetched, modelOf } from "./weights.js";

const TICK = 40; // milliseconds

let module; // promise of the kernel, compiled once
let drawing;
let isWatched = false; // whether gates are shown
let epoch; // number of the piece or answer; frames that were asked for in an earlier epoch are not drawn
const coming = new Map(); // name -> promise of what modelOf gives
const models = new Map(); // name -> the same, once it is there

function compiled() {
  if (!globalThis.WebAssembly)
    throw new Error("This browser has no WebAssembly: try another, or a newer one.");
  module ??= fetched("kernel.wasm").then((bytes) => WebAssembly.compile(bytes));
  module.catch(() => (module = undefined)); // to be tried again
  return module;
}

function model(card) {
  const { name, bytes } = card;
  if (!coming.has(name)) {
    let told = 0;
    const arriving = modelOf(card, (count) => {
      if (count < bytes && count < told + bytes / 50) return;
      told = count;
      postMessage({ type: "arriving", name, share: count / bytes });
    });
    coming.set(name, arriving);
    arriving
      .then((parts) => models.set(name, parts) && postMessage({ type: "there", name }))
      .catch(() => coming.delete(name));
  }
  return coming.get(name);
}

const HEEDED = {
  async fetch({ card }) {
    await Promise.all([compiled(), model(card)]);
  },
  async begin({ cards, epoch: number, ...asked }) {
    const code = await compiled();
    await Promise.all(cards.map(model));
    [epoch, drawing] = [number, new Drawing(code, models, asked)];
    drawing.isWatched = isWatched;
  },
  async change({ card, ...asked }) {
    if (card) await model(card);
    drawing?.change({ ...asked, ...(card && { model: card.name }) });
  },
  watch({ isWatched: wanted }) {
    isWatched = wanted;
    if (drawing) drawing.isWatched = wanted;
  },
  hands({ columns }) {
    drawing?.touch(columns);
  },
  goBack({ position, epoch: number, given }) {
    epoch = number;
    drawing?.goBack(position);
    if (given) drawing?.hear(given);
  },
  want({ count, epoch: wanted }) {
    if (!drawing || wanted !== epoch) return;
    const began = performance.now();
    const drawn = drawing.draw(count);
    postMessage({ type: "frames", epoch, seconds: (performance.now() - began) / 1000, ...drawn });
  },
  changes() {
    postMessage({ type: "changes", changes: drawing?.changes ?? [] });
  },
};
const SLOW = new Set(["fetch"]); // other messages do not wait for these

let last = Promise.resolve(); // all others are handled one after the other
self.onmessage = ({ data: { type, ...given } }) => {
  const failed = ({ message }) => postMessage({ type: "problem", message, of: type });
  const heed = async () => HEEDED[type](given);
  if (SLOW.has(type)) heed().catch(failed);
  else last = last.then(heed).catch(failed);
};
setInterval(() => postMessage({ type: "tick" }), TICK);
