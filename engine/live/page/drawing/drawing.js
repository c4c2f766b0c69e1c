// A drawing: one piece, frame after frame, for as long as anybody listens, with all changes made in it.
//
// A piece is a function of what it begins with (model, seed, temperature) and of its changes, each with the
// number of the frame before which it is made; so anybody who has these can draw the piece again. Frame t of
// a piece is drawn with the random numbers of (seed, t), as `python -m engine sample` draws it.
//
// A change: { at, and any of: temperature; seed; model, a name; forget, true; hold, true or false;
//             given, frames (lists of columns) that the model hears and does not draw;
//             joined, columns that sound in this frame whatever is drawn }

import { Instance } from "./kernel.js";

const MOST_READ = 4096; // frames of the past that another model reads when it takes over
const READ_AT_ONCE = 16; // frames that it reads between two draws of the model before
const MOST_ATTEMPTS = 64; // to draw a frame that holds somebody's notes
const STRIDE = 0x9e3779b1; // between the seeds of these attempts
const CIRCLE = 16; // frames after which a held state comes back

export class Drawing {
  // models: name -> { program, tensors }; planned: the changes of a piece that is drawn again, in order.
  constructor(module, models, { name, seed, temperature, planned = [], isSound = false }) {
    Object.assign(this, {
      module,
      models,
      name,
      seed,
      temperature,
      planned: [...planned],
      changes: [],
      isSound,
    });
    Object.assign(this, {
      position: 0,
      past: [],
      next: null,
      held: null,
      hands: [],
      tapped: new Set(),
      isWatched: false,
    });
    this.instance = this.open(name);
  }

  open(name) {
    return new Instance(this.module, this.models.get(name));
  }

  // Makes a change before the next frame; another model may take over later, since it reads the past first.
  change({ model, ...asked }) {
    const isOther = model && model !== this.name;
    if (model)
      this.next = isOther ? { name: model, instance: this.open(model), read: this.firstRead() } : null;
    if (Object.keys(asked).length) this.apply(asked);
  }

  apply({ at, ...change }) {
    if (change.temperature !== undefined) this.temperature = change.temperature;
    if (change.seed !== undefined) this.seed = change.seed;
    if (change.forget) this.forget();
    if (change.hold)
      this.held = { memory: this.instance.remember(), at: this.position, past: this.past.length };
    else if (change.hold !== undefined) this.held = null;
    if (change.model)
      this.become({ name: change.model, instance: this.open(change.model), read: this.firstRead() });
    if (change.given) this.hear(change.given);
    if (!change.model && !change.given) this.note(change);
  }

  note(change) {
    this.changes.push({ at: this.position, ...change });
  }

  forget() {
    Object.assign(this, { instance: this.open(this.name), past: [], held: null });
    if (this.next) Object.assign(this.next, { instance: this.open(this.next.name), read: 0 });
  }

  firstRead() {
    return Math.max(0, this.past.length - MOST_READ);
  }

  // The model hears frames that somebody has played, as lists of columns.
  hear(given) {
    this.note({ given });
    for (const columns of given) {
      const frame = new Float32Array(this.instance.frameSize);
      columns.forEach((column) => (frame[column] = 1));
      this.instance.read(frame);
      this.past.push(frame);
      this.position += 1;
    }
  }

  // Undoes all frames from number `position` on, which were drawn but never heard.
  goBack(position) {
    const unheard = this.position - position;
    if (unheard <= 0) return;
    this.past.length = Math.max(0, this.past.length - unheard); // fewer if it has forgotten since
    this.changes = this.changes.flatMap(({ at, given, joined, hold, ...kept }) => {
      const played = { ...(given && { given }), ...(joined && { joined }) };
      if (at < position) return [{ at, ...played, ...(hold !== undefined && { hold }), ...kept }];
      return Object.keys(kept).length ? [{ at: position, ...kept }] : []; // what was chosen stays chosen
    });
    if (this.held) this.changes.push({ at: position, hold: false });
    Object.assign(this, { position, instance: this.open(this.name), held: null });
    this.past.slice(this.firstRead()).forEach((frame) => this.instance.read(frame));
    if (this.next) Object.assign(this.next, { instance: this.open(this.next.name), read: this.firstRead() });
  }

