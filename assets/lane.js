// One lane: a draw with its picture, its sound, its figures and its files.
// `element`, `props` and `watch` come from Gradio. A whole new value arrives several times a second while the
// draw is sampled, so the page's nodes stay as they are and only what differs is touched: sound that plays, focus
// and scroll survive. Text enters through textContent alone, since titles may hold a visitor's file name.

const part = (name) => element.querySelector(`.lane-${name}`);
const lane = element.querySelector(".lane");
const [canvas, keys, scroll, seek, audio] = ["canvas", "keys", "scroll", "seek", "audio"].map(part);
const RULER = 18; // height of the strip with bar numbers or seconds, in CSS pixels
const MIN_FRAME_WIDTH = 2.5; // a roll with narrower frames scrolls sideways
const BLACK_KEYS = [1, 3, 6, 8, 10];
const SEEK_SECONDS = 2;

let value = {};
let notes = [];
let peaks = [];
let follow = true; // the picture scrolls along, until the visitor scrolls it
let began = null; // when and at which frame this draw was first seen sampling, for the rate
let shown = {}; // what each list was last built from

const isWave = () => value.kind === "wave";
const numFrames = () => Math.max(value.num_frames, value.frames_done, 1);
const pictureSeconds = () => numFrames() * value.seconds_per_frame;
const soundSeconds = () => (Number.isFinite(audio.duration) ? audio.duration : pictureSeconds());
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const unpack = (rows) => (typeof rows === "string" ? JSON.parse(`[${rows}]`) : rows || []);

function webAddress(address) {
  const url = new URL(address, location.href); // never a javascript: address
  return ["http:", "https:"].includes(url.protocol) ? url.href : "";
}

// ---- words, figures and files

function show(next) {
  value = next && typeof next === "object" ? next : { state: "empty", num_frames: 0, frames_done: 0 };
  notes = unpack(value.notes);
  peaks = unpack(value.peaks);
  Object.assign(lane.dataset, { lane: value.lane || 0, state: value.state, kind: value.kind || "roll" });
  lane.setAttribute("aria-label", value.title || "Lane");
  part("title").textContent = value.title || "";
  part("subtitle").textContent = value.subtitle || "";
  part("waiting").textContent = value.state === "empty" ? value.message || "Nothing sampled yet" : "";
  part("message").textContent = value.state === "empty" ? "" : value.message || "";
  rebuild("figures", value.figures, figure);
  rebuild("files", value.downloads, download);
  part("link").hidden = !value.link;
  showProgress();
  load(value.audio ? webAddress(value.audio.url) : "");
  draw();
}

function rebuild(name, list, build) {
  const key = JSON.stringify(list || []);
  if (shown[name] === key) return; // a link keeps its focus
  shown[name] = key;
  part(name).replaceChildren(...(list || []).map(build));
}

function make(tag, className, text, children = []) {
  const node = Object.assign(document.createElement(tag), { className, textContent: text });
  node.append(...children);
  return node;
}

function figure([label, text]) {
  return make("div", "lane-figure", "", [make("dt", "", label), make("dd", "", text)]);
}

function download(file) {
  const link = make("a", "lane-file", file.label);
  Object.assign(link, { href: webAddress(file.file.url), download: file.name, title: file.name });
  link.setAttribute("aria-label", `Download ${file.name}`);
  return link;
}

function showProgress() {
  const sampling = value.state === "sampling";
  const now = performance.now();
  if (!sampling) began = null;
  else if (!began || value.frames_done < began.frames) {
    began = { time: now, frames: value.frames_done };
    follow = true;
  }
  const rate = began && now > began.time + 400 ? ((value.frames_done - began.frames) / (now - began.time)) * 1000 : 0;
  const done = `${value.frames_done.toLocaleString("en")} of ${count(value.num_frames, "frame")}`;
  const pace = rate > 0 ? ` · ${Math.round(rate).toLocaleString("en")} a second` : "";
  part("status").textContent = sampling ? done + pace : value.state === "stopped" ? `Stopped at ${done}` : "";
  const bar = part("progress");
  bar.setAttribute("aria-valuemax", value.num_frames);
  bar.setAttribute("aria-valuenow", value.frames_done);
  bar.firstElementChild.style.transform = `scaleX(${value.frames_done / Math.max(value.num_frames, 1)})`;
}

// ---- the picture

function fit(surface, width, height) {
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (surface.width !== w || surface.height !== h) Object.assign(surface, { width: w, height: h });
  const pen = surface.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = `11px ${getComputedStyle(lane).fontFamily}`;
  pen.textBaseline = "middle";
  return pen;
}

