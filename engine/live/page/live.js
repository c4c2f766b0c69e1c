// The page Live: what is chosen, pressed and said. drawing/worker.js
// draws, and session.js decides what sounds when.

import { Along } from "./along.js";
import { Catalogue } from "./catalogue.js";
import { fetched } from "./drawing/weights.js";
import { Keeping } from "./keeping.js";
import { pieceOf } from "./link.js";
import { Picture } from "./picture/picture.js";
import { Session } from "./session.js";
import { Output } from "./sound/output.js";
import { Voice } from "./voice.js";

const STALLS = 3; // after this many a smaller model is offered
const AFTER_FIRST = 400; // milliseconds from a press until what can wait is fetched

const at = (id) => document.getElementById(id);
const worker = new Worker("drawing/worker.js", { type: "module" });
const output = new Output((message) => problem(message));
let choices; // the Catalogue
let chosen; // the model that should play
let awaited = null; // name of the model that takes over as soon as it is there
let isStarting = false;
let shared = null; // the piece of a link, until it is played

const told = {
  frame: framed,
  colourOf: (name) => choices.colourOf(choices.card(name)),
  stalled: (count) => count >= STALLS && offerSmaller(),
};
const sessions = { piano_roll: new Session(worker, told), waveform: new Voice(worker, told) };
let session = sessions.piano_roll; // that of the chosen model
const picture = new Picture({ session: () => session, light: (pitches) => along.hands.light(pitches) });
const { roll } = picture;
const keeping = new Keeping(worker, {
  session: () => session,
  zones: () => output.sampler.zones,
  program: () => Number(at("instrument").value),
  say,
  problem,
});
const along = new Along(worker, output, {
  session: () => session,
  roll,
  start: () => start(),
  showState,
  say,
  problem,
});

// ---- what there is

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

function layOut() {
  at("music").replaceChildren(...choices.music.map(([corpus, title]) => option(corpus, title)));
  at("instrument").replaceChildren(
    ...choices.instruments.map(({ program, title }) => option(program, title)),
  );
  along.showMode();
}

function showModels(corpus) {
  const buttons = choices.ofMusic(corpus).map((model) => {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      textContent: model.title,
      onclick: () => choose(model),
    });
    button.style.setProperty("--of", `var(--${choices.colourOf(model)})`);
    button.dataset.model = model.name;
    return button;
  });
  at("models").replaceChildren(at("models").querySelector("legend"), ...buttons);
  showState();
}

function showState() {
  at("models")
    .querySelectorAll("button")
    .forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.model === chosen?.name)));
  at("play").textContent = session.plays ? "Pause" : "Play";
  at("piece-is").textContent = session.first
    ? `Seed ${session.first.seed}, begun by ${choices.card(session.first.name).title}`
    : "";
  for (const id of ["forget", "hold", "link", "keep-midi", "keep-wav"]) at(id).disabled = !session.first;
}

// Turns the page to the model's music or speech: its session, its controls and its models.
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

// A frame is about to sound; in a piece that is drawn again its model may have changed without a choice.
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

// The model plays from the next frame on, if the piece is of the same corpus.
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
  along.answer.cancel();
  await giveSound().finally(() => (isStarting = false));
  location.hash && history.replaceState(null, "", location.pathname + location.search);
  if (piece)
    begin(
      choices.card(piece.first.name),
      piece.names.map((name) => choices.card(name)),
      { ...piece.first, planned: piece.planned },
    );
  else
    begin(choices.there.has(chosen.name) ? chosen : firstToPlay(), null, {
      seed,
      temperature: Number(at("temperature").value),
    });
}

async function giveSound() {
  if (session === sessions.waveform) {
    const { clock, level } = await output.voice(chosen.sample_rate);
    return session.play(clock, level);
  }
  await output.start();
  session.play(output.clock, output.sampler);
}

