// Editing of a roll by hand, before a model continues it: a click puts a note into one frame or takes it out.
// With keys: the arrows move a mark from frame to frame and from pitch to pitch, Enter puts in and takes out.
// Comes after lane.js.

(() => {
  const { RULER, framesAcross, pitchName, pitchRange } = lanePicture;
  const { canvas, draw, more, section, seek, toast } = lane;
  const { make, part } = laneFigures;
  const EDIT_HINT = "Click notes in or out (keys: arrows and Enter), then go on from a place after them";
  const editMark = make("div", "lane-edit-mark", "");
  editMark.setAttribute("aria-hidden", "true");
  part("picture").append(editMark);

  let editing = false;
  let marked = { frame: 0, pitch: 60 };

  function canEdit() {
    const { goes_on: goesOn, kind, state } = lane.value;
    return Boolean(goesOn) && kind === "roll" && ["done", "stopped"].includes(state);
  }
  const rowHeight = ([lowest, highest]) => (canvas.clientHeight - RULER) / (highest - lowest + 1);
  const frameWidth = () => part("picture").clientWidth / framesAcross(lane.value);

  function showEditing(isOn) {
    editing = isOn && canEdit();
    section.dataset.editing = editing;
    part("edit").setAttribute("aria-pressed", String(editing));
    if (editing) toast(EDIT_HINT);
    showMark();
  }

  function showMark() {
    const range = pitchRange(lane.value);
    const row = rowHeight(range);
    editMark.hidden = !editing;
    const [x, y] = [marked.frame * frameWidth(), RULER + (range[1] - marked.pitch) * row];
    editMark.style.transform = `translate(${x}px, ${y}px)`;
    Object.assign(editMark.style, { width: `${frameWidth()}px`, height: `${row}px` });
  }

  // The notes with this pitch put into this frame, or taken out of it; frames that touch make one note.
  function toggled(notes, pitch, frame) {
    const frames = new Set();
    for (const [, start, length] of notes.filter(([other]) => other === pitch))
      for (let at = start; at < start + length; at++) frames.add(at);
    if (!frames.delete(frame)) frames.add(frame);
    const own = [...frames]
      .sort((a, b) => a - b)
      .reduce((runs, at) => {
        const last = runs.at(-1);
        if (last && last[1] + last[2] === at) last[2] += 1;
        else runs.push([pitch, at, 1]);
        return runs;
      }, []);
    return [...notes.filter(([other]) => other !== pitch), ...own].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  }

  function toggleMarked() {
    const { frame, pitch } = marked;
    lane.value.notes = toggled(lane.value.notes, pitch, frame);
    const isIn = lane.value.notes.some(
      ([key, start, length]) => key === pitch && start <= frame && frame < start + length,
    );
    const heard = pitch + lane.value.semitones;
    part("said").textContent = `${pitchName(heard)} in frame ${frame + 1}: ${isIn ? "put in" : "taken out"}`;
    draw();
    showMark();
  }

  function editAt(event) {
    const box = canvas.getBoundingClientRect();
    const range = pitchRange(lane.value);
    const pitch = range[1] - Math.floor((event.clientY - box.top - RULER) / rowHeight(range));
    const frame = Math.floor((event.clientX - box.left) / frameWidth());
    if (pitch < range[0] || pitch > range[1] || frame < 0 || frame >= lane.value.frames_done) return;
    marked = { frame, pitch };
    toggleMarked();
  }

  function onEditKey(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!editing || event.target !== seek || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = steps[event.key];
    if (step) {
      const [lowest, highest] = pitchRange(lane.value);
      const within = (number, least, most) => Math.min(Math.max(number, least), most);
      marked = {
        frame: within(marked.frame + step[0], 0, lane.value.frames_done - 1),
        pitch: within(marked.pitch + step[1], lowest, highest),
      };
      showMark();
    } else if (event.key === "Enter") toggleMarked();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation(); // else lane.js would seek
  }

  part("edit").addEventListener("click", () => showEditing(!editing));
  section.addEventListener("keydown", onEditKey, { capture: true });
  for (const name of ["pointerdown", "click"])
    seek.addEventListener(
      name,
      (event) => {
        if (!editing) return;
        event.stopImmediatePropagation();
        if (name === "click") editAt(event);
      },
      { capture: true },
    );
  more.show.push(() => {
    part("edit").hidden = !canEdit();
    if (editing && !canEdit()) showEditing(false);
  });
  more.draw.push(showMark);
})();
