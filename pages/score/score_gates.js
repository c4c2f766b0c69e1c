// Under the strip of surprise, if wanted: how far open a gate of the network stood at each frame, a row for each unit.
// It stands behind score_lane.js and shares its scope. Rows are asked of the server by the event "gates", since few look.

const gatesCanvas = make("canvas", "lane-gates");
gatesCanvas.setAttribute("role", "img");
part("picture").insertBefore(gatesCanvas, part("playhead"));
const gateChoice = scorePart("gate-choice");
const SHADES = 15; // of a hexadecimal digit
const GATE_MEANINGS = {
  reset: "how much of its past a unit uses for what it might become",
  update: "how much of a unit is replaced by that",
  input: "how much of what is new goes into a unit's memory",
  forget: "how much of its memory a unit keeps",
  output: "how much of its memory a unit shows",
};

let opened = null; // what the server found: { model, gate, rows }
let gatesOffered = "";

function offerGates() {
  const names = JSON.parse(value.gates || "[]");
  scorePart("gates").hidden = !names.length;
  const key = `${value.model} ${value.surprise} ${value.gates}`;
  if (key === gatesOffered) return;
  gatesOffered = key;
  const wanted = gateChoice.selectedOptions[0]?.text;
  gateChoice.replaceChildren(new Option("no gate", ""), ...names.map((name, place) => new Option(name, place)));
  const same = [...gateChoice.options].find(({ text }) => text === wanted);
  gateChoice.value = same ? same.value : "";
  opened = null;
  askForGate();
}

function askForGate() {
  if (gateChoice.value === "") opened = null;
  else trigger("gates", { model: value.model, gate: Number(gateChoice.value) });
  showGates();
}

function showGates() {
  lane.dataset.gates = Boolean(opened);
  const title = opened && gateChoice.selectedOptions[0].text;
  const meaning = opened && GATE_MEANINGS[title.split(" ")[0].toLowerCase()];
  const rows = opened ? count(opened.rows.length, "unit") : "";
  scorePart("gate-how").textContent = opened ? `${rows}, the one that moves most on top; the darker, the wider open: ${meaning}.` : "";
  gatesCanvas.setAttribute("aria-label", opened ? `${title} of ${rows} at each frame` : "");
  draw();
}

function drawGates(width) {
  if (!opened) return;
  const look = lookOf(gatesCanvas, width, gatesCanvas.clientHeight, value);
  if (!look.height) return;
  const { pen, colour, height } = look;
  const row = height / opened.rows.length;
  pen.fillStyle = colour("lane-colour");
  opened.rows.forEach((shades, place) => {
    [...shades].forEach((digit, frame) => {
      pen.globalAlpha = parseInt(digit, 16) / SHADES;
      pen.fillRect(frame * look.frame, place * row, look.frame + 0.3, row);
    });
  });
  pen.globalAlpha = 1;
}

function seeGates(found) {
  if (!found || found.model !== value.model || String(found.gate) !== gateChoice.value) return;
  opened = found;
  showGates();
}

gateChoice.addEventListener("change", askForGate);
more.show.push(offerGates);
more.draw.push(drawGates);
watch("opened", () => seeGates(props.opened));
offerGates();
