// Hands: keys that a visitor presses, on the page, on a computer's keyboard, or on a MIDI instrument.

const LETTERS = "awsedftgyhujkolp"; // from a C upwards, black keys in the row above
const BLACK = new Set([1, 3, 6, 8, 10]);
const NAMES = ["C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B"];
const MOST_KEYS = 16; // that can be held at once
const MOST_A_SECOND = 60; // key presses; more come only from a faulty instrument
const FIRST = 48; // the lowest key of the page's keyboard: C3
const OCTAVES = 3;

export class Hands {
  // place: the element that holds the page's keyboard; told: functions { down(pitch), up(pitch), flooded() }.
  constructor(place, told) {
    Object.assign(this, { place, told, held: new Map(), octave: 60, recent: [] });
    this.layOut();
    document.addEventListener("keydown", (event) => this.typed(event));
    document.addEventListener("keyup", ({ key }) => this.up(`letter ${key.toLowerCase()}`));
    addEventListener("blur", () => this.letGo());
    this.leaveLists();
  }

  // After a choice by mouse or finger a list loses the focus, so that letters play the keyboard again.
  leaveLists() {
    for (const list of document.querySelectorAll("select")) {
      let byHand = false;
      list.addEventListener("pointerdown", () => (byHand = true));
      list.addEventListener("keydown", () => (byHand = false));
      list.addEventListener("change", () => byHand && list.blur());
    }
  }

  // holder: what holds the key (a finger, a letter, an instrument's key), which also decides its release.
  down(holder, pitch) {
    const now = performance.now();
    this.recent = this.recent.filter((time) => now - time < 1000);
    if (this.held.has(holder) || pitch < 0 || pitch > 127) return;
    if (this.held.size >= MOST_KEYS || this.recent.length >= MOST_A_SECOND) return void this.told.flooded();
    this.recent.push(now);
    const isNew = ![...this.held.values()].includes(pitch);
    this.held.set(holder, pitch);
    if (isNew) this.told.down(pitch);
    this.show(pitch);
  }

  up(holder) {
    const pitch = this.held.get(holder);
    if (pitch === undefined) return;
    this.held.delete(holder);
    if (![...this.held.values()].includes(pitch)) this.told.up(pitch);
    this.show(pitch);
  }

  letGo() {
    [...this.held.keys()].forEach((holder) => this.up(holder));
  }

  show(pitch) {
    const isDown = [...this.held.values()].includes(pitch);
    this.place.querySelector(`[data-pitch="${pitch}"]`)?.classList.toggle("is-down", isDown);
  }

  // Shows on the keys what the network plays.
  light(pitches) {
    this.place
      .querySelectorAll(".is-lit")
      .forEach((key) => key.classList.toggle("is-lit", pitches.includes(Number(key.dataset.pitch))));
    pitches.forEach((pitch) => this.place.querySelector(`[data-pitch="${pitch}"]`)?.classList.add("is-lit"));
  }

  layOut() {
    for (let pitch = FIRST; pitch <= FIRST + 12 * OCTAVES; pitch++) {
      const key = document.createElement("button");
      Object.assign(key, { type: "button", className: BLACK.has(pitch % 12) ? "key is-black" : "key" });
      key.dataset.pitch = pitch;
      key.tabIndex = pitch === this.octave ? 0 : -1;
      key.setAttribute("aria-label", `${NAMES[pitch % 12]} ${Math.floor(pitch / 12) - 1}`);
      this.place.append(key);
    }
    const pressed = (event) => {
      const key = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-pitch]");
      const pitch = key ? Number(key.dataset.pitch) : undefined;
      if (pitch === this.held.get(`finger ${event.pointerId}`)) return;
      this.up(`finger ${event.pointerId}`);
      if (pitch !== undefined) this.down(`finger ${event.pointerId}`, pitch);
    };
    this.place.addEventListener("pointerdown", (event) => {
      event.target.releasePointerCapture?.(event.pointerId);
      pressed(event);
    });
    this.place.addEventListener("pointermove", (event) => event.buttons && pressed(event));
    for (const end of ["pointerup", "pointercancel"])
      addEventListener(end, ({ pointerId }) => this.up(`finger ${pointerId}`));
    this.place.addEventListener("keydown", (event) => {
      if (event.repeat || ![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      this.down(`key ${event.target.dataset.pitch}`, Number(event.target.dataset.pitch));
    });
    this.place.addEventListener("keyup", ({ target }) => this.up(`key ${target.dataset.pitch}`));
    this.place.addEventListener("focusout", ({ target }) => this.up(`key ${target.dataset.pitch}`));
    this.place.addEventListener("keydown", (event) => this.walk(event));
    this.label();
  }

  // The keyboard is one stop for people who tab through the page; arrows go from key to key.
  walk(event) {
    const step = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[event.key];
    const next = step && event.target[step];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  // Writes the letters on the keys that they play.
  label() {
    for (const key of this.place.querySelectorAll("[data-pitch]"))
      key.dataset.letter = LETTERS[Number(key.dataset.pitch) - this.octave]?.toUpperCase() ?? "";
  }

  typed(event) {
    const { key, target, repeat, ctrlKey, metaKey, altKey } = event;
    if (repeat || ctrlKey || metaKey || altKey || target.closest("select")) return;
    const letter = key.toLowerCase();
    if (letter === "z" || letter === "x") {
      this.octave = Math.min(72, Math.max(FIRST, this.octave + (letter === "x" ? 12 : -12)));
      this.label();
    } else if (LETTERS.includes(letter)) this.down(`letter ${letter}`, this.octave + LETTERS.indexOf(letter));
  }

  // Listens to instruments by Web MIDI; returns a sentence that says which are there.
  async listenToMidi() {
    if (!navigator.requestMIDIAccess)
      throw new Error("This browser cannot hear MIDI instruments: Chrome, Edge and Firefox can.");
    const access = await navigator.requestMIDIAccess().catch(() => {
      throw new Error(
        "The browser was not allowed to listen to MIDI instruments: allow it in its settings for this page.",
      );
    });
    const listen = () =>
      access.inputs.forEach((input) => (input.onmidimessage = ({ data }) => this.heed(input.id, data)));
    access.onstatechange = listen;
    listen();
    const names = [...access.inputs.values()].map(({ name }) => name);
    return names.length
      ? `Listening to ${names.join(", ")}.`
      : "No instrument is connected yet: as soon as one is, it is heard.";
  }

  heed(source, [status, pitch, velocity]) {
    const kind = status & 0xf0;
    const holder = `midi ${source} ${status & 15} ${pitch}`;
    if (kind === 0x90 && velocity > 0) this.down(holder, pitch);
    else if (kind === 0x80 || kind === 0x90) this.up(holder);
    else if (kind === 0xb0 && pitch >= 120) this.letGo(); // all notes off
  }
}
