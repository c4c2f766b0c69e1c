// One lane: a draw with its picture, its sound, its figures and its files. `element`,
// `props`, `trigger` and `watch` come from Gradio. A whole new value arrives several times a
// second while the draw is sampled, so the page's nodes stay as they are and only what
// differs is touched: sound that plays, focus and scroll survive. Sound, lanePicture and
// laneFigures come from the scripts before this one. Scripts after it may add functions to
// `more`, called at every `show`, `draw` and `paint`, and change how far an arrow key goes.

// biome-ignore lint/correctness/noUnusedVariables: roll_edit.js, volume.js and score_lane.js use it
const lane = (() => {
  const { describe, drawKeys, drawPicture, framesAcross, pictureSeconds, pitchRange } = lanePicture;
  const { fileAddress, part, webAddress } = laneFigures;
  const AS_SPECTRUM = "earshot-as-spectrum"; // where the browser keeps that choice, made for all lanes
  const section = element.querySelector(".lane");
  const [canvas, keys, scroll, seek] = ["canvas", "keys", "scroll", "seek"].map(part);
  const MIN_FRAME_WIDTH = 1.8; // CSS pixels; a roll with narrower frames scrolls sideways
  const MAX_WIDTH = 4000; // CSS pixels; phones refuse larger canvases
  const MAX_ZOOM = 4; // times as wide as the lane
  const SEEK_SECONDS = 2;
  const MUTED_AFTER = 1000; // milliseconds that a browser may take to let sound begin
  const LEAD_IN = 1.5; // seconds that are heard again before the place from which a draw continues

  const BLANK = {
    state: "empty",
    kind: "roll",
    num_frames: 0,
    frames_done: 0,
    prime_frames: 0,
    seconds_per_frame: 1,
    frames_per_bar: 4,
    semitones: 0,
  };

  let value = BLANK;
  let asSpectrum = remembered() === "true";
  let zoom = 1;
  let follow = true; // the picture scrolls along, until the visitor scrolls it
  let lit = ""; // the pitches whose keys are lit
  let heeded = ""; // id of the press that has been answered with sound
  let resumed = null; // { frame, plays }: from where the next sound begins, and whether by itself
  let seekStep = () => SEEK_SECONDS;
  const more = { show: [], draw: [], paint: [] };
  const tell = (event, ...given) => more[event].forEach((listener) => listener(...given));

  const sound = new Sound(showPlaying, ({ message }) => toast(message));
  const soundSeconds = () =>
    value.state === "sampling" ? Math.max(sound.duration, pictureSeconds(value)) : sound.duration;
  const clock = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const hasSound = () => sound.pieces.length > 0;

  // ---- a value

  function show(next) {
    if (value.state === "sampling" && next?.state !== "sampling" && follow) scroll.scrollTo({ left: 0 });
    if (value.state === "sampling" && next?.state === "done" && next.link) stay(next.link);
    const same = next?.notes && next.notes === value.packed && next.kind === "roll";
    const isAnother = hasSound() && !next?.pieces;
    if (isAnother)
      resumed = same ? { frame: sound.currentTime / value.seconds_per_frame, plays: !sound.paused } : null;
    value = { ...BLANK, ...(next || {}), packed: next?.notes };
    // Python packs each of these into one text: thousands of small arrays are slow to pass through Gradio
    for (const name of ["notes", "peaks", "pieces"]) value[name] = JSON.parse(`[${value[name] || ""}]`);
    Object.assign(section.dataset, { lane: value.lane || 0, state: value.state, kind: value.kind });
    section.setAttribute("aria-label", value.title || "Lane");
    // all lanes' sliders appear in one list of a screen reader
    seek.setAttribute("aria-label", `Position in ${value.title || "the lane"}`);
    follow = laneFigures.show(value) || follow;
    tell("show");
    load();
    share();
    draw();
  }

  // Lanes of one kind are drawn on one axis of time and one of pitch.
  function share() {
    const isShown = !["hidden", "empty"].includes(value.state);
    const own = { ...value, axis: undefined };
    section.axis = isShown
      ? { kind: value.kind, seconds: pictureSeconds(own), range: pitchRange(own) }
      : undefined;
    document.dispatchEvent(new CustomEvent("earshot-axis"));
  }

  function axisOfAll() {
    const all = [...document.querySelectorAll(".lane")].map((other) => other.axis);
    const alike = all.filter((axis) => axis?.kind === value.kind);
    if (!alike.length) return undefined;
    const [lowest, highest] = [
      Math.min(...alike.map(({ range }) => range[0])),
      Math.max(...alike.map(({ range }) => range[1])),
    ];
    return { seconds: Math.max(...alike.map(({ seconds }) => seconds)), range: [lowest, highest] };
  }

  function redrawOnNewAxis() {
    if (JSON.stringify(axisOfAll()) !== JSON.stringify(value.axis)) draw();
  }

  // The page's address becomes the draw's link, so that the draw is there
  // again after a reload, on the way back, and after a lost connection.
  function stay(link) {
    const address = webAddress(link);
    if (address) history.replaceState(history.state, "", address);
  }

  function draw() {
    value.axis = axisOfAll();
    canvas.setAttribute("aria-label", describe({ ...value, asSpectrum }));
    const height = canvas.clientHeight;
    const narrowest = value.kind === "wave" ? 0 : framesAcross(value) * MIN_FRAME_WIDTH;
    const width = Math.max(
      scroll.clientWidth,
      Math.min(Math.max(scroll.clientWidth * zoom, narrowest), MAX_WIDTH),
    );
    if (!height || !scroll.clientWidth) return; // hidden; the ResizeObserver calls again
    part("picture").style.width = `${width}px`;
    section.dataset.wide = width > scroll.clientWidth;
    drawPicture(canvas, width, height, { ...value, asSpectrum });
    drawKeys(keys, value, new Set());
    tell("draw", width);
    lit = "";
    if (value.state === "sampling") keepInView((value.frames_done / framesAcross(value)) * width);
    paintPlayhead();
  }

  function remembered() {
    try {
      return localStorage.getItem(AS_SPECTRUM);
    } catch {
      return null; // storage may be forbidden
    }
  }

  function choose(isSpectrum) {
    try {
      localStorage.setItem(AS_SPECTRUM, isSpectrum);
    } catch {} // then for this visit alone
    document.dispatchEvent(new CustomEvent(AS_SPECTRUM, { detail: isSpectrum }));
  }

  function showView(isSpectrum) {
    asSpectrum = isSpectrum;
    part("view").setAttribute("aria-pressed", String(asSpectrum));
    draw();
  }

  // As wide as the lane, twice, four times, then as the lane again; what is heard stays in view.
  function zoomOn() {
    const middle = sound.currentTime / pictureSeconds(value);
    zoom = zoom < MAX_ZOOM ? 2 * zoom : 1;
    part("zoom").textContent = zoom > 1 ? `Zoom ${zoom}×` : "Zoom";
    draw();
    scroll.scrollTo({ left: middle * part("picture").clientWidth - scroll.clientWidth / 2 });
  }

  // ---- the sound

  function load() {
    const pieces = value.pieces.map(([start, seconds, path]) => ({ start, seconds, url: fileAddress(path) }));
    sound.give(pieces, value.state !== "sampling", value.gain || 0);
    part("play").disabled = !pieces.length;
    seek.tabIndex = pieces.length ? 0 : -1;
    seek.setAttribute("aria-disabled", String(!pieces.length));
    for (const name of ["repeat", "zoom"]) part(name).hidden = !pieces.length;
    if (value.plays && value.plays !== heeded && pieces.length) {
      heeded = value.plays;
      resumed = { frame: wentOnAt() / value.seconds_per_frame, plays: true };
    }
    if (resumed) resume();
  }

  // Goes on at `resumed`: after a change of tempo or instrument, where the sound was; after a press, at the
  // start, or a little before the place from which the draw continues.
  function resume() {
    const seconds = resumed.frame * value.seconds_per_frame;
    if (!hasSound() || (sound.duration <= seconds && value.state === "sampling")) return;
    const { plays } = resumed;
    resumed = null;
    if (seconds) sound.currentTime = seconds;
    if (plays) begin(false);
    if (plays) setTimeout(restIfUnheard, MUTED_AFTER);
  }

  // A visitor who came by a link has pressed nothing here, and the browser may stay silent until they do.
  // After a press, a clock that does not run yet only waits for its device, with some headphones for seconds.
  function restIfUnheard() {
    const isSilenced = !navigator.userActivation?.hasBeenActive && Sound.clock().state !== "running";
    if (isSilenced && !sound.paused) sound.pause();
  }

  // One lane of a page plays at a time; a visitor who changes to another hears it from the same place.
  function begin(staysInPlace = true) {
    document.querySelectorAll("audio").forEach((other) => other.pause());
    for (const other of document.querySelectorAll(".lane")) {
      if (other === section || !other.sound || other.sound.paused) continue;
      other.sound.pause();
      if (staysInPlace && other.sound.currentTime < sound.duration)
        sound.currentTime = other.sound.currentTime;
    }
    follow = true;
    sound.play();
  }

  function toggle() {
    if (!hasSound()) return;
    if (sound.paused) begin();
    else sound.pause();
  }

  function goTo(seconds) {
    if (!hasSound()) return;
    sound.currentTime = Math.min(Math.max(seconds, 0), soundSeconds());
    paintPlayhead();
  }

  function showPlaying() {
    if (section.dataset.playing !== String(!sound.paused)) {
      section.dataset.playing = !sound.paused;
      part("play-text").textContent = sound.paused ? "Play" : "Pause";
      part("play").setAttribute(
        "aria-label",
        `${sound.paused ? "Play" : "Pause"} ${value.title || ""}`.trim(),
      );
      if (!sound.paused) requestAnimationFrame(tick);
    }
    section.dataset.waiting = sound.waiting;
    part("go-on").hidden = !(value.goes_on && hasSound() && ["done", "stopped"].includes(value.state));
    paintPlayhead();
  }

  const frameHeard = () =>
    Math.min(Math.floor(sound.currentTime / value.seconds_per_frame), value.frames_done);

  // Takes, once, the second at which a continued draw begins to sound: a little before the place.
  function wentOnAt() {
    const seconds = Number(document.body.dataset.earshotWentOnAt || 0);
    delete document.body.dataset.earshotWentOnAt;
    return seconds;
  }

  function goOn() {
    const frame = frameHeard();
    document.body.dataset.earshotWentOnAt = Math.max(0, frame * value.seconds_per_frame - LEAD_IN);
    const kept = value.notes
      .filter(([, start]) => start < frame)
      .map(([pitch, start, length]) => [pitch, start, Math.min(length, frame - start)]);
    sound.pause();
    trigger("go_on", { frame, notes: JSON.stringify(kept).slice(1, -1) });
  }

  function repeat() {
    sound.repeats = !sound.repeats;
    part("repeat").setAttribute("aria-pressed", String(sound.repeats));
  }

  function tick() {
    paintPlayhead();
    if (!element.isConnected) sound.stop();
    else if (!sound.paused) requestAnimationFrame(tick);
  }

  function paintPlayhead() {
    const time = sound.currentTime;
    const x = Math.min(time / Math.max(pictureSeconds(value), 0.001), 1) * part("picture").clientWidth;
    part("playhead").style.transform = `translateX(${x}px)`;
    part("playhead").hidden = !hasSound();
    part("go-on").disabled = frameHeard() === 0;
    const text = hasSound() ? `${clock(time)} / ${clock(soundSeconds())}` : "";
    if (part("time").textContent !== text) {
      part("time").textContent = text;
      seek.setAttribute("aria-valuemax", soundSeconds().toFixed(1));
      seek.setAttribute("aria-valuenow", time.toFixed(1));
      seek.setAttribute("aria-valuetext", `${clock(time)} of ${clock(soundSeconds())}`);
    }
    if (!sound.paused) keepInView(x);
    lightKeys(sound.paused ? -1 : time / value.seconds_per_frame);
    tell("paint", time);
  }

  function lightKeys(frame) {
    const heard = value.notes.filter(([, start, length]) => start <= frame && frame < start + length);
    const sounding = new Set(heard.map(([pitch]) => pitch));
    if (lit === [...sounding].join()) return;
    lit = [...sounding].join();
    drawKeys(keys, value, sounding);
  }

  function keepInView(x) {
    const [left, width] = [scroll.scrollLeft, scroll.clientWidth];
    if (!follow || (x >= left && x <= left + width * 0.9)) return;
    scroll.scrollTo({ left: x - width * 0.15, behavior: calm() ? "auto" : "smooth" });
  }

  // ---- the visitor

  function seekTo(event) {
    const box = seek.getBoundingClientRect();
    goTo(((event.clientX - box.left) / box.width) * pictureSeconds(value));
  }

  function onKey(event) {
    const steps = { ArrowLeft: -seekStep(), ArrowRight: seekStep() };
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input")) return;
    if (event.key === " " && !event.target.closest("a, button")) toggle();
    else if (event.key in steps) goTo(sound.currentTime + steps[event.key]);
    else if (event.key === "Home") goTo(0);
    else return;
    event.preventDefault();
  }

  async function copyLink() {
    const address = webAddress(value.own_link || value.link);
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
  part("repeat").addEventListener("click", repeat);
  part("zoom").addEventListener("click", zoomOn);
  part("go-on").addEventListener("click", goOn);
  part("view").addEventListener("click", () => choose(!asSpectrum));
  document.addEventListener("earshot-axis", redrawOnNewAxis);
  document.addEventListener(AS_SPECTRUM, (event) => showView(event.detail));
  section.addEventListener("keydown", onKey);
  seek.addEventListener("pointerdown", (event) => {
    // a finger scrolls a wide picture; there only a tap seeks (see "click")
    if (event.pointerType === "touch" && section.dataset.wide === "true") return;
    seek.setPointerCapture(event.pointerId);
    seekTo(event);
  });
  seek.addEventListener("pointermove", (event) => seek.hasPointerCapture(event.pointerId) && seekTo(event));
  seek.addEventListener("click", seekTo);
  for (const name of ["wheel", "touchmove"])
    scroll.addEventListener(name, () => (follow = false), { passive: true });
  new ResizeObserver(draw).observe(scroll);
  // the page changes between light and dark
  new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  watch("value", () => show(props.value));
  Object.assign(section, { sound, notes: () => value.notes });
  show(props.value);
  showView(asSpectrum);

  return {
    calm,
    canvas,
    draw,
    goTo,
    hasSound,
    keepInView,
    more,
    paintPlayhead,
    section,
    seek,
    show,
    sound,
    toast,
    toggle,
    get value() {
      return value;
    },
    followAlong() {
      follow = true;
    },
    stepBy(step) {
      seekStep = step;
    },
  };
})();
