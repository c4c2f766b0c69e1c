// A sound in pieces: MP3 files of a few seconds, fetched when they are nearly due and joined by crossfades on
// the clock that all lanes of the page share. More pieces may come while it plays; where the next one is
// late, the sound waits for it. A piece: { start, seconds, url }; each but the last ends with the beginning
// of the next.

// biome-ignore lint/correctness/noUnusedVariables: lane.js uses it
const Sound = (() => {
  const OVERLAP = 0.05; // seconds; sound_pieces.py has it too
  const [CROSS_FROM, CROSS_TO] = [0.02, 0.03]; // within the overlap, where one piece gives way to the next
  const DUE_SECONDS = 6; // seconds before its start that a piece is fetched
  const KEPT = 60; // seconds around the playhead within which decoded samples are kept
  const SOON = 0.03; // seconds from a decision to its sound, and until a silenced piece is stopped
  const LATE = 1105 / 44100; // seconds of silence that encoders put first, and some decoders do not remove
  const STEP = 200; // milliseconds from one check of what is due to the next
  const STILL = 4000; // milliseconds for which the clock may stand still

  class Sound {
    // The one clock of the page. Phones let sound begin only within a gesture, and Safari mutes a page
    // together with the phone's ringer unless told otherwise.
    static clock() {
      if (navigator.audioSession) navigator.audioSession.type = "playback";
      globalThis.earshotClock ??= new AudioContext();
      if (globalThis.earshotClock.state !== "running") globalThis.earshotClock.resume();
      return globalThis.earshotClock;
    }

    constructor(onChange, onError) {
      Object.assign(this, { onChange, onError, pieces: [], sources: new Map(), position: 0, anchor: null });
      Object.assign(this, {
        paused: true,
        isWhole: false,
        repeats: false,
        level: 1,
        volume: 1,
        output: null,
        timer: null,
      });
    }

    // Takes the pieces that there are now; where they continue the earlier ones, the sound plays on.
    // decibels: by which they are turned up.
    give(pieces, isWhole, decibels) {
      const goesOn =
        pieces.length >= this.pieces.length &&
        this.pieces.every(({ url }, place) => url === pieces[place].url);
      if (!goesOn) this.stop();
      this.pieces = goesOn
        ? [...this.pieces, ...pieces.slice(this.pieces.length)]
        : pieces.map((piece) => ({ ...piece }));
      if (!goesOn) this.position = 0;
      Object.assign(this, { isWhole, level: 10 ** (decibels / 20) });
      this.output?.gain.setTargetAtTime(this.loudness, this.output.context.currentTime, 0.15);
      if (!this.paused) this.look();
      this.onChange();
    }

    // share: the place of the slider, from 0 to 1.
    setVolume(share) {
      this.volume = share;
      this.output?.gain.setTargetAtTime(this.loudness, this.output.context.currentTime, 0.02);
    }

    get loudness() {
      return this.level * this.volume ** 2;
    }

    get duration() {
      const last = this.pieces.at(-1);
      return last ? last.start + last.seconds : 0;
    }

    get currentTime() {
      if (!this.anchor) return this.position;
      const passed = Math.max(0, this.output.context.currentTime - this.anchor.at);
      return Math.min(this.anchor.from + passed, this.scheduled);
    }

    set currentTime(seconds) {
      this.silence();
      this.position = Math.min(Math.max(seconds, 0), this.duration);
      if (!this.paused) this.look();
      this.onChange();
    }

    get waiting() {
      return !this.paused && !this.anchor;
    }

    play() {
      const clock = Sound.clock();
      this.output ??= new GainNode(clock, { gain: this.loudness });
      this.output.connect(clock.destination);
      if (this.isWhole && this.position >= this.duration - 0.05) this.position = 0;
      this.paused = false;
      clearInterval(this.timer);
      this.moved = { time: -1, at: 0 };
      this.timer = setInterval(() => this.isHeard() && this.look(), STEP);
      this.look();
      this.onChange();
    }

    pause() {
      this.position = this.currentTime;
      this.stop();
      this.onChange();
    }

    stop() {
      this.paused = true;
      clearInterval(this.timer);
      this.silence();
    }

    silence() {
      this.position = this.currentTime;
      this.anchor = null;
      for (const { source, gain } of this.sources.values()) {
        const at = this.output.context.currentTime;
        source.onended = null;
        gain.gain.cancelScheduledValues(at);
        gain.gain.setTargetAtTime(0, at, 0.004);
        source.stop(at + SOON);
      }
      this.sources.clear();
    }

    // Where there is no device for sound, some browsers say that their clock runs although it stands still.
    isHeard() {
      const { currentTime: time, state } = this.output.context;
      const now = performance.now();
      if (time !== this.moved.time || state !== "running") this.moved = { time, at: now };
      const stands = now - this.moved.at > STILL;
      if (stands) {
        this.pause();
        this.onError(new Error("No sound comes out here: the browser has found no device for it"));
      }
      return !stands;
    }

    // Fetches the pieces that are due, and schedules those that are there.
    look() {
      const now = this.currentTime;
      if (this.anchor && now >= this.scheduled - 0.001) {
        const isOver = this.isWhole && now >= this.duration - 0.01;
        this.silence();
        this.position = isOver && this.repeats ? 0 : now;
        if (isOver && !this.repeats) {
          this.stop();
          return void this.onChange();
        }
        this.onChange();
        return void this.look();
      }
      this.pieces.forEach((piece, place) => {
        const end = piece.start + piece.seconds;
        const isDue = end - OVERLAP > now && piece.start < now + DUE_SECONDS;
        if (isDue && !piece.buffer) this.fetch(piece);
        else if (isDue && this.mayFollow(place, now)) this.schedule(place, now);
        else if (Math.abs(piece.start - now) > KEPT && Math.abs(end - now) > KEPT) piece.buffer = null;
      });
    }

    mayFollow(place, now) {
      if (this.sources.has(place)) return false;
      if (this.anchor) return this.sources.has(place - 1);
      const { start, seconds } = this.pieces[place];
      return start <= now && now < start + seconds;
    }

    async fetch(piece) {
      if (piece.loading) return;
      piece.loading = true;
      try {
        const answer = await fetch(piece.url);
        if (!answer.ok) throw new Error();
        piece.buffer = await Sound.clock().decodeAudioData(await answer.arrayBuffer());
        piece.offset = piece.buffer.duration - piece.seconds > 0.015 ? LATE : 0;
      } catch (error) {
        if (!this.paused && this.pieces.includes(piece)) {
          this.pause();
          this.onError(new Error("The sound could not be loaded: press Play again", { cause: error }));
        }
      } finally {
        piece.loading = false;
      }
      if (!this.paused && piece.buffer) this.look();
    }

    schedule(place, now) {
      const { start, seconds, buffer, offset } = this.pieces[place];
      const clock = this.output.context;
      const isFirst = !this.anchor;
      this.anchor ??= { at: clock.currentTime + SOON, from: now };
      const from = Math.max(now, start);
      const at = Math.max(this.anchor.at + from - this.anchor.from, clock.currentTime);
      const source = new AudioBufferSourceNode(clock, { buffer });
      const gain = new GainNode(clock, { gain: 0 });
      const when = (moment) => Math.max(this.anchor.at + moment - this.anchor.from, clock.currentTime);
      const [rise, risen] = isFirst ? [from, from + 0.005] : [start + CROSS_FROM, start + CROSS_TO];
      gain.gain.setValueAtTime(0, when(rise)).linearRampToValueAtTime(1, when(risen));
      const isLast = this.isWhole && place === this.pieces.length - 1;
      const end = start + seconds;
      const [fall, fallen] = isLast
        ? [end - 0.01, end]
        : [end - OVERLAP + CROSS_FROM, end - OVERLAP + CROSS_TO];
      if (fall > risen) gain.gain.setValueAtTime(1, when(fall)).linearRampToValueAtTime(0, when(fallen));
      source.connect(gain).connect(this.output);
      source.start(at, from - start + offset, end - from);
      this.sources.set(place, { source, gain });
      this.scheduled = isLast ? end : end - OVERLAP + CROSS_TO;
      source.onended = () => {
        this.look();
        this.sources.delete(place - 1);
      };
      if (isFirst) this.onChange();
      this.look();
    }
  }

  return Sound;
})();