function colours() {
  const style = getComputedStyle(lane);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

function pitchRange() {
  // C3 to C5 at least, so that lanes share a scale and the picture does not jump while it grows
  const pitches = notes.map(([pitch]) => pitch);
  return [Math.min(48, ...pitches) - 2, Math.max(72, ...pitches) + 2];
}

function describe() {
  const prime = value.prime_frames ? `, prime ends at frame ${value.prime_frames}` : "";
  const what = isWave() ? `Waveform, ${(value.sample_seconds || 0).toFixed(1)} seconds` : "Piano roll";
  const frames = value.frames_done || 0;
  return isWave() ? what + prime : `${what}, ${count(frames, "frame")}, ${count(notes.length, "note")}${prime}`;
}

function draw() {
  canvas.setAttribute("aria-label", describe());
  const height = scroll.clientHeight;
  const wanted = isWave() ? 0 : Math.min(numFrames() * MIN_FRAME_WIDTH, 4000);
  const width = Math.max(scroll.clientWidth, wanted);
  if (!height || !width) return; // hidden; the ResizeObserver calls again
  part("picture").style.width = `${width}px`;
  lane.dataset.wide = width > scroll.clientWidth;
  const look = { pen: fit(canvas, width, height), colour: colours(), width, height, frame: width / numFrames() };
  drawPrime(look);
  if (isWave()) drawWave(look);
  else drawRoll(look, pitchRange());
  drawCut(look);
  drawKeys();
  if (value.state === "sampling") keepInView(value.frames_done * look.frame);
  paintPlayhead();
}

function drawPrime({ pen, colour, height, frame }) {
  pen.fillStyle = colour("roll-prime-ground");
  pen.fillRect(0, RULER, (value.prime_frames || 0) * frame, height - RULER);
}

function drawRuler({ pen, colour, width, height }, step, label) {
  for (let x = 0, index = 0; x < width; x = step * ++index) {
    pen.fillStyle = colour("roll-line");
    pen.fillRect(Math.round(x), RULER, 1, height - RULER);
    pen.fillStyle = colour("roll-label");
    pen.fillText(label(index), Math.round(x) + 3, RULER / 2);
  }
}

function drawRoll(look, [lowest, highest]) {
  const { pen, colour, width, height, frame } = look;
  const row = (height - RULER) / (highest - lowest + 1);
  const top = (pitch) => RULER + (highest - pitch) * row;
  for (let pitch = lowest; pitch <= highest; pitch++) {
    pen.fillStyle = colour("roll-black-row");
    if (BLACK_KEYS.includes(pitch % 12)) pen.fillRect(0, top(pitch), width, row);
    pen.fillStyle = colour("roll-octave");
    if (pitch % 12 === 0) pen.fillRect(0, Math.round(top(pitch) + row), width, 1);
  }
  let bars = 1;
  while (bars * value.frames_per_bar * frame < 44) bars *= 2;
  drawRuler(look, bars * value.frames_per_bar * frame, (index) => `${index * bars + 1}`);
  const gap = frame > 5 ? 1 : 0.4; // two notes in a row must not look like one
  for (const [pitch, start, length] of notes) {
    pen.fillStyle = colour(start < value.prime_frames ? "roll-prime" : "lane-colour");
    pen.beginPath();
    pen.roundRect(start * frame, top(pitch) + 0.5, Math.max(length * frame - gap, 1), Math.max(row - 1, 1.5), 1.5);
    pen.fill();
  }
}

function drawWave(look) {
  const { pen, colour, width, height } = look;
  const second = width / Math.max(pictureSeconds(), 0.001);
  let seconds = 0.1;
  while (seconds * second < 44) seconds *= seconds.toString().includes("2") ? 2.5 : 2;
  drawRuler(look, seconds * second, (index) => `${+(index * seconds).toFixed(1)} s`);
  const middle = RULER + (height - RULER) / 2;
  const reach = (height - RULER) / 2 - 4;
  const step = (value.sample_seconds * second) / Math.max(peaks.length, 1);
  const cut = (value.prime_frames || 0) * look.frame;
  pen.fillStyle = colour("roll-octave");
  pen.fillRect(0, Math.round(middle), width, 1);
  peaks.forEach(([low, high], index) => {
    pen.fillStyle = colour(index * step < cut ? "roll-prime" : "lane-colour");
    pen.fillRect(index * step, middle - high * reach, Math.max(step, 0.8), Math.max((high - low) * reach, 1));
  });
}

function drawCut({ pen, colour, width, height, frame }) {
  if (!value.prime_frames) return;
  const x = Math.round(value.prime_frames * frame);
  const label = "prime ends";
  const space = pen.measureText(label).width + 12;
  const left = x + space > width ? x - space : x;
  pen.fillStyle = colour("roll-cut");
  pen.fillRect(x - 1, 0, 2, height);
  pen.fillRect(left, 0, space, RULER - 2);
  pen.fillStyle = colour("roll-ground");
  pen.fillText(label, left + 6, RULER / 2 - 1);
}

function drawKeys(sounding = new Set()) {
  if (isWave()) return;
  const [width, height, colour] = [keys.clientWidth, keys.clientHeight, colours()];
  const [lowest, highest] = pitchRange();
  const pen = fit(keys, width, height);
  const row = (height - RULER) / (highest - lowest + 1);
  for (let pitch = lowest; pitch <= highest; pitch++) {
    const y = RULER + (highest - pitch) * row;
    const black = BLACK_KEYS.includes(pitch % 12);
    pen.fillStyle = colour(sounding.has(pitch) ? "lane-colour" : black ? "key-black" : "key-white");
    pen.fillRect(width - 14, y, black && !sounding.has(pitch) ? 9 : 14, row + 0.5);
    pen.fillStyle = colour("roll-label");
    if (pitch % 12 === 0) pen.fillText(`C${pitch / 12 - 1}`, 0, y + row / 2);
  }
}

// ---- the sound

function load(url) {
  if ((audio.getAttribute("src") || "") === url) return; // the same sound plays on
  audio.pause();
  if (url) audio.src = url;
  else audio.removeAttribute("src");
  audio.load();
  part("play").disabled = !url;
  seek.tabIndex = url ? 0 : -1;
  seek.setAttribute("aria-disabled", String(!url));
  showPlaying();
}

function toggle() {
  if (!audio.getAttribute("src")) return;
  if (!audio.paused) return void audio.pause();
  document.querySelectorAll("audio").forEach((other) => other !== audio && other.pause());
  follow = true;
  audio.play().catch((error) => error.name !== "AbortError" && toast("This browser could not play the sound"));
}

function goTo(seconds) {
  if (!audio.getAttribute("src")) return;
  audio.currentTime = Math.min(Math.max(seconds, 0), soundSeconds());
  paintPlayhead();
}

function showPlaying() {
  lane.dataset.playing = !audio.paused;
  part("play-text").textContent = audio.paused ? "Play" : "Pause";
  part("play").setAttribute("aria-label", `${audio.paused ? "Play" : "Pause"} ${value.title || ""}`.trim());
  paintPlayhead();
  if (!audio.paused) requestAnimationFrame(tick);
}

function tick() {
  paintPlayhead();
  if (!audio.paused && element.isConnected) requestAnimationFrame(tick);
}

let lit = "";
function paintPlayhead() {
  const time = audio.currentTime;
  const x = Math.min(time / Math.max(pictureSeconds(), 0.001), 1) * part("picture").clientWidth;
  part("playhead").style.transform = `translateX(${x}px)`;
  part("playhead").hidden = !audio.getAttribute("src");
  const has = audio.getAttribute("src") || value.state === "done";
  const text = has ? `${clock(time)} / ${clock(soundSeconds())}` : "";
  if (part("time").textContent !== text) {
    part("time").textContent = text;
    seek.setAttribute("aria-valuemax", soundSeconds().toFixed(1));
    seek.setAttribute("aria-valuenow", time.toFixed(1));
    seek.setAttribute("aria-valuetext", `${clock(time)} of ${clock(soundSeconds())}`);
  }
  if (!audio.paused) keepInView(x);
  lightKeys(audio.paused ? -1 : time / value.seconds_per_frame);
}

function lightKeys(frame) {
  const sounding = new Set(notes.filter(([, start, length]) => start <= frame && frame < start + length).map(([p]) => p));
  if (lit === [...sounding].join()) return;
  lit = [...sounding].join();
  drawKeys(sounding);
}

function keepInView(x) {
  const [left, width] = [scroll.scrollLeft, scroll.clientWidth];
  if (!follow || (x >= left && x <= left + width * 0.9)) return;
  scroll.scrollTo({ left: x - width * 0.15, behavior: calm() ? "auto" : "smooth" });
}

// ---- the visitor

function seekTo(event) {
  const box = seek.getBoundingClientRect();
  goTo(((event.clientX - box.left) / box.width) * pictureSeconds());
}

function onKey(event) {
  const steps = { ArrowLeft: -SEEK_SECONDS, ArrowRight: SEEK_SECONDS };
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === " " && !event.target.closest("a, button")) toggle();
  else if (event.key in steps) goTo(audio.currentTime + steps[event.key]);
  else if (event.key === "Home") goTo(0);
  else return;
  event.preventDefault();
}

