// An answer: somebody plays, pauses, and the network goes on from what it has heard, frame after frame.

const PAUSE = 1.2; // seconds without a key, after which it goes on
const CHORD = 0.09; // seconds within which keys go down together
const MOST_FRAMES = 256; // of what somebody plays; the network hears the last ones

export class Answer {
  // told: { begins(), ends(frames), secondsPerFrame() }; frames are lists of pitches.
  constructor(told) {
    Object.assign(this, { told, notes: [], held: new Set(), timer: null });
  }

  get isPlaying() {
    return this.notes.length > 0;
  }

  down(pitch, now) {
    clearTimeout(this.timer);
    if (!this.isPlaying) this.told.begins();
    this.notes.push({ pitch, from: now, to: Infinity });
    this.held.add(pitch);
  }

  up(pitch, now) {
    this.held.delete(pitch);
    this.notes
      .filter((note) => note.pitch === pitch && note.to === Infinity)
      .forEach((note) => (note.to = now));
    if (!this.held.size && this.isPlaying) this.timer = setTimeout(() => this.end(), 1000 * PAUSE);
  }

  // Another piece or mode: what was played is not answered.
  cancel() {
    clearTimeout(this.timer);
    this.notes = [];
    this.held.clear();
  }

  end() {
    const frames = framesOf(this.notes, pulseOf(this.notes, this.told.secondsPerFrame()));
    this.notes = [];
    this.told.ends(frames.slice(-MOST_FRAMES));
  }
}

// Seconds of a frame: those of the piece, or fewer where notes
// follow each other faster, so that each is heard.
export function pulseOf(notes, seconds) {
  const starts = notes.map(({ from }) => from).sort((one, other) => one - other);
  const gaps = starts
    .slice(1)
    .map((start, place) => start - starts[place])
    .filter((gap) => gap > CHORD);
  gaps.sort((one, other) => one - other);
  return gaps.length ? Math.min(seconds, gaps[Math.floor(gaps.length / 2)]) : seconds;
}

// A frame says which keys sound in the middle of it; a key between two middles sounds in the nearer frame.
export function framesOf(notes, seconds) {
  const start = Math.min(...notes.map(({ from }) => from));
  const place = (time) => Math.round((time - start) / seconds);
  const frames = [];
  for (const { pitch, from, to } of notes) {
    const first = place(from);
    const end = Math.max(first + 1, place(to));
    for (let at = first; at < end; at++) {
      while (frames.length <= at) frames.push([]);
      if (!frames[at].includes(pitch)) frames[at].push(pitch);
    }
  }
  return frames;
}
