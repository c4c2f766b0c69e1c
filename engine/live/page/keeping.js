// Keeping: downloads a piece as a file, or makes a link to it.

import { midiFile, speechFile, wavFile } from "./files.js";
import { addressOf } from "./link.js";
import { velocity } from "./session.js";

export class Keeping {
  // asked: what the page offers: { session(), zones(), program(), say(text), problem(text) }.
  constructor(worker, asked) {
    Object.assign(this, { worker, asked, waiting: null });
  }

  keep(bytes, ending, type) {
    const { name, seed } = this.asked.session().first;
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    Object.assign(document.createElement("a"), {
      href: address,
      download: `earshot-${name}-${seed}.${ending}`,
    }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  midi() {
    const { frames, card } = this.asked.session();
    this.keep(
      midiFile(frames, { framesPerQuarter: card.frames_per_quarter, program: this.asked.program() }),
      "mid",
      "audio/midi",
    );
  }

  async wav() {
    const { frames, card } = this.asked.session();
    const isSpeech = card.kind === "waveform";
    try {
      this.keep(
        isSpeech ? speechFile(frames, card.sample_rate) : await wavFile(frames, this.asked.zones(), velocity),
        "wav",
        "audio/wav",
      );
    } catch ({ message }) {
      this.asked.problem(message);
    }
  }

  async link() {
    const { first, tempo, scheduled } = this.asked.session();
    const changes = (await this.changes()).filter(({ at }) => at <= scheduled);
    const address = addressOf({ ...first, changes, tempo, program: this.asked.program() });
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address);
      this.asked.say("The link is copied: it plays this piece again, with all that was changed.");
    } catch {
      this.asked.say("The link is in the address bar.");
    }
  }

  // A promise of all changes of the piece; the worker, which makes them, answers by way of `take`.
  changes() {
    this.worker.postMessage({ type: "changes" });
    return new Promise((done) => (this.waiting = done));
  }

  take(changes) {
    this.waiting?.(changes);
  }
}
