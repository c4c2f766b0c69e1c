// A beginning is mended by hand: while a roll is edited a click puts a note in or takes it out, a frame at a time, and
// what is gone on from has them. It stands behind lane.js and shares its scope. With keys: the arrows move a mark from
// frame to frame and from key to key, Enter puts in and takes out.

const KEY_NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const EDIT_HINT = "Click notes in or out (keys: arrows and Enter), then go on from a place behind them";
const editMark = make("div", "lane-edit-mark", "");
editMark.setAttribute("aria-hidden", "true");
part("picture").append(editMark);

let editing = false;
let marked = { frame: 0, pitch: 60 };

const canEdit = () => Boolean(value.goes_on) && value.kind === "roll" && ["done", "stopped"].includes(value.state);
const rowHeight = ([lowest, highest]) => (canvas.clientHeight - RULER) / (highest - lowest + 1);
const frameWidth = () => part("picture").clientWidth / framesAcross(value);

function showEditing(isOn) {
  editing = isOn && canEdit();
  lane.dataset.editing = editing;
  part("edit").setAttribute("aria-pressed", String(editing));
  if (editing) toast(EDIT_HINT);
  showMark();
}

function showMark() {
  const range = pitchRange(value);
  const row = rowHeight(range);
  editMark.hidden = !editing;
  editMark.style.transform = `translate(${marked.frame * frameWidth()}px, ${RULER + (range[1] - marked.pitch) * row}px)`;
  Object.assign(editMark.style, { width: `${frameWidth()}px`, height: `${row}px` });
}

// The notes with this key in this frame struck, or not any more; what touches is one note, as a roll has it.
function toggled(notes, pitch, frame) {
  const frames = new Set();
  for (const [, start, length] of notes.filter(([other]) => other === pitch))
    for (let each = start; each < start + length; each++) frames.add(each);
  if (!frames.delete(frame)) frames.add(frame);
  const own = [...frames].sort((a, b) => a - b).reduce((runs, each) => {
    const last = runs.at(-1);
    if (last && last[1] + last[2] === each) last[2] += 1;
    else runs.push([pitch, each, 1]);
    return runs;
  }, []);
  return [...notes.filter(([other]) => other !== pitch), ...own].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
}

function toggleMarked() {
  const { frame, pitch } = marked;
  value.notes = toggled(value.notes, pitch, frame);
  const isIn = value.notes.some(([key, start, length]) => key === pitch && start <= frame && frame < start + length);
  const heard = pitch + value.semitones;
  part("said").textContent = `${KEY_NAMES[heard % 12]}${Math.floor(heard / 12) - 1} in frame ${frame + 1}: ${isIn ? "put in" : "taken out"}`;
  draw();
  showMark();
}

function editAt(event) {
  const box = canvas.getBoundingClientRect();
  const range = pitchRange(value);
  const pitch = range[1] - Math.floor((event.clientY - box.top - RULER) / rowHeight(range));
  const frame = Math.floor((event.clientX - box.left) / frameWidth());
  if (pitch < range[0] || pitch > range[1] || frame < 0 || frame >= value.frames_done) return;
  marked = { frame, pitch };
  toggleMarked();
}

function onEditKey(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  if (!editing || event.target !== seek || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = steps[event.key];
  if (step) {
    const [lowest, highest] = pitchRange(value);
    const within = (number, least, most) => Math.min(Math.max(number, least), most);
    marked = { frame: within(marked.frame + step[0], 0, value.frames_done - 1), pitch: within(marked.pitch + step[1], lowest, highest) };
    showMark();
  } else if (event.key === "Enter") toggleMarked();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation(); // else the sound is moved
}

part("edit").addEventListener("click", () => showEditing(!editing));
lane.addEventListener("keydown", onEditKey, { capture: true });
for (const name of ["pointerdown", "click"])
  seek.addEventListener(name, (event) => {
    if (!editing) return;
    event.stopImmediatePropagation();
    if (name === "click") editAt(event);
  }, { capture: true });
more.show.push(() => {
  part("edit").hidden = !canEdit();
  if (editing && !canEdit()) showEditing(false);
});
more.draw.push(showMark);