async function copyLink() {
  const address = webAddress(value.link);
  try {
    await navigator.clipboard.writeText(address);
    toast("Link copied");
  } catch {
    toast(address); // no permission, or a page without https: then the visitor copies it by hand
  }
}

let toastTimer;
function toast(text) {
  part("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (part("toast").textContent = ""), 4000);
}

part("play").addEventListener("click", toggle);
part("link").addEventListener("click", copyLink);
lane.addEventListener("keydown", onKey);
for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, showPlaying);
for (const name of ["loadedmetadata", "seeked"]) audio.addEventListener(name, paintPlayhead);
audio.addEventListener("error", () => audio.getAttribute("src") && toast("The sound could not be loaded"));
seek.addEventListener("pointerdown", (event) => {
  // a finger scrolls a wide picture; there only a tap seeks (see "click")
  if (event.pointerType === "touch" && lane.dataset.wide === "true") return;
  seek.setPointerCapture(event.pointerId);
  seekTo(event);
});
seek.addEventListener("pointermove", (event) => seek.hasPointerCapture(event.pointerId) && seekTo(event));
seek.addEventListener("click", seekTo);
for (const name of ["wheel", "touchmove"]) scroll.addEventListener(name, () => (follow = false), { passive: true });
new ResizeObserver(draw).observe(scroll);
new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ["class"] }); // light or dark
watch("value", () => show(props.value));
show(props.value);
