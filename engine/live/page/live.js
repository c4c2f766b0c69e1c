// The page Live: what is chosen, pressed and said. Who draws is in drawing/worker.js, what sounds when in session.js.

import { Answer } from "./answer.js";
import { Catalogue } from "./catalogue.js";
import { Hands } from "./hands.js";
import { Keeping } from "./keeping.js";
import { pieceOf } from "./link.js";
import { Output } from "./sound/output.js";
import { Picture } from "./picture.js";
import { Session } from "./session.js";
import { Voice } from "./voice.js";
import { fetched } from "./drawing/weights.js";

const MODES = {
  free: "What you play sounds beside the network, which does not hear it.",
  together: "What you hold sounds in every frame that is drawn, and the network hears it. The small ones draw the other notes as they would beside yours; the large one draws a frame until yours are in it, 64 times at most, else they are put in.",
  answer: "Play something and pause: the network has heard it, and goes on from there.",
};
const STALLS = 3; // after which a smaller model is offered
const AFTER_FIRST = 400; // milliseconds from a press until what can wait is fetched
const HANDS_VELOCITY = 92;

const at = (id) => document.getElementById(id);
const worker = new Worker("drawing/worker.js", { type: "module" });
const output = new Output((message) => problem(message));
let choices; // the Catalogue
let chosen; // the model that should play
let awaited = null; // the model that takes over as soon as it is there
let isStarting = false;
let shared = null; // the piece of a link, until it is played

const told = { frame: framed, colourOf: (name) => choices.colourOf(choices.card(name)), stalled: (count) => count >= STALLS && offerSmaller() };
const sessions = { piano_roll: new Session(worker, told), waveform: new Voice(worker, told) };
let session = sessions.piano_roll; // of what is chosen
const picture = new Picture({ session: () => session, light: (pitches) => hands.light(pitches) });
const { roll } = picture;
const answer = new Answer({
  secondsPerFrame: () => session.secondsPerFrame,
  begins: () => session.pause(),
  ends: (frames) => {
    session.takeBack(frames.map((pitches) => pitches.map(columnOf).filter((column) => column >= 0)));
    session.goOn();
    say("The network has heard you, and answers.");
    showState();
  },
});
const keeping = new Keeping(worker, {
  session: () => session,
  zones: () => output.sampler.zones,
  program: () => Number(at("instrument").value),
  say,
  problem,
});
let handled = Promise.resolve(); // what hands do is heeded in turn
const inTurn = (heed) => (pitch) => {
  const now = performance.now() / 1000;
  handled = handled.then(() => heed(pitch, now)).catch(({ message }) => problem(message));
};
const hands = new Hands(at("keys"), {
  down: inTurn(handDown),
  up: inTurn(handUp),
  flooded: () => problem("More keys at once than anybody has fingers: some are left out."),
});

// ---- what there is

const columnOf = (pitch) => {
  const column = pitch - session.card.lowest_pitch;
  return column < session.card.num_pitches ? column : -1; // what the network has no key for, it does not hear
};

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

function layOut() {
  at("music").replaceChildren(...choices.music.map(([corpus, title]) => option(corpus, title)));
  at("instrument").replaceChildren(...choices.instruments.map(({ program, title }) => option(program, title)));
  for (const [mode, text] of Object.entries(MODES)) if (document.querySelector(`[value=${mode}]`).checked) at("mode-is").textContent = text;
}

function showModels(corpus) {
  const buttons = choices.ofMusic(corpus).map((model) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: model.title, onclick: () => choose(model) });
    button.style.setProperty("--of", `var(--${choices.colourOf(model)})`);
    button.dataset.model = model.name;
    return button;
  });
  at("models").replaceChildren(at("models").querySelector("legend"), ...buttons);
  showState();
}

function showState() {
  at("models").querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.model === chosen?.name)));
  at("play").textContent = session.plays ? "Pause" : "Play";
  at("piece-is").textContent = session.first ? `Seed ${session.first.seed}, begun by ${choices.card(session.first.name).title}` : "";
  for (const id of ["forget", "hold", "link", "keep-midi", "keep-wav"]) at(id).disabled = !session.first;
}

// What is played is notes or speech: the page shows what there is for it.
function turnTo(model) {
  session = sessions[model.kind];
  at("roll").session = session; // as a lane's element holds its sound
  document.body.dataset.kind = model.kind;
  showModels(model.corpus);
}

function say(text) {
  at("said").textContent = text;
  at("said").classList.remove("is-problem");
}

function problem(text) {
  say(text);
  at("said").classList.add("is-problem");
}

// A frame is about to sound; in a piece that is drawn again models change by themselves.
function framed({ pitches, name }) {
  if (pitches.length) roll.fit(Math.min(...pitches), Math.max(...pitches));
  if (name === session.card.name) return;
  session.card = choices.card(name);
  if (!awaited) chosen = session.card;
  showState();
}

