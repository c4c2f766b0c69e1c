// The session: what sounds when. Frames come from the worker a little before they are due, and become keys
// that go down and up at times of the sound's clock ("put on the clock").

const AHEAD = 0.15; // seconds of keys that are put on the clock ahead of time
const HIDDEN_AHEAD = 1.5; // the same for a hidden page, which browsers run more seldom
const DRAWN = 0.4; // seconds of frames that are drawn before they are due
const LEAD = 0.06; // seconds from a press to the first key
// MIDI velocities of the top line, the bass and what is between, as engine/notes/dynamics.py has them
const HIGHEST = 96;
const LOWEST = 88;
const BETWEEN = 78;
const KEPT = 20_000; // frames of a piece that can be kept as a file

export class Session {
  // told: functions of the page: `frame` (one was put on the clock), `stalled` (count), `colourOf` (name).
  constructor(worker, told) {
    Object.assign(this, {
      worker,
      told,
      plays: false,
      epoch: 0,
      tempo: 100,
      queue: [],
      asked: 0,
      frames: [],
      shown: [],
      own: [],
    });
    Object.assign(this, {
      card: null,
      own: [],
      isClose: false,
      pausedAt: undefined,
      sounding: new Set(),
      nextAt: 0,
      scheduled: 0,
      waits: false,
      stalls: 0,
    });
  }

  get secondsPerFrame() {
    return 60 / (this.tempo * this.card.frames_per_quarter);
  }

  get drawnSeconds() {
    return DRAWN;
  }

  // Whether there is something to put on the clock.
  get hasNext() {
    return this.queue.length > 0;
  }

