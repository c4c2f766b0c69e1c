// The gates: shows how far the gates of the network's uppermost cell with gates were open as each frame was
// drawn, unit by unit; it lies under the roll and has the same axis of time.

import { KEYBOARD_WIDTH, NOW, SECONDS } from "./roll.js";

const UNITS = 40; // how many units of a gate are shown
const FIRST = 32; // frames of a model from which the order of its units is found
const GAP = 2; // pixels between gates

export class Gates {
  constructor(canvas, colours) {
    Object.assign(this, { canvas, colours, orders: new Map() });
  }

  // shown: frames with their times, as in the roll, and with `gates`, { names, values } or none; time: of the
  // line, on the clock.
  draw(pen, shown, time) {
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    pen.fillStyle = this.colours["roll-ground"];
    pen.fillRect(0, 0, width, height);
    pen.imageSmoothingEnabled = false;
    this.order(shown);
    const x = (at) => KEYBOARD_WIDTH + (width - KEYBOARD_WIDTH) * (NOW + (at - time) / SECONDS);
    for (const frame of shown) {
      const [left, right] = [x(frame.at), x(frame.at + frame.seconds)].map((edge) =>
        Math.round(Math.max(KEYBOARD_WIDTH, edge)),
      ); // no seam
      if (!frame.gates || right <= left || left > width) continue;
      pen.globalAlpha = frame.at > time ? 0.45 : 1;
      pen.drawImage(this.columnOf(frame), left, 0, right - left, height);
    }
    pen.globalAlpha = 1;
    this.label(pen, this.names(shown, time), { width, height });
    pen.fillStyle = this.colours.ink;
    pen.fillRect(x(time) - 0.75, 0, 1.5, height);
  }

  // The names of the gates of the frame that sounds, or of the newest one.
  names(shown, time) {
    const now = shown.findLast(({ at }) => at <= time) ?? shown.at(-1);
    return now?.gates?.names ?? [];
  }

  // The units whose gates vary most in the first frames of a
  // model come first, gate by gate, and keep their places.
  order(shown) {
    for (const { name, gates } of shown) {
      if (!gates || this.orders.has(name)) continue;
      const first = shown.filter((other) => other.name === name && other.gates).slice(0, FIRST);
      if (first.length === FIRST) this.orders.set(name, orderOf(first.map((frame) => frame.gates)));
    }
  }

  // A picture one pixel wide; a frame's is made once, and again when its units have an order.
  columnOf(frame) {
    const order = this.orders.get(frame.name);
    if (frame.column && frame.columnOrder === order) return frame.column;
    const { names, values } = frame.gates;
    const size = values.length / names.length;
    const units = Math.min(UNITS, size);
    const column = Object.assign(document.createElement("canvas"), {
      width: 1,
      height: names.length * (units + GAP),
    });
    const pen = column.getContext("2d");
    pen.fillStyle = this.colours[frame.colour];
    names.forEach((_, gate) => {
      for (let row = 0; row < units; row++) {
        pen.globalAlpha = values[gate * size + (order?.[gate][row] ?? row)];
        pen.fillRect(0, gate * (units + GAP) + row, 1, 1);
      }
    });
    return Object.assign(frame, { column, columnOrder: order }).column;
  }

  label(pen, names, { width, height }) {
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    names.forEach((name, place) => {
      const y = ((place + 0.5) / names.length) * height;
      pen.fillStyle = this.colours["roll-ground"];
      pen.fillRect(0, y - 9, pen.measureText(name).width + 14, 18);
      pen.fillStyle = this.colours.ink;
      pen.fillText(name, 7, y + 1);
    });
    pen.fillStyle = this.colours["roll-line"];
    for (let place = 1; place < names.length; place++)
      pen.fillRect(0, (place / names.length) * height - 1, width, 1);
  }
}

// The units of each gate, ordered by how much they vary over these frames, most first.
export function orderOf(frames) {
  const [{ names, values }] = frames;
  const size = values.length / names.length;
  return names.map((_, gate) => {
    const units = [...Array(size).keys()];
    const variance = units.map((unit) => {
      const open = frames.map((frame) => frame.values[gate * size + unit]);
      const mean = open.reduce((sum, value) => sum + value) / open.length;
      return open.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    });
    return units.sort((one, other) => variance[other] - variance[one]);
  });
}
