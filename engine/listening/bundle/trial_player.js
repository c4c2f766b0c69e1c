// Plays all clips of a trial on one clock: decoded once, started at the same moment, and heard one at a time
// with a short crossfade, so that the position is kept when the listener changes to another clip. It is
// loaded before trial.js and volume_check.js. `soundOf(lane)` gives a promise of the bytes of a lane's sound
// file, and `onChange` is called whenever something has changed that the page shows.

// biome-ignore lint/correctness/noUnusedVariables: trial.js and volume_check.js use it
const Player = (() => {
  const FADE_SECONDS = 0.008;
  const SOON = 0.03; // seconds ahead at which sources start together
  const HEARD_STEP = 0.1; // seconds; what was heard is counted in slices of this length
  const LEAD_SECONDS = 1.5; // of the beginning that all lanes share, played before the clips differ

  class Player {
    constructor(onChange, soundOf) {
      this.onChange = onChange;
      this.soundOf = soundOf;
      this.context = null;
      this.reset();
    }

    reset() {
      this.stop();
      Object.assign(this, { lanes: [], buffers: [], gains: [], sources: [], heard: [] });
      Object.assign(this, {
        active: 0,
        position: 0,
        countsFrom: 0,
        loop: null,
        startedAt: null,
        loading: null,
      });
    }

    // `countsFrom`: length in seconds of the beginning that all lanes share, which does not count as heard.
    load(lanes, countsFrom = 0) {
      this.reset();
      Object.assign(this, { lanes, countsFrom });
      this.position = this.opening;
      this.heard = lanes.map(() => new Set());
    }

    // Browsers let sound begin only after a gesture of the listener, so nothing is decoded before the first one.
    async ready() {
      this.context ??= new AudioContext();
      if (this.context.state !== "running") await this.context.resume();
      if (this.buffers.length) return;
      const lanes = this.lanes;
      this.loading ??= Promise.all(
        lanes.map(async (lane) => this.context.decodeAudioData(await this.soundOf(lane))),
      );
      const buffers = await this.loading;
      if (lanes === this.lanes) this.buffers = buffers;
    }

    get duration() {
      return this.buffers[0]?.duration ?? 0;
    }

    get opening() {
      return Math.max(0, this.countsFrom - LEAD_SECONDS);
    }

    get playing() {
      return this.startedAt !== null;
    }

    now() {
      if (!this.playing) return this.position;
      const passed = this.startedFrom + Math.max(0, this.context.currentTime - this.startedAt);
      if (!this.loop || passed < this.loop[1]) return Math.min(passed, this.duration);
      const [from, to] = this.loop;
      return from + ((passed - from) % (to - from));
    }

    start() {
      const begin = this.context.currentTime + SOON;
      const from = this.position >= this.duration - 0.05 ? (this.loop?.[0] ?? this.opening) : this.position;
      this.sources = this.buffers.map((buffer, number) => {
        const gain = new GainNode(this.context, { gain: number === this.active ? 1 : 0 });
        const source = new AudioBufferSourceNode(this.context, { buffer, loop: Boolean(this.loop) });
        if (this.loop) [source.loopStart, source.loopEnd] = this.loop;
        source.connect(gain).connect(this.context.destination);
        source.start(begin, from);
        this.gains[number] = gain;
        return source;
      });
      this.sources[0].onended = () => this.playing && !this.loop && this.ended();
      Object.assign(this, { startedAt: begin, startedFrom: from });
      this.onChange();
    }

    ended() {
      this.listen();
      this.stop();
      this.position = this.duration;
      this.onChange();
    }

    stop() {
      for (const source of this.sources ?? []) {
        source.onended = null;
        source.stop();
      }
      this.sources = [];
      this.startedAt = null;
      this.listened = null;
    }

    pause() {
      this.listen();
      this.position = this.now();
      this.stop();
      this.onChange();
    }

    seek(seconds) {
      const playing = this.playing;
      this.stop();
      this.position = Math.min(Math.max(seconds, 0), this.duration);
      if (playing) this.start();
      this.onChange();
    }

    choose(number) {
      if (number < 0 || number >= this.lanes.length) return;
      this.listen();
      this.active = number;
      if (this.playing) {
        const at = this.context.currentTime;
        this.gains.forEach((gain, other) => {
          gain.gain.cancelScheduledValues(at);
          gain.gain.setValueAtTime(gain.gain.value, at);
          gain.gain.linearRampToValueAtTime(other === number ? 1 : 0, at + FADE_SECONDS);
        });
      }
      this.onChange();
    }

    // Times in seconds; a loop of half a second or less ends looping.
    setLoop(from, to) {
      const position = this.now();
      this.loop = to > from + 0.5 ? [from, to] : null;
      this.seek(this.loop ? Math.min(Math.max(position, from), to - 0.01) : position);
    }

    // Called many times a second: what has sounded since the last call counts as heard.
    listen() {
      if (!this.playing || this.context.state !== "running" || this.context.currentTime < this.startedAt)
        return;
      const now = Math.floor(this.now() / HEARD_STEP);
      const before =
        this.listened?.since === this.startedAt
          ? this.listened.slice
          : Math.floor(this.startedFrom / HEARD_STEP);
      // if a loop has begun again since the last call, only the slice that sounds now
      for (let slice = Math.min(before, now); slice <= now; slice++) this.heard[this.active].add(slice);
      this.listened = { since: this.startedAt, slice: now };
    }

    heardSeconds() {
      const most = Math.max(0, this.duration - this.countsFrom);
      const first = Math.ceil(this.countsFrom / HEARD_STEP);
      const counts = (slice) => slice >= first;
      return this.heard.map((slices) => Math.min([...slices].filter(counts).length * HEARD_STEP, most));
    }
  }

  return Player;
})();
