// An optional picture under the strip of surprise: how far a gate of the network was open at each frame, a
// row for each of up to 48 units. The rows are asked of the server with the event "gates", since few visitors
// look at them. Comes after score_lane.js.

(() => {
  const { count, lookOf } = lanePicture;
  const { draw, more, section } = lane;
  const { make, part } = laneFigures;
  const gatesCanvas = make("canvas", "lane-gates");
  gatesCanvas.setAttribute("role", "img");
  part("picture").insertBefore(gatesCanvas, part("playhead"));
  const gateChoice = scoreLane.part("gate-choice");
  const MAX_SHADE = 15; // the largest hexadecimal digit
  const GATE_MEANINGS = {
    reset: "how much of a unit's past the proposals for new states use",
    update: "how much of a unit's state is replaced by its proposal for a new one",
    input: "how much of what is new goes into a unit's memory",
    forget: "how much of its memory a unit keeps",
    output: "how much of its memory a unit passes on",
  };

  let opened = null; // what the server has answered: { model, gate, rows }
  let gatesOffered = "";

  function offerGates() {
    const names = JSON.parse(lane.value.gates || "[]");
    scoreLane.part("gates").hidden = !names.length;
    const key = `${lane.value.model} ${lane.value.surprise} ${lane.value.gates}`;
    if (key === gatesOffered) return;
    gatesOffered = key;
    const wanted = gateChoice.selectedOptions[0]?.text;
    gateChoice.replaceChildren(
      new Option("no gate", ""),
      ...names.map((name, place) => new Option(name, place)),
    );
    const same = [...gateChoice.options].find(({ text }) => text === wanted);
    gateChoice.value = same ? same.value : "";
    opened = null;
    askForGate();
  }

  function askForGate() {
    if (gateChoice.value === "") opened = null;
    else trigger("gates", { model: lane.value.model, gate: Number(gateChoice.value) });
    showGates();
  }

  function showGates() {
    section.dataset.gates = Boolean(opened);
    const title = opened && gateChoice.selectedOptions[0].text;
    const meaning = opened && GATE_MEANINGS[title.split(" ")[0].toLowerCase()];
    const rows = opened ? count(opened.rows.length, "unit") : "";
    scoreLane.part("gate-how").textContent = opened
      ? `${rows}, the one that moves most on top; the stronger the colour, the wider open: ${meaning}.`
      : "";
    gatesCanvas.setAttribute("aria-label", opened ? `${title} of ${rows} at each frame` : "");
    draw();
  }

  function drawGates(width) {
    if (!opened) return;
    const look = lookOf(gatesCanvas, width, gatesCanvas.clientHeight, lane.value);
    if (!look.height) return;
    const { pen, colour, height } = look;
    const row = height / opened.rows.length;
    pen.fillStyle = colour("lane-colour");
    opened.rows.forEach((shades, place) => {
      [...shades].forEach((digit, frame) => {
        pen.globalAlpha = parseInt(digit, 16) / MAX_SHADE;
        pen.fillRect(frame * look.frame, place * row, look.frame + 0.3, row); // a little over the next, so that no seam shows
      });
    });
    pen.globalAlpha = 1;
  }

  function seeGates(answer) {
    if (!answer || answer.model !== lane.value.model || String(answer.gate) !== gateChoice.value) return;
    opened = answer;
    showGates();
  }

  gateChoice.addEventListener("change", askForGate);
  more.show.push(offerGates);
  more.draw.push(drawGates);
  watch("opened", () => seeGates(props.opened));
  offerGates();
})();