// The model that should have begun cannot: another begins, if there is one, until the chosen one is there.
function failed() {
  choices.broken.add(session.card.name);
  session.pause();
  session.first = null;
  showState();
  const isLast = choices.ofMusic(chosen.corpus).every(({ name }) => choices.broken.has(name));
  if (awaited && !isLast) start();
}

// The model that begins: the chosen one, or one that can play until it is there.
function firstToPlay() {
  const ready = choices.ready(chosen.corpus);
  if (ready === chosen) say("");
  else {
    awaited = chosen.name;
    // later, so that the files for the first note come first
    setTimeout(() => worker.postMessage({ type: "fetch", card: chosen }), AFTER_FIRST);
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

// ---- sliders and instrument

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

// If the device draws too slowly for the tempo, a smaller model or a slower tempo is offered.
function offerSmaller() {
  const small = choices.smallest(session.card.corpus);
  const isSmallest = small.name === session.card.name;
  problem(`This device draws ${session.card.title} more slowly than it should sound.`);
  at("offer").hidden = false;
  const slowly = session === sessions.waveform ? "Go on anyway" : "Play more slowly";
  at("offer").textContent = isSmallest ? slowly : `Let ${small.title} play`;
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
    const times = speed && (speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString("en"));
    if (speed)
      at("speed").textContent =
        `${session.card.title} draws ${times} times as fast as it sounds, on this device.`;
  },
  there: ({ name }) => {
    choices.there.add(name);
    if (name === awaited && !session.first) say(`${choices.card(name).title} is here: press Play.`);
    if (name === awaited) become(choices.card(name));
  },
  arriving: ({ name, share }) => {
    if (name !== awaited || !session.plays) return;
    const [now, next] = [session.card.title, choices.card(name).title];
    say(`${now} plays until ${next} is there: ${Math.round(100 * share)} %`);
  },
  changes: ({ changes }) => keeping.take(changes),
  problem: ({ message, of }) => {
    problem(message);
    if (of === "begin") failed();
  },
};

worker.onmessage = ({ data: { type, ...told } }) => HEARD[type](told);
worker.onerror = () =>
  problem("This browser cannot run the network: it needs a newer one, or an address that begins with https.");

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
  slide(
    "temperature",
    (value) => value.toFixed(2),
    (temperature) => session.first && worker.postMessage({ type: "change", temperature }),
  );
  slide(
    "tempo",
    (value) => `${value} quarters a minute`,
    (tempo) => (session.tempo = tempo),
  );
  slide(
    "volume",
    (value) => `${Math.round(100 * value)} %`,
    (share) => output.setVolume(share),
  );
  worker.postMessage({
    type: "fetch",
    card: shared ? choices.card(shared.first.name) : choices.smallest(chosen.corpus),
  });
  await chooseInstrument();
  at("play").disabled = at("new").disabled = false;
  if (shared) say("Somebody sent you a piece: press Play to hear it.");
  picture.paint();
  // without it everything works except offline
  globalThis.navigator.serviceWorker?.register("service_worker.js").catch(() => {});
}

at("play").onclick = press;
at("new").onclick = () => {
  shared = null;
  start();
};
at("forget").onclick = () => {
  worker.postMessage({ type: "change", forget: true });
  say(
    `The network has forgotten all it heard, and ${session.plays ? "plays" : "will play"} on from nothing.`,
  );
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
  along.answer.cancel();
  session.pause();
  chosen = choices.ofMusic(at("music").value)[0];
  turnTo(chosen);
  shared = null;
  if (goesOn) start();
  else session.first = null; // what is paused is of other music
  showState();
};
at("instrument").onchange = chooseInstrument;
at("link").onclick = () => keeping.link();
at("keep-midi").onclick = () => keeping.midi();
at("keep-wav").onclick = async () => {
  at("keep-wav").disabled = true;
  await keeping.wav();
  at("keep-wav").disabled = false;
};
addEventListener("hashchange", () => location.reload()); // another link, in this very tab
open();