// ---- what a visitor does

async function choose(model) {
  chosen = model;
  at("offer").hidden = true;
  showState();
  if (choices.there.has(model.name)) become(model);
  else {
    awaited = model.name;
    say(`${model.title} is on its way …`);
    worker.postMessage({ type: "fetch", card: model });
  }
}

// The model plays from the next frame, if what plays is of its music.
function become(model) {
  awaited = null;
  if (!session.first || session.card?.corpus !== model.corpus) return;
  worker.postMessage({ type: "change", card: model });
  say(`${model.title} goes on with what you have heard.`);
}

async function start(seed = newSeed()) {
  if (isStarting) return; // a second press begins no second piece
  isStarting = true;
  const piece = shared;
  shared = null;
  answer.cancel();
  await giveSound().finally(() => (isStarting = false));
  location.hash && history.replaceState(null, "", location.pathname + location.search);
  if (piece) begin(choices.card(piece.first.name), piece.names.map((name) => choices.card(name)), { ...piece.first, planned: piece.planned });
  else begin(choices.there.has(chosen.name) ? chosen : firstToPlay(), null, { seed, temperature: Number(at("temperature").value) });
}

async function giveSound() {
  if (session === sessions.waveform) {
    const { clock, level } = await output.voice(chosen.sample_rate);
    return session.play(clock, level);
  }
  await output.start();
  session.play(output.clock, output.sampler);
}

// What should have begun cannot: another model does, or whoever is chosen when it is there.
function failed() {
  choices.broken.add(session.card.name);
  session.pause();
  session.first = null;
  showState();
  const isLast = choices.ofMusic(chosen.corpus).every(({ name }) => choices.broken.has(name));
  if (awaited && !isLast) start();
}

// Who can play at once, until the chosen one is there.
function firstToPlay() {
  const ready = choices.ready(chosen.corpus);
  if (ready === chosen) say("");
  else {
    awaited = chosen.name;
    setTimeout(() => worker.postMessage({ type: "fetch", card: chosen }), AFTER_FIRST); // the line is for the first note's
    say(`${ready.title} plays until ${chosen.title} is there.`);
  }
  return ready;
}

function begin(first, cards, asked) {
  at("offer").hidden = true;
  roll.range = [40, 80];
  session.begin(first, cards ?? [first], asked);
  showState();
}

const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;

async function press() {
  if (session.plays) session.pause();
  else if (session.first && !shared) {
    await giveSound();
    session.goOn();
  } else await start();
  showState();
}

const isHeld = () => at("hold").getAttribute("aria-pressed") === "true";

function hold(wanted) {
  worker.postMessage({ type: "change", hold: wanted });
  say(wanted ? "Every 16 frames the network is back at this moment, and finds another way on." : "");
}

// ---- playing along

const mode = () => document.querySelector("[name=mode]:checked").value;

async function handDown(pitch, now) {
  if (output.clock?.state !== "running") await output.start();
  session.press(pitch);
  output.hands.strike(pitch, HANDS_VELOCITY, output.clock.currentTime);
  roll.fit(pitch, pitch);
  if (mode() === "answer") {
    if (!session.first) await start();
    answer.down(pitch, now);
    say("Listening to you …");
    showState();
  }
  if (mode() === "together") tellHands();
}

function handUp(pitch, now) {
  if (!output.clock) return;
  output.hands.release(pitch, output.clock.currentTime);
  session.lift(pitch);
  if (answer.isPlaying) answer.up(pitch, now);
  if (mode() === "together") tellHands();
}

function tellHands() {
  if (!session.card) return;
  const columns = [...new Set(hands.held.values())].map(columnOf).filter((column) => column >= 0);
  worker.postMessage({ type: "hands", columns });
}

// ---- what is chosen of the sound

function slide(id, words, heed) {
  const slider = at(id);
  const moved = () => {
    at(`${id}-is`).textContent = words(Number(slider.value));
    slider.setAttribute("aria-valuetext", words(Number(slider.value)));
    heed(Number(slider.value));
  };
  slider.addEventListener("input", moved);
  moved();
}

async function chooseInstrument() {
  const program = Number(at("instrument").value);
  try {
    const { sha256 } = choices.instruments.find((instrument) => instrument.program === program);
    await output.choose(program, () => fetched(`banks/${program}.bank?${sha256.slice(0, 12)}`));
  } catch ({ message }) {
    problem(message);
  }
}

