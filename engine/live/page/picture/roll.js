// The roll: what has sounded flows away to the left of a line, what is to come is to its right, and the keys
// of the frame that sounds light up.

export const SECONDS = 12; // from edge to edge, right of the keyboard
const WAVE_SECONDS = 4; // the same if the piece is sound
export const NOW = 0.72; // place of the line, as a share of the same width
export const KEYBOARD_WIDTH = 34; // in pixels
// Colours of the style sheet: GROUNDS for keys and for what is behind notes or gates, INKS for notes and the line.
const GROUNDS = [
  "roll-ground",
  "roll-black-row",
  "roll-line",
  "roll-octave",
  "roll-label",
  "key-white",
  "key-black",
];
const INKS = ["ink", "lane-1", "lane-2", "lane-3", "lane-4", "roll-prime"];
const BLACK = new Set([1, 3, 6, 8, 10]);

export class Roll {
  constructor(canvas) {
    Object.assign(this, { canvas, colours: {}, range: [36, 84] });
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(document.body);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const name of [...GROUNDS, ...INKS]) this.colours[name] = of(name);
  }

  // Widens the range, if need be, so that it holds these pitches.
  fit(low, high) {
    this.range = [Math.min(this.range[0], low - 2), Math.max(this.range[1], high + 2)];
  }

  // shown: frames with their times, `own` of a frame being the pitches in it that the visitor played; time: at
  // the line; presses: of the visitor's keys, { pitch, from, to }.
  draw(shown, time, presses = []) {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const pen = penOf(canvas);
    const [lowest, highest] = this.range;
    const row = height / (highest - lowest + 1);
    const y = (pitch) => height - (pitch - lowest + 1) * row;
    const x = (at) => KEYBOARD_WIDTH + (width - KEYBOARD_WIDTH) * (NOW + (at - time) / SECONDS);
    this.ground(pen, { width, height, row, y });
    const current = this.notes(pen, shown, { time, row, y, x });
    this.presses(pen, presses, { time, row, y, x });
    this.keyboard(pen, { row, y, current });
    pen.fillStyle = this.colours.ink;
    pen.fillRect(x(time) - 0.75, 0, 1.5, height);
  }

  // Draws sound that flows by; shown: stretches of samples with their times.
  drawWave(shown, time) {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const pen = penOf(canvas);
    pen.fillStyle = this.colours["roll-ground"];
    pen.fillRect(0, 0, width, height);
    const x = (at) => width * (NOW + (at - time) / WAVE_SECONDS);
    for (const { at, seconds, samples, colour } of shown) {
      const [from, to] = [x(at), x(at + seconds)];
      pen.fillStyle = this.colours[colour];
      for (let left = Math.floor(from); left < to; left++) {
        const part = samples.subarray(
          ...[left, left + 1].map((edge) =>
            Math.max(0, Math.round(((edge - from) / (to - from)) * samples.length)),
          ),
        );
        if (!part.length) continue;
        const [low, high] = [Math.min(...part), Math.max(...part)];
        pen.fillRect(left, height * (0.5 - 0.48 * high), 1, Math.max(1, height * 0.48 * (high - low)));
      }
    }
    pen.fillStyle = this.colours.ink;
    pen.fillRect(x(time) - 0.75, 0, 1.5, height);
  }

  ground(pen, { width, height, row, y }) {
    pen.fillStyle = this.colours["roll-ground"];
    pen.fillRect(0, 0, width, height);
    const [lowest, highest] = this.range;
    for (let pitch = lowest; pitch <= highest; pitch++) {
      if (BLACK.has(pitch % 12)) {
        pen.fillStyle = this.colours["roll-black-row"];
        pen.fillRect(KEYBOARD_WIDTH, y(pitch), width, row);
      }
      if (pitch % 12 === 0) {
        pen.fillStyle = this.colours["roll-octave"];
        pen.fillRect(KEYBOARD_WIDTH, y(pitch) + row, width, 1);
      }
    }
  }

  notes(pen, shown, { time, row, y, x }) {
    const current = new Map();
    let before = new Set();
    pen.save();
    pen.beginPath();
    pen.rect(KEYBOARD_WIDTH, 0, pen.canvas.width, pen.canvas.height);
    pen.clip(); // so that notes do not run over the keys
    for (const { at, seconds, pitches, own, colour } of shown) {
      for (const pitch of pitches) {
        pen.globalAlpha = at > time ? 0.45 : 1;
        pen.fillStyle = this.colours[own.has(pitch) ? "ink" : colour];
        const gap = before.has(pitch) ? 0 : 1.5; // a note that is held joins the frame before
        pen.fillRect(
          x(at) + gap,
          y(pitch) + row * 0.1,
          Math.max(1, x(at + seconds) - x(at) - gap),
          Math.max(2, row * 0.8),
        );
        if (at <= time && time < at + seconds) current.set(pitch, pen.fillStyle);
      }
      before = new Set(pitches);
    }
    pen.restore();
    return current;
  }

  presses(pen, presses, { time, row, y, x }) {
    pen.fillStyle = this.colours.ink;
    for (const { pitch, from, to } of presses) {
      const left = Math.max(KEYBOARD_WIDTH, x(from));
      const right = x(Math.min(to, time));
      if (right < KEYBOARD_WIDTH) continue; // it has left the picture
      pen.fillRect(left, y(pitch) + row * 0.1, Math.max(2, right - left), Math.max(2, row * 0.8));
    }
  }

  keyboard(pen, { row, y, current }) {
    const [lowest, highest] = this.range;
    for (let pitch = lowest; pitch <= highest; pitch++) {
      pen.fillStyle = current.get(pitch) ?? this.colours[BLACK.has(pitch % 12) ? "key-black" : "key-white"];
      pen.fillRect(
        0,
        y(pitch),
        BLACK.has(pitch % 12) ? KEYBOARD_WIDTH * 0.62 : KEYBOARD_WIDTH - 1,
        Math.max(1, row - 0.5),
      );
      if (pitch % 12 === 0 && row > 3) {
        pen.fillStyle = this.colours["roll-label"];
        pen.font = "10px system-ui, sans-serif";
        pen.fillText(`C${pitch / 12 - 1}`, KEYBOARD_WIDTH + 4, y(pitch) + row);
      }
    }
  }
}

// The 2D context of a canvas, in CSS pixels, at the full resolution of the screen.
export function penOf(canvas) {
  const ratio = devicePixelRatio || 1;
  const size = {
    width: Math.round(canvas.clientWidth * ratio),
    height: Math.round(canvas.clientHeight * ratio),
  };
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}
