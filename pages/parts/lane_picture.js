// The picture of a draw: a piano roll, a waveform or a spectrum on a canvas, drawn anew from a lane's value
// each time. A `look` is all that drawing needs: all entries of the value, `pen` (in CSS pixels, sharp
// everywhere), `colour` (looks up a CSS variable, so light and dark come from the style sheet), `width`,
// `height`, `frame`, the width of a frame, and `cut`, the label where the beginning ends. Lanes of one kind are
// drawn on one axis, so that they can be compared: `axis` of the value is { seconds, range: [lowest pitch,
// highest pitch] }. Nothing here changes the value.

// biome-ignore lint/correctness/noUnusedVariables: lane.js and those after it use it
const lanePicture = (() => {
  const RULER = 18; // CSS pixels, height of the strip with bar numbers or seconds
  const MIN_LABEL_GAP = 44; // CSS pixels between two of its numbers
  const BLACK_KEYS = [1, 3, 6, 8, 10];
  // shares of the colour of the highest line, which listeners follow most
  const PALER = { lowest: 0.8, between: 0.6 };
  const BANDS = 32; // of a spectrum, evenly spaced in mels from LOWEST_HERTZ to the value's highest_hertz
  const LOWEST_HERTZ = 60;
  // CSS pixels after which the labels are repeated, since a zoomed spectrum shows only a part of itself
  const AGAIN = 300;
  const LABELLED_HERTZ = [500, 1000, 2000, 4000];

  const KEY_NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

  const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const numFrames = (value) => Math.max(value.num_frames, value.frames_done, 1);
  const pictureSeconds = (value) =>
    Math.max(numFrames(value) * value.seconds_per_frame, value.axis?.seconds ?? 0);
  const framesAcross = (value) => pictureSeconds(value) / value.seconds_per_frame;

  // the name of a key that is given as it is heard, not as it is written
  const pitchName = (key) => `${KEY_NAMES[key % 12]}${Math.floor(key / 12) - 1}`;

  function describe(value) {
    const prime = value.prime_frames ? `, its beginning ends at frame ${value.prime_frames}` : "";
    const view = value.asSpectrum ? "Spectrogram" : "Waveform";
    if (value.kind === "wave") return `${view}, ${value.sample_seconds.toFixed(1)} seconds${prime}`;
    return `Piano roll, ${count(value.frames_done, "frame")}, ${count(value.notes.length, "note")}${prime}`;
  }

  function penFor(surface, width, height, face) {
    const scale = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (surface.width !== w || surface.height !== h) Object.assign(surface, { width: w, height: h });
    const pen = surface.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = `11px ${face}`;
    pen.textBaseline = "middle";
    return pen;
  }

  function lookOf(surface, width, height, value) {
    const style = getComputedStyle(surface);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const pen = penFor(surface, width, height, style.fontFamily);
    return { ...value, pen, colour, width, height, frame: width / framesAcross(value) };
  }

  function drawPicture(canvas, width, height, value) {
    const look = lookOf(canvas, width, height, value);
    look.cut = cutLabel(look);
    look.pen.fillStyle = look.colour("roll-prime-ground");
    look.pen.fillRect(0, RULER, look.prime_frames * look.frame, height - RULER);
    if (value.kind === "wave" && value.asSpectrum) drawSpectrum(look);
    else if (value.kind === "wave") drawWave(look);
    else drawRoll(look);
    if (look.cut) drawCut(look);
  }

  function pitchRange({ notes, axis }) {
    // as written, C3 to C5 with two semitones around at least, so that the picture does not jump while it grows
    const pitches = notes.map(([pitch]) => pitch);
    const [lowest, highest] = axis?.range ?? [46, 74];
    return [Math.min(lowest, 46, Math.min(...pitches) - 2), Math.max(highest, 74, Math.max(...pitches) + 2)];
  }

  function cutLabel({ pen, width, frame, prime_frames: prime }) {
    if (!prime) return null;
    const x = Math.round(prime * frame);
    const text = "beginning ends";
    const space = pen.measureText(text).width + 12;
    return { x, text, space, left: x + space > width ? x - space + 1 : x - 1 };
  }

  function drawCut({ pen, colour, height, cut }) {
    pen.fillStyle = colour("roll-cut");
    pen.fillRect(cut.x - 1, 0, 2, height);
    pen.fillRect(cut.left, 0, cut.space, RULER - 2);
    pen.fillStyle = colour("roll-ground");
    pen.fillText(cut.text, cut.left + 6, RULER / 2 - 1);
  }

  function drawRuler({ pen, colour, width, height, cut }, step, label) {
    for (let index = 0; index * step < width; index++) {
      const x = Math.round(index * step);
      const text = label(index);
      const end = x + 4 + pen.measureText(text).width;
      pen.fillStyle = colour("roll-line");
      pen.fillRect(x, RULER, 1, height - RULER);
      pen.fillStyle = colour("roll-label");
      const covered = cut && end + 4 > cut.left && x < cut.left + cut.space;
      if (!covered && end < width) pen.fillText(text, x + 4, RULER / 2);
    }
  }

  function drawRows({ pen, colour, width, semitones }, [lowest, highest], top, row) {
    for (let pitch = lowest; pitch <= highest; pitch++) {
      pen.fillStyle = colour("roll-black-row");
      if (BLACK_KEYS.includes((pitch + semitones) % 12)) pen.fillRect(0, top(pitch), width, row);
      pen.fillStyle = colour("roll-octave");
      if ((pitch + semitones) % 12 === 0) pen.fillRect(0, Math.round(top(pitch) + row), width, 1);
    }
  }

  function drawRoll(look) {
    const { pen, height, frame, notes, prime_frames: prime } = look;
    const [lowest, highest] = pitchRange(look);
    const row = (height - RULER) / (highest - lowest + 1);
    const top = (pitch) => RULER + (highest - pitch) * row;
    drawRows(look, [lowest, highest], top, row);
    let bars = 1;
    while (bars * look.frames_per_bar * frame < MIN_LABEL_GAP) bars *= 2;
    drawRuler(look, bars * look.frames_per_bar * frame, (index) => `${index * bars + 1}`);
    const gap = frame > 5 ? 1 : 0.4; // two notes in a row must not look like one
    // each path is filled once: thousands of fills are slow
    const given = new Path2D();
    const sampled = { highest: new Path2D(), lowest: new Path2D(), between: new Path2D() };
    const add = (path, pitch, start, end) => {
      const width = Math.max((end - start) * frame - gap, 1);
      path.roundRect(
        start * frame,
        top(pitch) + 0.5,
        width,
        Math.max(row - 1, 1.5),
        Math.min(1.5, width / 2),
      );
    };
    const lines = linesOf(notes);
    notes.forEach(([pitch, start, length], place) => {
      const end = start + length;
      if (start < prime) add(given, pitch, start, Math.min(end, prime));
      // a note that the model holds on, or one of its own
      if (end > prime) add(sampled[lines[place]], pitch, Math.max(start, prime), end);
    });
    fillBoth(look, given, sampled.highest);
    for (const [line, share] of Object.entries(PALER)) {
      pen.globalAlpha = share;
      pen.fill(sampled[line]);
    }
    pen.globalAlpha = 1;
  }

  // For each note "highest", "lowest" or "between": its place among those that sound as it begins.
  function linesOf(notes) {
    let sounding = [];
    return notes.map(([pitch, start], place) => {
      if (start !== notes[place - 1]?.[1]) {
        const struck = [];
        for (let next = place; notes[next]?.[1] === start; next++) struck.push(notes[next]);
        sounding = [...sounding.filter(([, from, long]) => from + long > start), ...struck];
      }
      const pitches = sounding.map(([key]) => key);
      if (pitch >= Math.max(...pitches)) return "highest";
      return pitch <= Math.min(...pitches) ? "lowest" : "between";
    });
  }

  function fillBoth({ pen, colour }, given, sampled) {
    pen.fillStyle = colour("roll-prime");
    pen.fill(given);
    pen.fillStyle = colour("lane-colour");
    pen.fill(sampled);
  }

  function drawSeconds(look) {
    const second = look.width / Math.max(pictureSeconds(look), 0.001);
    const seconds = [0.1, 0.2, 0.5, 1, 2, 5, 10].find((step) => step * second >= MIN_LABEL_GAP) || 30;
    drawRuler(look, seconds * second, (index) => `${+(index * seconds).toFixed(1)} s`);
    return second;
  }

  const mels = (hertz) => 2595 * Math.log10(1 + hertz / 700);

  function drawSpectrum(look) {
    const { pen, colour, height, spectrum, highest_hertz: highest } = look;
    const second = drawSeconds(look);
    // whole pixels of the screen, or seams show where two patches meet
    const sharp = (place) => Math.round(place * devicePixelRatio) / devicePixelRatio;
    const edge = (column) => sharp(column * look.seconds_per_column * second);
    const top = (band) => sharp(height - (band * (height - RULER)) / BANDS);
    const end = sharp(look.prime_frames * look.frame);
    const patch = (name, shade, band, from, to) => {
      if (to <= from) return;
      pen.fillStyle = colours[name];
      pen.globalAlpha = shade / 15;
      pen.fillRect(from, top(band + 1), to - from, top(band) - top(band + 1));
    };
    const colours = { given: colour("roll-prime"), sampled: colour("lane-colour") };
    [...spectrum].forEach((digit, place) => {
      const [column, band, shade] = [Math.floor(place / BANDS), place % BANDS, parseInt(digit, 16)];
      if (!shade) return;
      patch("given", shade, band, edge(column), Math.min(edge(column + 1), end));
      patch("sampled", shade, band, Math.max(edge(column), end), edge(column + 1));
    });
    pen.globalAlpha = 1;
    const span = mels(highest) - mels(LOWEST_HERTZ);
    for (const hertz of LABELLED_HERTZ.filter((label) => label < 0.9 * highest)) {
      const y = Math.round(height - ((mels(hertz) - mels(LOWEST_HERTZ)) / span) * (height - RULER));
      pen.fillStyle = colour("roll-label");
      pen.fillRect(0, y, 5, 1);
      for (let x = 8; x < look.width; x += AGAIN)
        pen.fillText(hertz < 1000 ? `${hertz} Hz` : `${hertz / 1000} kHz`, x, y);
    }
  }

  function drawWave(look) {
    const { pen, colour, width, height, peaks } = look;
    const second = drawSeconds(look);
    const middle = RULER + (height - RULER) / 2;
    const reach = (height - RULER) / 2 - 4;
    const step = (look.sample_seconds * second) / Math.max(peaks.length, 1);
    pen.fillStyle = colour("roll-octave");
    pen.fillRect(0, Math.round(middle), width, 1);
    const [given, sampled] = [new Path2D(), new Path2D()];
    peaks.forEach(([low, high], index) => {
      const path = (index + 0.5) * step < look.prime_frames * look.frame ? given : sampled;
      path.rect(index * step, middle - high * reach, Math.max(step, 0.8), Math.max((high - low) * reach, 1));
    });
    fillBoth(look, given, sampled);
  }

  function drawKeys(keys, value, sounding) {
    const [width, height] = [keys.clientWidth, keys.clientHeight];
    if (!width) return; // a waveform has no keys
    const { pen, colour } = lookOf(keys, width, height, value);
    const [lowest, highest] = pitchRange(value);
    const row = (height - RULER) / (highest - lowest + 1);
    for (let pitch = lowest; pitch <= highest; pitch++) {
      const y = RULER + (highest - pitch) * row;
      const key = pitch + value.semitones; // as it is heard
      const black = BLACK_KEYS.includes(key % 12);
      const lit = sounding.has(pitch);
      pen.fillStyle = colour(lit ? "lane-colour" : black ? "key-black" : "key-white");
      pen.fillRect(width - 16, y, black && !lit ? 10 : 16, row - (lit ? 0.5 : 0));
      pen.fillStyle = colour("roll-line");
      // a line between the white keys B and C, and E and F
      if ([0, 5].includes(key % 12)) pen.fillRect(width - 16, y + row - 0.5, 16, 1);
      pen.fillStyle = colour("roll-label");
      if (key % 12 === 0) pen.fillText(pitchName(key), 7, y + row / 2);
    }
  }

  return {
    RULER,
    count,
    describe,
    drawKeys,
    drawPicture,
    framesAcross,
    lookOf,
    pictureSeconds,
    pitchName,
    pitchRange,
  };
})();
