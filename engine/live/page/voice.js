// The voice: the session of a model that draws sound. Its samples are put on a clock that has their sample
// rate, one stretch after the other, so that none is heard twice or resampled.

import { Session } from "./session.js";

const STRETCH = 0.1; // seconds that are put on the clock at once
// seconds that are drawn before they are due: a network of speech draws hundreds of frames a second
const DRAWN = 0.8;
const KEPT_SECONDS = 300; // that can be kept as a file
const SHOWN_SECONDS = 8;

export class Voice extends Session {
  get secondsPerFrame() {
    return this.card.samples_per_frame / this.card.sample_rate;
  }

  get drawnSeconds() {
    return DRAWN;
  }

  get hasNext() {
    return this.queue.length >= Math.ceil(STRETCH / this.secondsPerFrame);
  }

  put() {
    const frames = this.queue.splice(0, Math.ceil(STRETCH / this.secondsPerFrame));
    const samples = this.decoded(frames);
    const { sample_rate: rate } = this.card;
    const at = Math.round(this.nextAt * rate) / rate; // the exact time of a sample
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: rate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.clock, { buffer });
    source.connect(this.sampler);
    source.start(at);
    this.sources.add(source);
    source.onended = () => this.sources.delete(source);
    const { name } = frames.at(-1);
    const shown = { at, seconds: samples.length / rate, samples, name, colour: this.told.colourOf(name) };
    if (this.heardSeconds < KEPT_SECONDS) this.frames.push(shown);
    this.scheduled += frames.length;
    this.shown.push(shown);
    this.shown = this.shown.filter((other) => other.at > at - SHOWN_SECONDS);
    this.nextAt = at + shown.seconds;
    this.told.frame({ pitches: [], name });
  }

  // Amplitudes of frames, as engine/representations/waveform.py decodes them.
  decoded(frames) {
    const { mean, scale, samples_per_frame: size } = this.card;
    const samples = new Float32Array(frames.length * size);
    frames.forEach((frame, place) =>
      frame.samples.forEach(
        (sample, k) => (samples[place * size + k] = Math.min(1, Math.max(-1, sample * scale + mean))),
      ),
    );
    return samples;
  }

  hush() {
    this.sources ??= new Set();
    for (const source of this.sources) source.stop();
    this.sources.clear();
  }
}
