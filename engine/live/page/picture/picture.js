// The picture: what flows by, painted at every frame of the screen in which it has changed: the roll or the
// wave, the gates under it, the lit keys and the time.

import { Gates } from "./gates.js";
import { penOf, Roll } from "./roll.js";

const WITHOUT = "This network has no gates: choose GRU or LSTM to see some.";
const WITH =
  "A line is a unit of the network: the fuller its colour, " +
  "the further open the gate stood as the frame was drawn.";

const STILL = 40; // milliseconds between two looks at a picture that stands still

const at = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Picture {
  // told: functions of the page: `session()` gives the chosen one, `light(pitches)` lights keys that sound.
  constructor(told) {
    this.told = told;
    this.roll = new Roll(at("roll"));
    this.gates = new Gates(at("gates"), this.roll.colours);
    Object.assign(this, { numColours: 0, painted: "" });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      setTimeout(() => this.readColours()),
    );
    addEventListener("DOMContentLoaded", () => this.readColours());
  }

  readColours() {
    this.roll.readColours();
    this.numColours += 1;
    this.told.session().shown.forEach((frame) => (frame.column = null));
  }

  // Looks whether the picture has changed, and again at the next frame, or soon, while the page is open.
  paint() {
    const seen = this.seen(this.told.session());
    const isStill = seen === this.painted;
    if (!isStill) this.paintNow();
    this.painted = seen;
    if (isStill) setTimeout(() => this.paint(), STILL);
    else requestAnimationFrame(() => this.paint());
  }

  // All that decides what the picture shows, as a text.
  seen({ card, epoch, plays, time, shown, own }) {
    const { canvas, range } = this.roll;
    const sizes = [canvas, at("gates")].flatMap(({ clientWidth, clientHeight }) => [
      clientWidth,
      clientHeight,
    ]);
    const keys = own.map(({ to }) => to);
    return [
      card?.name,
      epoch,
      plays,
      time,
      shown.length,
      keys,
      range,
      sizes,
      devicePixelRatio,
      this.numColours,
    ].join();
  }

  paintNow() {
    const session = this.told.session();
    const now = session.now();
    if (session.clock && (session.plays || session.shown.length || session.own.length)) {
      const time = calm.matches ? (now?.at ?? session.time) : session.time;
      if (session.card?.kind === "waveform") this.roll.drawWave(session.shown, time);
      else this.roll.draw(session.shown, time, session.own);
      this.paintGates(session.shown, time);
      if (now) at("keys").style.setProperty("--lit", `var(--${now.colour})`);
      this.told.light(now?.pitches && session.plays ? now.pitches : []);
      const seconds = session.heardSeconds;
      at("time").textContent =
        `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    } else this.roll.draw([], 0);
  }

  paintGates(shown, time) {
    const canvas = at("gates");
    if (!canvas.clientHeight) return; // hidden
    this.gates.draw(penOf(canvas), shown, time);
    const names = this.gates.names(shown, time);
    const isWithout = shown.at(-1)?.gates === null;
    const text = names.length ? WITH : isWithout ? WITHOUT : "";
    if (at("gates-are").textContent !== text) at("gates-are").textContent = text;
    const label = names.length ? `Gates, from top to bottom: ${names.join(", ")}` : "Gates";
    if (canvas.getAttribute("aria-label") !== label) canvas.setAttribute("aria-label", label);
  }
}
