// The output: the clock of the sound, what plays on it, and
// its volume. It starts with a press, as phones demand.

import { Sampler } from "./sampler.js";

const ROOM = 0.13; // share of the sound that gets reverb, as much as FluidSynth sends for these instruments
const ROOM_SECONDS = 1.1;
const STILL = 4000; // milliseconds for which the clock may stand still

export class Output {
  constructor(problem) {
    Object.assign(this, {
      problem,
      clock: null,
      sampler: null,
      hands: null,
      file: null,
      volume: 0.8,
      moved: { time: -1, at: 0 },
    });
  }

  // Resolves when sound may begin.
  async start() {
    if (!this.clock) this.lay();
    if (this.clock.state !== "running")
      await Promise.race([this.clock.resume(), new Promise((done) => setTimeout(done, STILL))]);
    this.moved = { time: -1, at: performance.now() };
  }

  lay() {
    // or else Safari mutes the page when the phone's ringer is off
    if (navigator.audioSession) navigator.audioSession.type = "playback";
    this.clock = new AudioContext({ latencyHint: "interactive" });
    this.level = new GainNode(this.clock, { gain: this.volume ** 2 });
    const limiter = new DynamicsCompressorNode(this.clock, {
      threshold: -4,
      knee: 4,
      ratio: 16,
      attack: 0.002,
      release: 0.15,
    });
    const room = new ConvolverNode(this.clock, { buffer: roomOf(this.clock), disableNormalization: true });
    const share = new GainNode(this.clock, { gain: ROOM });
    this.level.connect(limiter).connect(this.clock.destination);
    this.level.connect(share).connect(room).connect(limiter);
    [this.sampler, this.hands] = [new Sampler(this.clock, this.level), new Sampler(this.clock, this.level)];
    this.share();
  }

  // A clock with the sample rate of a voice, and the node into which the voice plays.
  async voice(rate) {
    if (this.spoken?.clock.sampleRate !== rate) {
      this.spoken?.clock.close();
      const clock = new AudioContext({ sampleRate: rate });
      const level = new GainNode(clock, { gain: this.volume ** 2 });
      level.connect(clock.destination);
      this.spoken = { clock, level };
    }
    if (this.spoken.clock.state !== "running")
      await Promise.race([this.spoken.clock.resume(), new Promise((done) => setTimeout(done, STILL))]);
    return this.spoken;
  }

  // Both samplers, the network's and the hands', play the same instrument, which is decoded once.
  share() {
    if (!this.clock || !this.file) return;
    this.sampler.silence();
    this.hands.silence();
    [this.sampler.zones, this.hands.zones] = [this.file.zones, this.file.zones];
  }

  async choose(program, fetching) {
    this.wanted = program;
    const file = await fetching();
    if (this.wanted !== program) return; // another was chosen meanwhile
    this.file = new Sampler(null, null);
    this.file.open(file);
    this.share();
    await this.file.prepare([...Array(88).keys()].map((key) => 21 + key));
  }

  // share: place of the slider, from 0 to 1; the gain is its square, which sounds more even.
  setVolume(share) {
    this.volume = share;
    for (const { level, clock } of [this, this.spoken ?? {}])
      level?.gain.setTargetAtTime(share ** 2, clock.currentTime, 0.02);
  }

  // If there is no device for sound, some browsers say that their clock runs although it stands still.
  watch(plays, clock) {
    if (!clock || !plays) return;
    const { currentTime: time } = clock;
    const now = performance.now();
    if (time !== this.moved.time) this.moved = { time, at: now };
    else if (now - this.moved.at > STILL) {
      this.moved.at = now;
      this.problem("No sound comes out here: the browser has found no device for it.");
    }
  }
}

// The impulse response of a room: noise that dies away, the same each time.
function roomOf(clock) {
  const buffer = new AudioBuffer({
    length: ROOM_SECONDS * clock.sampleRate,
    numberOfChannels: 2,
    sampleRate: clock.sampleRate,
  });
  let state = 1;
  const noise = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 1_073_741_823 - 1;
  };
  for (let channel = 0; channel < 2; channel++) {
    const samples = buffer.getChannelData(channel);
    let dull = 0;
    for (let place = 0; place < samples.length; place++) {
      dull += 0.35 * (noise() - dull); // rooms absorb high frequencies most
      samples[place] = 0.06 * dull * 10 ** ((-3 * place) / samples.length);
    }
  }
  return buffer;
}