  get heardSeconds() {
    return this.frames.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  // How many times as fast as it sounds the model draws; null until more than a second was drawn.
  get speed() {
    const { frames, seconds } = this.drawn ?? { frames: 0 };
    return frames * this.secondsPerFrame > 1 ? (frames * this.secondsPerFrame) / seconds : null;
  }

  // clock: an AudioContext; sampler: the Sampler that plays the keys on it.
  play(clock, sampler) {
    Object.assign(this, { clock, sampler });
  }

  // Begins a new piece. planned: its changes, if it is drawn again; cards: all models that these need.
  begin(card, cards, { seed, temperature, planned = [] }) {
    this.hush();
    this.epoch += 1;
    Object.assign(this, {
      card,
      first: { name: card.name, seed, temperature },
      queue: [],
      asked: 0,
      frames: [],
      shown: [],
    });
    Object.assign(this, {
      plays: true,
      nextAt: 0,
      scheduled: 0,
      waits: true,
      stalls: 0,
      drawn: { frames: 0, seconds: 0 },
    });
    this.worker.postMessage({
      type: "begin",
      epoch: this.epoch,
      cards,
      name: card.name,
      seed,
      temperature,
      planned,
      isSound: card.kind === "waveform",
    });
    this.want();
  }

  pause() {
    if (this.plays) this.pausedAt = this.clock?.currentTime;
    this.plays = false;
    this.hush();
  }

  // Goes on after a pause; the picture goes on from where it was, however long the pause was.
  goOn() {
    const passed = this.clock.currentTime - (this.pausedAt ?? this.clock.currentTime);
    for (const shown of this.shown) shown.at += passed;
    for (const note of this.own) Object.assign(note, { from: note.from + passed, to: note.to + passed });
    Object.assign(this, { plays: true, nextAt: 0, waits: true });
    this.want();
  }

  hush() {
    this.sampler?.silence();
    this.sounding.clear();
  }

  // Takes frames that the worker has drawn; `seconds` is how long that took.
  take({ epoch, frames, seconds }) {
    if (epoch !== this.epoch) return;
    this.asked = Math.max(0, this.asked - frames.length); // given frames come unasked
    this.queue.push(...frames);
    this.drawn = { frames: this.drawn.frames + frames.length, seconds: this.drawn.seconds + seconds };
    this.look();
  }

  want() {
    const missing = this.isClose
      ? 1 - this.queue.length - this.asked
      : Math.ceil(this.drawnSeconds / this.secondsPerFrame) + 1 - this.queue.length - this.asked;
    if (!this.plays || missing <= 0) return;
    this.asked += missing;
    this.worker.postMessage({ type: "want", count: missing, epoch: this.epoch });
  }

  // Called many times a second: puts what is due on the clock.
  look() {
    if (!this.plays || !this.clock) return;
    const now = this.clock.currentTime;
    const ahead = document.hidden ? HIDDEN_AHEAD : AHEAD;
    if (this.nextAt < now && this.hasNext) this.start(now);
    while (this.hasNext && this.nextAt < now + ahead) this.put();
    if (!this.hasNext && this.nextAt && this.nextAt < now) this.stall();
    this.want();
  }

  start(now) {
    this.nextAt = now + LEAD;
    this.waits = false;
  }

  // Drawing is slower than the tempo: nothing sounds until more frames come.
  stall() {
    if (this.waits) return;
    this.waits = true;
    this.stalls += 1;
    this.told.stalled(this.stalls);
  }

  // Puts the next frame on the clock.
  put() {
    const frame = this.queue.shift();
    const at = this.nextAt;
    const lowest = this.card.lowest_pitch;
    const pitches = frame.columns.map((column) => lowest + column);
    const own = new Set(frame.own.map((column) => lowest + column));
    const byHand = frame.isHeard ? own : new Set();
    for (const pitch of this.sounding)
      if (!pitches.includes(pitch) || byHand.has(pitch)) this.letGo(pitch, at);
    for (const pitch of pitches)
      if (!this.sounding.has(pitch) && !byHand.has(pitch)) this.strike(pitch, pitches, at);
    const shown = {
      at,
      seconds: this.secondsPerFrame,
      pitches,
      own,
      name: frame.name,
      gates: frame.gates,
      colour: this.told.colourOf(frame.name),
    };
    if (this.frames.length < KEPT) this.frames.push({ pitches, seconds: shown.seconds });
    this.scheduled += 1;
    this.shown.push(shown);
    this.shown = this.shown.filter((other) => other.at > at - 60);
    this.nextAt += shown.seconds;
    this.told.frame(shown);
  }

  strike(pitch, together, at) {
    this.sampler.strike(pitch, velocity(pitch, together), at);
    this.sounding.add(pitch);
  }

  letGo(pitch, at) {
    this.sampler.release(pitch, at);
    this.sounding.delete(pitch);
  }

  // Takes back what was drawn but not yet heard; then come somebody's own frames, `given`, lists of columns.
  takeBack(given = []) {
    Object.assign(this, { queue: [], asked: 0, epoch: this.epoch + 1 });
    this.hush();
    this.worker.postMessage({ type: "goBack", position: this.scheduled, epoch: this.epoch, given });
    this.scheduled += given.length;
    const pitches = given.map((columns) => columns.map((column) => this.card.lowest_pitch + column));
    for (const chord of pitches) this.frames.push({ pitches: chord, seconds: this.secondsPerFrame });
  }

  // Somebody's key goes down: the picture shows it, whether or not the network hears it.
  press(pitch) {
    this.own = this.own.filter(({ to }) => !(to < this.time - 60));
    this.own.push({ pitch, from: this.time, to: Infinity });
  }

  lift(pitch) {
    this.own
      .filter((note) => note.pitch === pitch && note.to === Infinity)
      .forEach((note) => (note.to = this.time));
  }

  // The time on the clock of the line in the picture, which does not move during a pause.
  get time() {
    return (this.plays ? null : this.pausedAt) ?? this.clock?.currentTime ?? 0;
  }

  // The frame that sounds now.
  now() {
    const { time } = this;
    return this.shown.findLast(({ at, seconds }) => at <= time && time < at + seconds);
  }
}

export function velocity(pitch, together) {
  if (pitch >= Math.max(...together)) return HIGHEST;
  return pitch <= Math.min(...together) ? LOWEST : BETWEEN;
}
