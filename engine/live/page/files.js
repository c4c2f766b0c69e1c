// Files: what was heard, as MIDI and WAV files to download, made from frames { pitches, seconds }.

import { Sampler } from "./sound/sampler.js";

const TICKS = 480; // ticks of a quarter note
const TAIL = 2; // seconds after the last key
const RATE = 44_100;
const MOST_SECONDS = 900; // of a WAV file

// The notes of frames, [{ pitch, from, to }], with times in frames.
export function notesOf(frames) {
  const notes = [];
  const sounding = new Map();
  [...frames, { pitches: [] }].forEach(({ pitches }, place) => {
    for (const [pitch, from] of sounding) {
      if (pitches.includes(pitch)) continue;
      notes.push({ pitch, from, to: place });
      sounding.delete(pitch);
    }
    pitches.filter((pitch) => !sounding.has(pitch)).forEach((pitch) => sounding.set(pitch, place));
  });
  return notes.sort((one, other) => one.from - other.from || one.pitch - other.pitch);
}

// A Standard MIDI File with one track, in which each frame has its tempo.
export function midiFile(frames, { framesPerQuarter, program }) {
  const ticks = TICKS / framesPerQuarter;
  const events = [{ at: 0, order: 0, bytes: [0xc0, program] }];
  let before;
  frames.forEach(({ seconds }, place) => {
    if (seconds === before) return;
    before = seconds;
    const micros = Math.round(seconds * framesPerQuarter * 1e6);
    events.push({
      at: place * ticks,
      order: 0,
      bytes: [0xff, 0x51, 3, micros >> 16, (micros >> 8) & 255, micros & 255],
    });
  });
  for (const { pitch, from, to } of notesOf(frames)) {
    events.push(
      { at: from * ticks, order: 2, bytes: [0x90, pitch, 84] },
      { at: to * ticks, order: 1, bytes: [0x80, pitch, 0] },
    );
  }
  events.sort((one, other) => one.at - other.at || one.order - other.order);
  let last = 0;
  const track = [];
  for (const { at, bytes } of events) {
    track.push(...variable(at - last), ...bytes);
    last = at;
  }
  track.push(0, 0xff, 0x2f, 0);
  const text = (word) => [...word].map((letter) => letter.charCodeAt(0));
  const long = (number) => [24, 16, 8, 0].map((shift) => (number >> shift) & 255);
  const head = [...text("MThd"), ...long(6), ...[0, 0, 0, 1, TICKS >> 8, TICKS & 255]];
  return new Uint8Array([...head, ...text("MTrk"), ...long(track.length), ...track]);
}

// A number as MIDI writes lengths: seven bits a byte.
function variable(number) {
  const bytes = [number & 127];
  for (let rest = number >> 7; rest; rest >>= 7) bytes.unshift(128 | (rest & 127));
  return bytes;
}

// The frames played by the instrument of these zones, as a 16-bit WAV file of two channels.
export async function wavFile(frames, zones, velocity) {
  const starts = [0];
  frames.forEach(({ seconds }) => starts.push(starts.at(-1) + seconds));
  if (starts.at(-1) > MOST_SECONDS)
    throw new Error(`A WAV file holds ${MOST_SECONDS / 60} minutes at most: keep this as MIDI.`);
  const clock = new OfflineAudioContext(2, Math.ceil((starts.at(-1) + TAIL) * RATE), RATE);
  const sampler = new Sampler(clock, clock.destination);
  sampler.zones = zones;
  const notes = notesOf(frames);
  await sampler.prepare(notes.map(({ pitch }) => pitch));
  for (const { pitch, from, to } of notes) {
    sampler.strike(pitch, velocity(pitch, frames[from].pitches), starts[from]);
    sampler.release(pitch, starts[to]);
  }
  const buffer = await clock.startRendering();
  return wavBytes(
    [0, 1].map((channel) => buffer.getChannelData(channel)),
    RATE,
  );
}

// A WAV file of stretches { samples } of sound, as they were heard.
export function speechFile(stretches, rate) {
  const length = stretches.reduce((sum, { samples }) => sum + samples.length, 0);
  const whole = new Float32Array(length);
  let at = 0;
  for (const { samples } of stretches) {
    whole.set(samples, at);
    at += samples.length;
  }
  return wavBytes([whole], rate);
}

// The bytes of a 16-bit WAV file; channels are arrays of samples, scaled down together if they exceed 1.
function wavBytes(channels, rate) {
  const peak = channels.reduce(
    (most, samples) => samples.reduce((now, sample) => Math.max(now, Math.abs(sample)), most),
    0,
  );
  const scale = 32_767 / Math.max(1, peak);
  const [count, length] = [channels.length, channels[0].length];
  const size = 2 * count * length;
  const view = new DataView(new ArrayBuffer(44 + size));
  const write = (at, word) =>
    [...word].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  write(8, "WAVEfmt ");
  [16, 0x10000 * count + 1, rate, 2 * count * rate, 0x100000 + 2 * count].forEach((number, place) =>
    view.setUint32(16 + 4 * place, number, true),
  );
  write(36, "data");
  view.setUint32(40, size, true);
  for (let place = 0, at = 44; place < length; place++) {
    for (const samples of channels) {
      view.setInt16(at, Math.round(samples[place] * scale), true);
      at += 2;
    }
  }
  return new Uint8Array(view.buffer);
}
