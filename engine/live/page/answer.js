// An answer: somebody plays and pauses; what was played becomes frames, from which the network goes on.

const PAUSE = 1.2; // seconds without a key, after which the network goes on
const CHORD = 0.09; // seconds within which keys go down together
const MOST_FRAMES = 256; // of what somebody plays; the network hears the last ones

export class Answer {
  // told: functions { begins(), ends(frames), secondsPerFrame() }; a frame is a list of pitches.
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

  // Called for another piece or mode: what was played is not answered.
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

// Seconds of a frame: `seconds`, those of the piece, or fewer if the
// notes follow each other faster, so that each is heard.
export function pulseOf(notes, seconds) {
  const starts = notes.map(({ from }) => from).sort((one, other) => one - other);
  const gaps = starts
    .slice(1)
    .map((start, place) => start - starts[place])
    .filter((gap) => gap > CHORD);
  gaps.sort((one, other) => one - other);
  return gaps.length ? Math.min(seconds, gaps[Math.floor(gaps.length / 2)]) : seconds;
}

// The notes as frames of `seconds` each; start and end go to the nearest frame, a note lasts at least one.
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
