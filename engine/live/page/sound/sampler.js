// The sampler: plays one instrument of a bank (engine/live/bank.py says what is in it), key by key.
//
// A voice is a source that loops, a low-pass filter, an envelope, and a place between
// left and right, as in FluidSynth; all of it runs on the browser's audio
// thread, which a busy or hidden page does not disturb.

const LOUDNESS = 0.66; // makes it as loud as FluidSynth with the same SoundFont, as the app plays it
const RATE = 44_100; // Hz, at which samples are decoded
const FULL = 127; // the highest MIDI velocity
const FLAT = -3.01; // Q in dB of a low-pass filter without a resonance
const SILENCE = 1e-5; // 100 dB below 1: a SoundFont's decay is the time of a fall by 100 dB
const DELAY_SAMPLES = 1105; // padding of an MP3 encoder before the first sample, which some decoders keep
const FIRST_RIGHT = [36, 52, 67, 79]; // lowest key of each place but the first, as in rendering/instrument.py
const PLACES = [-0.34, -0.17, 0, 0.18, 0.35]; // pan of each place, from -1 (left) to 1 (right)
const CUT = 0.03; // seconds in which a voice fades if the same key is struck again

let decoder; // an offline context can decode before anybody has pressed anything

export class Sampler {
  // clock: an AudioContext or an OfflineAudioContext; out: the node into which it plays.
  constructor(clock, out) {
    Object.assign(this, { clock, out, zones: [], voices: new Map() });
  }

  // Takes the bytes of a bank; each sample is decoded when one of its keys is wanted.
  open(file) {
    const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
    const { zones } = JSON.parse(new TextDecoder().decode(file.subarray(4, 4 + length)));
    const sounds = file.subarray(4 + length);
    this.zones = zones.map((zone) => ({
      ...zone,
      file: sounds.slice(...zone.bytes).buffer,
      decoded: null,
      buffer: null,
    }));
  }

  zone(pitch) {
    const holds = ({ lowest, highest }) => lowest <= pitch && pitch <= highest;
    return (
      this.zones.find(holds) ??
      this.zones.reduce((near, zone) => (away(zone, pitch) < away(near, pitch) ? zone : near))
    );
  }

  // Resolves when these keys can sound.
  prepare(pitches) {
    return Promise.all(
      [...new Set(pitches.map((pitch) => this.zone(pitch)))].map((zone) => this.decode(zone)),
    );
  }

  decode(zone) {
    decoder ??= new OfflineAudioContext(1, 1, RATE);
    zone.decoded ??= decoder.decodeAudioData(zone.file).then((buffer) => {
      const isLate = buffer.duration > zone.seconds + DELAY_SAMPLES / zone.rate / 2;
      Object.assign(zone, { buffer, file: null, late: isLate ? DELAY_SAMPLES / zone.rate : 0 });
    });
    return zone.decoded;
  }

  // A key goes down at a time of the clock, or as soon as its sample is decoded.
  strike(pitch, velocity, at) {
    if (!this.zones.length) return; // the instrument is on its way
    const zone = this.zone(pitch);
    if (!zone.buffer)
      return void this.decode(zone).then(() =>
        this.strike(pitch, velocity, Math.max(at, this.clock.currentTime)),
      );
    this.release(pitch, at, CUT);
    const voice = this.voice(zone, pitch, velocity, at);
    this.voices.set(pitch, voice);
    voice.source.onended = () => {
      voice.nodes.forEach((node) => node.disconnect());
      if (this.voices.get(pitch) === voice) this.voices.delete(pitch);
    };
  }

  voice(zone, pitch, velocity, at) {
    const { buffer, late, loop } = zone;
    const detune = (pitch - zone.pitch) * zone.cents_per_key;
    const source = new AudioBufferSourceNode(this.clock, {
      buffer,
      loop: true,
      loopStart: loop[0] + late,
      loopEnd: loop[1] + late,
      playbackRate: 2 ** (detune / 1200),
    });
    const filter = new BiquadFilterNode(this.clock, { type: "lowpass", frequency: zone.cutoff, Q: FLAT });
    const envelope = new GainNode(this.clock, { gain: 0 });
    const letting = new GainNode(this.clock);
    const place = FIRST_RIGHT.filter((first) => first <= pitch).length;
    const panner = new StereoPannerNode(this.clock, { pan: PLACES[place] });
    const nodes = [source, filter, envelope, letting, panner];
    nodes.reduce((from, to) => from.connect(to));
    panner.connect(this.out);
    shape(envelope.gain, zone, LOUDNESS * zone.gain * (velocity / FULL) ** 2, at);
    source.start(at, late);
    return { source, letting, zone, nodes, ends: Infinity };
  }

  // A key comes up; seconds: how long it fades, by default as the zone says.
  release(pitch, at, seconds) {
    const voice = this.voices.get(pitch);
    if (!voice || voice.ends <= at) return;
    const fading = seconds ?? Math.max(voice.zone.release, CUT);
    voice.ends = at + fading;
    voice.letting.gain.cancelScheduledValues(at);
    voice.letting.gain.setValueAtTime(1, at);
    voice.letting.gain.exponentialRampToValueAtTime(SILENCE, at + fading);
    voice.source.stop(at + fading);
  }

  // All keys come up.
  silence(at = this.clock.currentTime) {
    for (const pitch of [...this.voices.keys()]) this.release(pitch, at, CUT);
  }
}

const away = ({ lowest, highest }, pitch) => Math.max(lowest - pitch, pitch - highest, 0);

// Attack, hold, and a decay that is even in decibels.
function shape(gain, { attack, hold, decay, sustain }, peak, at) {
  const top = at + Math.max(attack, 0.001);
  gain.setValueAtTime(0, at);
  gain.linearRampToValueAtTime(peak, top);
  if (!sustain) return;
  const depth = Math.min(sustain, 100);
  gain.setValueAtTime(peak, top + hold);
  gain.exponentialRampToValueAtTime(peak * 10 ** (-depth / 20), top + hold + (decay * depth) / 100);
}