  // Draws the next frames: { first, frames, isHeld }. A frame of notes is { columns, own, isHeard, name,
  // gates }, of sound { samples, name }. `own` are the columns that somebody plays; `isHeard` is true if the
  // hands sound already, which is so unless the piece is drawn again; gates are { names, values } while they
  // are watched, null if the model has none.
  draw(count) {
    const first = this.position;
    const frames = [];
    while (frames.length < count) {
      const before = this.position;
      while (this.planned.length && this.planned[0].at <= this.position) this.takePlanned(frames);
      if (this.position > before) continue; // frames that were given
      this.catchUp();
      if (this.held && this.position - this.held.at >= CIRCLE) this.circle();
      frames.push(this.one());
    }
    this.forgetLongAgo();
    return { first, frames, isHeld: this.held !== null };
  }

  // Takes the keys that somebody holds now; a key that was only tapped sounds in one frame.
  touch(columns) {
    this.hands = columns;
    columns.forEach((column) => this.tapped.add(column));
  }

  one() {
    let frame = this.instance.draw(1, this.seed, this.position, this.temperature);
    const gates = this.isWatched ? this.gatesNow() : undefined;
    const joined = this.joinedNow ?? [...new Set([...this.hands, ...this.tapped])];
    this.tapped.clear();
    const isHeard = !this.joinedNow && joined.length > 0;
    this.joinedNow = undefined;
    if (joined.length) {
      frame = this.withNotes(frame, joined);
      this.note({ joined });
    }
    this.past.push(frame);
    this.position += 1;
    if (this.isSound) return { samples: frame, name: this.name };
    return { columns: columnsOf(frame), own: joined, isHeard, name: this.name, gates };
  }

  gatesNow() {
    const { gates } = this.parts;
    return gates && { names: gates.names, values: this.instance.gates(gates.cell) };
  }

  // The frame with somebody's notes in it. If the model draws notes independently of each other, the notes
  // are just added. If it draws them jointly, the frame is drawn again until one has them; after
  // MOST_ATTEMPTS they are added to the last.
  withNotes(drawn, columns) {
    const lacks = (frame) => columns.some((column) => !frame[column]);
    let frame = drawn;
    for (let attempt = 1; this.parts.isJoint && attempt <= MOST_ATTEMPTS && lacks(frame); attempt++) {
      frame = this.instance.redraw(
        (this.seed + attempt * STRIDE) % Number.MAX_SAFE_INTEGER,
        this.position,
        this.temperature,
      );
    }
    if (!lacks(frame)) return frame;
    columns.forEach((column) => (frame[column] = 1));
    this.instance.replace(frame);
    return frame;
  }

  get parts() {
    return this.models.get(this.name);
  }

  takePlanned(frames) {
    const change = this.planned.shift();
    if (change.joined) this.joinedNow = change.joined;
    else this.apply(change);
    (change.given ?? []).forEach((columns) =>
      frames.push({ columns, own: columns, isHeard: false, name: this.name }),
    );
  }

  circle() {
    this.instance.return(this.held.memory);
    this.past.length = this.held.past;
    this.held.at = this.position;
  }

  // The next model reads what was heard until now while the model before still draws, so that nothing stops.
  catchUp() {
    const next = this.next;
    if (!next) return;
    const end = Math.min(this.past.length, next.read + READ_AT_ONCE);
    for (; next.read < end; next.read++) next.instance.read(this.past[next.read]);
    if (next.read === this.past.length) this.become(next);
  }

  become({ name, instance, read }) {
    this.past.slice(read).forEach((frame) => instance.read(frame));
    Object.assign(this, { name, instance, next: null, held: null });
    this.note({ model: name });
  }

  // Drops old frames, so that hours of playing take no more memory than twice what another model would read.
  forgetLongAgo() {
    const spare = this.past.length - MOST_READ;
    if (spare >= MOST_READ && !this.next && !this.held) this.past.splice(0, spare);
  }
}

export const columnsOf = (frame) => [...frame.keys()].filter((column) => frame[column] > 0.5);
