// Along: what a visitor plays with the network: next to it, together with it, or before it answers.

import { Answer } from "./answer.js";
import { Hands } from "./hands.js";

const MODES = {
  free: "What you play sounds together with the network, which does not hear it.",
  together:
    "What you hold sounds in every frame that is drawn, and the network hears it. The small ones draw the other " +
    "notes as they would together with yours; the large one draws a frame up to 64 times until yours are in it, and else " +
    "puts them in.",
  answer: "Play something and pause: the network has heard it, and goes on from there.",
};
const HANDS_VELOCITY = 92;

const at = (id) => document.getElementById(id);

export class Along {
  // asked: what the page offers: { session(), roll, start(), showState(), say(text), problem(text) }.
  constructor(worker, output, asked) {
    Object.assign(this, { worker, output, asked, handled: Promise.resolve() });
    this.answer = new Answer({
      secondsPerFrame: () => asked.session().secondsPerFrame,
      begins: () => asked.session().pause(),
      ends: (frames) => this.answered(frames),
    });
    this.hands = new Hands(at("keys"), {
      down: (pitch) => this.inTurn((now) => this.down(pitch, now)),
      up: (pitch) => this.inTurn((now) => this.up(pitch, now)),
      flooded: () => asked.problem("More keys at once than anybody has fingers: some are left out."),
    });
    at("modes").onchange = () => this.choose();
    at("midi").onclick = () =>
      this.hands.listenToMidi().then(asked.say, ({ message }) => asked.problem(message));
  }

  get mode() {
    return document.querySelector("[name=mode]:checked").value;
  }

  showMode() {
    at("mode-is").textContent = MODES[this.mode];
  }

  choose() {
    this.answer.cancel();
    this.asked.session().isClose = this.mode === "together"; // so that keys are heard soon
    this.showMode();
    this.worker.postMessage({ type: "hands", columns: [] });
  }

  // Handles what hands do in the order in which they did it, though some of it is asynchronous.
  inTurn(heed) {
    const now = performance.now() / 1000;
    this.handled = this.handled.then(() => heed(now)).catch(({ message }) => this.asked.problem(message));
  }

  // The network's columns for these pitches; it does not hear pitches outside its keyboard.
  columnsOf(pitches) {
    const { lowest_pitch: lowest, num_pitches: count } = this.asked.session().card;
    return pitches.map((pitch) => pitch - lowest).filter((column) => column >= 0 && column < count);
  }

  async down(pitch, now) {
    const { asked, output } = this;
    if (output.clock?.state !== "running") await output.start();
    asked.session().press(pitch);
    output.hands.strike(pitch, HANDS_VELOCITY, output.clock.currentTime);
    asked.roll.fit(pitch, pitch);
    if (this.mode === "answer") {
      if (!asked.session().first) await asked.start();
      this.answer.down(pitch, now);
      asked.say("Listening to you …");
      asked.showState();
    }
    if (this.mode === "together") this.tell();
  }

  up(pitch, now) {
    const { asked, output } = this;
    if (!output.clock) return;
    output.hands.release(pitch, output.clock.currentTime);
    asked.session().lift(pitch);
    if (this.answer.isPlaying) this.answer.up(pitch, now);
    if (this.mode === "together") this.tell();
  }

  tell() {
    if (!this.asked.session().card) return;
    const columns = this.columnsOf([...new Set(this.hands.held.values())]);
    this.worker.postMessage({ type: "hands", columns });
  }

  answered(frames) {
    const session = this.asked.session();
    session.takeBack(frames.map((pitches) => this.columnsOf(pitches)));
    session.goOn();
    this.asked.say("The network has heard you, and answers.");
    this.asked.showState();
  }
}
