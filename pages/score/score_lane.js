// A lane that was scored: the strip of surprise under its picture, the moments that stand out, and what the
// model expected at the playhead. What a model expects is asked of the server with the event "look", one
// question at a time, and kept as long as the model is shown. Comes after lane.js.

// biome-ignore lint/correctness/noUnusedVariables: score_gates.js uses it
const scoreLane = (() => {
  const { framesAcross, lookOf, pitchName } = lanePicture;
  const { calm, goTo, hasSound, keepInView, more, paintPlayhead, section, seek, show, sound, toggle } = lane;
  const { make, part } = laneFigures;
  const scorePart = (name) => element.querySelector(`.score-${name}`);
  const strip = make("canvas", "lane-strip");
  strip.setAttribute("aria-hidden", "true"); // the lists say in words what it shows
  part("picture").insertBefore(strip, part("playhead"));
  const BEFORE = 1.5; // seconds that are heard before a chosen moment
  const HELD = 0.6; // seconds for which the page shows that moment at least
  const AHEAD = 4; // frames, by which a question is ahead of the playhead
  const PATIENCE = 30_000; // milliseconds until a question counts as lost

  let surprise = [];
  let moments = { least: [], most: [] };
  let known = new Map(); // frame -> [pitch, thousandths, sounds] of the model that is shown
  let draws = 0; // from which the probabilities are estimated; 0 where they are exact
  let asked = 0; // when the open question to the server counts as lost; 0 once it is answered
  let [shownModel, shownPlace] = ["", ""];
  let pinned = null; // the moment that was chosen from a list, while it is heard

  const unpacked = (text) => JSON.parse(`[${text || ""}]`).flat();
  const asHeard = (pitch) => pitch + lane.value.semitones;
  const nameOf = (pitch) => pitchName(asHeard(pitch));
  const frameAt = (time) =>
    Math.min(Math.floor(time / lane.value.seconds_per_frame + 0.01), lane.value.num_frames - 1);
  const digits = (nats) => (Math.abs(nats) < 1 ? 2 : Math.abs(nats) < 100 ? 1 : 0);
  const figureOf = (nats) => nats.toFixed(digits(nats)).replace("-", "−");
  const isRoll = () => lane.value.kind === "roll";

  function placeOf(frame) {
    if (!isRoll()) return `${(frame * lane.value.seconds_per_frame).toFixed(2)} s`;
    const beat = ((frame % lane.value.frames_per_bar) * 4) / lane.value.frames_per_bar + 1;
    const bar = Math.floor(frame / lane.value.frames_per_bar) + 1;
    return `Bar ${bar}, beat ${Math.floor(beat)}${beat % 1 ? "½" : ""}`;
  }

  function soundingAt(frame) {
    return lane.value.notes
      .filter(([, start, length]) => start <= frame && frame < start + length)
      .map(([pitch]) => pitch);
  }

  // ---- the strip

  function drawStrip(width) {
    const look = lookOf(strip, width, strip.clientHeight, lane.value);
    if (!surprise.length || !look.height) return;
    const { pen, colour, height } = look;
    const top = Math.max(...surprise, 0.001);
    const [base, reach] = [height - 1, height - 18];
    const slice = look.frame * lane.value.frames_per_value;
    const marked = new Set(moments.least);
    const gap = slice > 4 ? 1 : 0;
    surprise.forEach((nats, index) => {
      const rise = Math.max((Math.max(nats, 0) / top) * reach, 1);
      pen.fillStyle = colour(marked.has(index) ? "strip-high" : "strip-bar");
      pen.fillRect(index * slice, base - rise, Math.max(slice - gap, 0.7), rise);
    });
    const mean = Math.round(base - (lane.value.mean / top) * reach) + 0.5;
    pen.strokeStyle = colour("ink-soft");
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(0, mean);
    pen.lineTo(width, mean);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = colour("roll-label");
    pen.fillText(
      `Surprise: up to ${figureOf(top)} ${lane.value.unit}, mean ${figureOf(lane.value.mean)} (dashed)`,
      5,
      8,
    );
  }

  // ---- the moments

  function moment(index) {
    const frame = index * lane.value.frames_per_value;
    const heard = isRoll()
      ? soundingAt(frame)
          .sort((a, b) => a - b)
          .map(nameOf)
          .join(" ") || "silence"
      : "";
    const button = make("button", "score-moment earshot-line", "", [
      make("span", "score-when", placeOf(frame)),
      make("span", "score-heard", heard),
      make("span", "score-nats", figureOf(surprise[index])),
    ]);
    button.type = "button";
    button.dataset.frame = frame;
    button.setAttribute(
      "aria-label",
      `Play from ${placeOf(frame)}: ${figureOf(surprise[index])} ${lane.value.unit}${heard && `, ${heard}`}`,
    );
    button.addEventListener("click", () => playFrom(frame));
    return make("li", "", "", [button]);
  }

  // Plays from a little before a moment, so that it is heard as a surprise; the page shows that moment until
  // it is over.
  function playFrom(frame) {
    if (!hasSound()) return;
    lane.followAlong();
    const seconds = frame * lane.value.seconds_per_frame + 0.004; // within the frame, whatever rounding does
    pinned = {
      frame,
      from: Math.max(0, seconds - BEFORE),
      until: seconds + Math.max(lane.value.seconds_per_frame, HELD),
    };
    goTo(pinned.from);
    if (section.getBoundingClientRect().bottom < 0.4 * section.offsetHeight)
      section.scrollIntoView({ behavior: calm() ? "auto" : "smooth" });
    keepInView((frame / framesAcross(lane.value)) * part("picture").clientWidth);
    if (sound.paused) toggle();
  }

  // A visitor who presses Score is shown the lane where the result will come.
  document.addEventListener("click", ({ target }) => {
    if (!element.isConnected || !target.closest?.("#score")) return;
    section.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  });

  // ---- what was expected

  function showPlace(time) {
    if (!surprise.length) return;
    if (pinned && !(pinned.from - 0.1 <= time && time < pinned.until)) pinned = null;
    const frame = pinned?.frame ?? frameAt(time);
    const nats = surprise[Math.min(Math.floor(frame / lane.value.frames_per_value), surprise.length - 1)];
    const { unit, mean } = lane.value;
    const text = `${placeOf(frame)}: ${figureOf(nats)} ${unit}, where the mean is ${figureOf(mean)}`;
    if (isRoll()) look(frame);
    if (text === shownPlace) return;
    shownPlace = text;
    scorePart("place").textContent = text;
  }

  function look(frame) {
    const wanted = sound.paused || pinned ? frame : frame + AHEAD;
    for (let next = frame; next <= Math.min(wanted, lane.value.num_frames - 1); next++)
      if (!known.has(next)) {
        ask(next);
        break;
      }
    const list = scorePart("pitches");
    list.dataset.waiting = !known.has(frame);
    if (!known.has(frame) || list.dataset.frame === String(frame)) return;
    list.dataset.frame = frame;
    list.replaceChildren(...known.get(frame).map(pitchRow));
    scorePart("how").textContent = draws
      ? `Estimated from ${draws} draws of this moment, given everything before it.`
      : "Exact, given everything before this moment.";
  }

  function ask(frame) {
    if (performance.now() < asked) return;
    asked = performance.now() + PATIENCE;
    setTimeout(paintPlayhead, PATIENCE + 100); // an answer was lost: ask again, if it is still wanted
    trigger("look", { model: lane.value.model, frame, is_heard: !sound.paused });
  }

  function pitchRow([pitch, thousandths, sounds]) {
    const bar = make("span", "score-likely");
    bar.style.setProperty("--share", thousandths / 1000);
    const row = make("li", "", "", [
      make("span", "score-pitch", nameOf(pitch)),
      bar,
      make("span", "score-share", shareOf(thousandths)),
      make("span", "score-sounds", sounds ? "sounds" : ""),
    ]);
    row.dataset.sounds = Boolean(sounds);
    return row;
  }

  function shareOf(thousandths) {
    if (thousandths >= 10) return `${Math.round(thousandths / 10)} %`;
    if (thousandths > 0) return `${(thousandths / 10).toFixed(1)} %`;
    return draws ? `< ${(100 / draws).toFixed(1)} %` : "< 0.1 %";
  }

  function hear(answer) {
    asked = 0;
    if (!answer || answer.model !== lane.value.model) return void paintPlayhead();
    draws = answer.num_draws;
    answer.frames.forEach((row, place) => known.set(answer.start + place, row));
    if (!answer.frames.length) known.set(answer.start, []);
    paintPlayhead();
  }

  // ---- a new value

  more.show.push(() => {
    surprise = unpacked(lane.value.surprise);
    moments = { least: unpacked(lane.value.least_expected), most: unpacked(lane.value.most_expected) };
    section.dataset.surprise = surprise.length > 0;
    scorePart("more").hidden = !surprise.length;
    scorePart("expected").dataset.kind = lane.value.kind;
    scorePart("expected").querySelector("h3").textContent = isRoll()
      ? "Expected at the playhead"
      : "At the playhead";
    scorePart("hint").textContent =
      "Click the picture to hear it from there; then Space plays and pauses, and the arrow keys go " +
      `${isRoll() ? "a frame" : "a tenth of a second"} on or back.`;
    const model = `${lane.value.model} ${lane.value.title} ${lane.value.surprise}`;
    if (model === shownModel) return; // so that a list keeps its focus
    shownModel = model;
    known = new Map();
    delete scorePart("pitches").dataset.frame;
    scorePart("pitches").replaceChildren();
    scorePart("how").textContent = "";
    for (const [name, list] of Object.entries(moments)) scorePart(name).replaceChildren(...list.map(moment));
  });
  more.draw.push(drawStrip);
  more.paint.push(showPlace);
  lane.stepBy(() => (isRoll() ? lane.value.seconds_per_frame : 0.1));
  seek.addEventListener("click", () => surprise.length && hasSound() && sound.paused && toggle());
  watch("expected", () => hear(props.expected));
  show(props.value);

  return { part: scorePart };
})();