// A phone that draws too slowly for the tempo is offered less.
function offerSmaller() {
  const small = choices.smallest(session.card.corpus);
  const isSmallest = small.name === session.card.name;
  problem(`This device draws ${session.card.title} more slowly than it should sound.`);
  at("offer").hidden = false;
  at("offer").textContent = isSmallest ? (session === sessions.waveform ? "Go on all the same" : "Play more slowly") : `Let ${small.title} play`;
  at("offer").onclick = () => {
    at("offer").hidden = true;
    session.stalls = 0;
    if (!isSmallest) return void choose(small);
    if (session === sessions.waveform) return void say("");
    at("tempo").value = Math.max(40, session.tempo / 2);
    at("tempo").dispatchEvent(new Event("input"));
  };
}

// ---- what the worker tells

const HEARD = {
  tick: () => {
    session.look();
    output.watch(session.plays, session.clock);
  },
  frames: (drawn) => {
    session.take(drawn);
    at("hold").setAttribute("aria-pressed", String(drawn.isHeld));
    const { speed } = session;
    if (speed) at("speed").textContent = `${session.card.title} draws ${speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString("en")} times as fast as it sounds, on this device.`;
  },
  there: ({ name }) => {
    choices.there.add(name);
    if (name === awaited && !session.first) say(`${choices.card(name).title} is here: press Play.`);
    if (name === awaited) become(choices.card(name));
  },
  arriving: ({ name, share }) => {
    if (name === awaited && session.plays) say(`${session.card.title} plays until ${choices.card(name).title} is there: ${Math.round(100 * share)} %`);
  },
  changes: ({ changes }) => keeping.take(changes),
  problem: ({ message, of }) => {
    problem(message);
    if (of === "begin") failed();
  },
};

worker.onmessage = ({ data: { type, ...told } }) => HEARD[type](told);
worker.onerror = () => problem("This browser cannot run the network: it needs a newer one, or an address that begins with https.");

async function open() {
  try {
    choices = new Catalogue(JSON.parse(new TextDecoder().decode(await fetched("models.json"))));
    layOut();
    shared = pieceOf(location.hash, choices.models);
  } catch ({ message }) {
    problem(message);
    if (!choices) return;
  }
  chosen = shared ? choices.card(shared.names.at(-1)) : choices.models[0];
  at("music").value = chosen.corpus;
  if (shared?.tempo) at("tempo").value = shared.tempo;
  if (shared?.program !== undefined) at("instrument").value = shared.program;
  if (shared) [at("temperature").value] = [shared.first.temperature];
  turnTo(chosen);
  slide("temperature", (value) => value.toFixed(2), (temperature) => session.first && worker.postMessage({ type: "change", temperature }));
  slide("tempo", (value) => `${value} quarters a minute`, (tempo) => (session.tempo = tempo));
  slide("volume", (value) => `${Math.round(100 * value)} %`, (share) => output.setVolume(share));
  worker.postMessage({ type: "fetch", card: shared ? choices.card(shared.first.name) : choices.smallest(chosen.corpus) });
  await chooseInstrument();
  at("play").disabled = at("new").disabled = false;
  if (shared) say("Somebody sent you a piece: press Play to hear it.");
  picture.paint();
  globalThis.navigator.serviceWorker?.register("service_worker.js").catch(() => {}); // without it all but offline works
}

at("play").onclick = press;
at("new").onclick = () => {
  shared = null;
  start();
};
at("forget").onclick = () => {
  worker.postMessage({ type: "change", forget: true });
  say(`The network has forgotten all it heard, and ${session.plays ? "plays" : "will play"} on from nothing.`);
};
at("hold").onclick = () => hold(!isHeld());
at("watch").onclick = () => {
  const isWatched = at("watch").getAttribute("aria-pressed") !== "true";
  at("watch").setAttribute("aria-pressed", String(isWatched));
  at("watched").hidden = !isWatched;
  worker.postMessage({ type: "watch", isWatched });
};
at("music").onchange = () => {
  const goesOn = session.plays;
  answer.cancel();
  session.pause();
  chosen = choices.ofMusic(at("music").value)[0];
  turnTo(chosen);
  shared = null;
  if (goesOn) start();
  else session.first = null; // what is paused is of other music
  showState();
};
at("instrument").onchange = chooseInstrument;
at("modes").onchange = () => {
  answer.cancel();
  session.isClose = mode() === "together"; // what is held is heard soon
  at("mode-is").textContent = MODES[mode()];
  worker.postMessage({ type: "hands", columns: [] });
};
at("midi").onclick = () => hands.listenToMidi().then(say, ({ message }) => problem(message));
at("link").onclick = () => keeping.link();
at("keep-midi").onclick = () => keeping.midi();
at("keep-wav").onclick = async () => {
  at("keep-wav").disabled = true;
  await keeping.wav();
  at("keep-wav").disabled = false;
};
addEventListener("hashchange", () => location.reload()); // another link, in this very tab
open();
