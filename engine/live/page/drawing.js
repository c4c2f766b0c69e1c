// A drawing: one piece for as long as anybody listens, frame after frame, whatever is changed while it goes on.
//
// A piece is a function of what it begins with ({ model, seed, temperature }) and of its changes, each with the frame
// before which it holds; so whoever has these draws it again. Frame t of a piece is drawn with the random numbers of
// (seed, t), as `python -m engine sample` draws it.

import { Instance } from "./kernel.js";

const MOST_READ = 4096; // frames of its past that another model reads
const READ_AT_ONCE = 16; // frames, between two draws of the model before
const CIRCLE = 16; // frames from a state that is held until it is there again

export class Drawing {
  // parts: { program, tensors }; changes: of a piece that is drawn again, [{ at, ... }] in order.
  constructor(module, { name, parts }, { seed, temperature, changes = [] }) {
    Object.assign(this, { module, name, seed, temperature, planned: [...changes] });
    Object.assign(this, { position: 0, past: [], next: null, held: null, heard: new Set(), changes: [] });
    this.instance = new Instance(module, parts);
    this.parts = parts;
  }

  // From the frame that is drawn next: { temperature, model, seed, forget, hold }.
  change(asked) {
    if (asked.temperature !== undefined) this.temperature = asked.temperature;
    if (asked.seed !== undefined) this.seed = asked.seed;
    if (asked.forget) this.forget();
    if (asked.hold !== undefined) this.hold(asked.hold);
    if (asked.model) this.next = { ...asked.model, instance: null, read: 0 };
    const { model, ...rest } = asked;
    if (Object.keys(rest).length) this.note(rest);
  }

  note(change) {
    this.changes.push({ at: this.position, ...change });
  }

  forget() {
    this.instance = new Instance(this.module, this.parts);
    Object.assign(this, { past: [], held: null });
  }

  // A state that is held is returned to after some frames, again and again.
  hold(wanted) {
    this.held = wanted ? { memory: this.instance.remember(), at: this.position, past: this.past.length } : null;
  }

  // Notes that somebody plays: they sound in all that is drawn until they are let go. Columns of the frame.
  hear(notes) {
    this.heard = new Set(notes);
  }

  draw(count) {
    const first = this.position;
    const frames = [];
    for (let done = 0; done < count; done++) {
      this.catchUp();
      if (this.held && this.position - this.held.at >= CIRCLE) this.circle();
      const frame = this.instance.draw(1, this.seed, this.position, this.temperature);
      if (this.heard.size) this.join(frame);
      this.past.push(frame);
      this.position += 1;
      frames.push(frame);
    }
    this.forgetLongAgo();
    return { first, frames, name: this.name };
  }

  // An hour of playing takes no more room than what another model would read.
  forgetLongAgo() {
    const spare = this.past.length - MOST_READ;
    if (spare < MOST_READ || this.next || this.held) return;
    this.past.splice(0, spare);
  }

  circle() {
    this.instance.return(this.held.memory);
    this.past.length = this.held.past;
    this.held.at = this.position;
  }

  // What is drawn with notes of somebody's held true: the network hears both.
  join(frame) {
    for (const column of this.heard) frame[column] = 1;
    this.instance.replace(frame);
    this.note({ notes: [...this.heard] });
  }

  // Another model reads what was heard until now while the one before still draws, so that nothing stops.
  catchUp() {
    const next = this.next;
    if (!next) return;
    if (!next.instance) {
      next.instance = new Instance(this.module, next.parts);
      next.read = Math.max(0, this.past.length - MOST_READ);
    }
    const end = Math.min(this.past.length, next.read + READ_AT_ONCE);
    for (; next.read < end; next.read++) next.instance.read(this.past[next.read]);
    if (next.read < this.past.length) return;
    Object.assign(this, { instance: next.instance, name: next.name, parts: next.parts, next: null });
    this.note({ model: this.name });
  }
}
