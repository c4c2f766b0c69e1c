// One trial on the page: clips whose makers the page does not know, an answer, and what the server tells
// after it. `element`, `props`, `watch` and `trigger` come from Gradio, or from bundle.js. `surroundings`
// holds what differs between the app and a bundle: trial_app.js and bundle.js, which are loaded after this
// file, each pass their own: soundOf(lane), opened(value), send(answer), and stateArrived(value), which says
// whether a kept answer is being sent again. trial_player.js (Player) is loaded before it. Text is set only by textContent.

// Returns a function that finds a part of the page by its name.
// biome-ignore lint/correctness/noUnusedVariables: trial_app.js and bundle.js use it
function openTrial({ element, props, watch, trigger, surroundings }) {
  const part = (name) => element.querySelector(`.trial-${name}`);
  const trial = element.querySelector(".trial");
  const player = new Player(paint, surroundings.soundOf);
  const PAINT_EVERY = 50; // milliseconds
  const NOTHING = { state: "empty", lanes: [], names: [], answers: [], message: "", counts_from: 0 };

  let value = NOTHING;
  let shown = ""; // id of the trial that is on the page
  let begunAt = null; // when a control was first used, and its sound was there
  let sent = false;
  let places = [];
  let painted = 0; // when, in milliseconds, while it plays
  let ticking = false;

  const clock = (seconds) =>
    value.seconds < 10
      ? `${seconds.toFixed(1)} s`
      : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  // Text that stays as it is costs nothing, and is not read out again.
  function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function make(tag, className, text, attributes = {}) {
    const node = Object.assign(document.createElement(tag), { className, textContent: text });
    for (const [name, given] of Object.entries(attributes)) node.setAttribute(name, given);
    return node;
  }

  // ---- what the server says

  function show(next) {
    if (next?.state === "again")
      value = { ...value, message: next.message }; // the answer was not accepted
    else if (next?.state === "kept" && next.trial === value.trial) {
      // the answer is kept; whose the clips are comes in a later value
      const { message, choice, has_next } = next;
      value = { ...value, state: "answered", message, choice, has_next };
    } else value = { ...NOTHING, ...(next || {}) };
    trial.dataset.state = value.state;
    part("question").textContent = value.question || "";
    part("place").textContent = value.num_trials ? `Trial ${value.number} of ${value.num_trials}` : "";
    part("message").textContent = value.message || "";
    if (value.trial !== shown) begin();
    sent = surroundings.stateArrived({ ...value, state: next?.state }) || value.state === "answered";
    part("next").hidden = !(value.state === "answered" && value.has_next);
    reveal();
    paint();
  }

  function begin() {
    shown = value.trial;
    begunAt = null;
    places = value.lanes.map(() => 0);
    player.load(value.lanes, value.counts_from);
    if (value.trial) surroundings.opened(value);
    // the listener has scrolled down to the end of the trial before
    if (value.trial && trial.getBoundingClientRect().top < 0) trial.scrollIntoView();
    part("lanes").replaceChildren(...value.lanes.map((_, number) => laneButton(number)));
    part("answers").replaceChildren(
      ...(value.answers.length || !value.lanes.length ? plainAnswers() : rankAnswers()),
    );
  }

  function laneButton(number) {
    const button = make("button", "trial-lane earshot-round", "", {
      type: "button",
      "aria-pressed": "false",
    });
    button.append(make("span", "trial-lane-name", value.names[number]), make("span", "trial-lane-heard", ""));
    button.addEventListener("click", () => listenTo(number));
    return button;
  }

  function plainAnswers() {
    return value.answers.map(([choice, text]) => {
      const button = make("button", "trial-answer earshot-round", text, {
        type: "button",
        "data-choice": choice,
      });
      button.addEventListener("click", () => answer(choice));
      return button;
    });
  }

  function rankAnswers() {
    const lists = value.lanes.map((_, number) => {
      const label = make("label", "trial-rank", `Clip ${value.names[number]} is in place `);
      const list = make("select", "", "");
      list.append(
        make("option", "", "–", { value: "0" }),
        ...value.lanes.map((_, n) => make("option", "", `${n + 1}`, { value: `${n + 1}` })),
      );
      list.addEventListener("change", () => {
        places[number] = Number(list.value);
        paint();
      });
      label.append(list);
      return label;
    });
    const button = make("button", "trial-answer earshot-round", "This is my order", { type: "button" });
    button.addEventListener("click", () => answer(places));
    return [...lists, button];
  }

  function reveal() {
    const rows = (value.reveal || []).map((lane) => {
      const row = make("div", "trial-revealed", "");
      row.append(make("strong", "", lane.name), make("span", "trial-source", lane.source));
      return row;
    });
    if (value.told) rows.unshift(make("p", "trial-told", value.told));
    if (value.reveal?.some(({ facts }) => facts)) rows.push(figures(value.reveal));
    if (value.verdict) rows.push(make("p", "trial-verdict", value.verdict));
    if (value.links?.length) {
      const after = make("nav", "trial-links", "", { "aria-label": "After the test" });
      after.append(
        ...value.links.map(([text, href]) => make("a", "trial-link earshot-round", text, { href })),
      );
      rows.push(after);
    }
    const isNew = rows.length && !part("reveal").childElementCount;
    part("reveal").replaceChildren(...rows);
    if (isNew) requestAnimationFrame(() => part("next").scrollIntoView({ block: "nearest" }));
    if (isNew) requestAnimationFrame(() => part("reveal").scrollIntoView({ block: "nearest" }));
    if (value.state !== "answered") return;
    part("answers")
      .querySelectorAll("[data-choice]")
      .forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.choice === value.choice)),
      );
    part("answers")
      .querySelectorAll("select")
      .forEach((list, number) => (list.value = value.choice?.[number] ?? "0"));
  }

  // How surprising the models of the test find each clip, behind a line that opens it.
  function figures(lanes) {
    const all = make("details", "trial-figures earshot-fold", "");
    all.append(make("summary", "", "How surprising each clip is to the models"));
    for (const { name, facts } of lanes) {
      const row = make("div", "trial-figure", "");
      row.append(make("strong", "", name), make("span", "trial-facts", facts));
      all.append(row);
    }
    return all;
  }

  // ---- sound

  async function withSound(act) {
    try {
      await player.ready();
      begunAt ??= performance.now();
      act();
    } catch {
      part("now").textContent = "This browser could not load the sound: reload the page";
    }
  }

  const listenTo = (number) =>
    withSound(() => {
      player.choose(number);
      // a short clip is over before a listener could compare one place in it, so each choice goes to the opening, a little before they differ
      if (toTheEnd()) player.seek(player.opening);
      if (!player.playing) player.start();
    });
  const toggle = () => withSound(() => (player.playing ? player.pause() : player.start()));
  const loopFrom = () => withSound(() => player.setLoop(player.now(), player.loop?.[1] ?? player.duration));
  const loopTo = () => withSound(() => player.setLoop(player.loop?.[0] ?? 0, player.now()));
  const free = () => withSound(() => player.setLoop(0, 0));

  // ---- what is on the page

  const toTheEnd = () => (value.needed || 0) >= (value.seconds || 0) - value.counts_from - 0.01;
  const enough = (seconds) => (seconds ?? 0) >= (value.enough ?? 0);
  const inSentence = (name) => (name.length > 1 ? name[0].toLowerCase() + name.slice(1) : name);

  function missing() {
    const needed = value.needed || 0;
    const heard = player.heardSeconds();
    const short = value.lanes.map((_, n) => n).filter((n) => !enough(heard[n]));
    const names = short.map((n) => inSentence(value.names[n])).join(" and ");
    const after = value.counts_from ? " after the mark" : "";
    const howLong = toTheEnd() ? "to the end" : `for at least ${Math.ceil(needed)} seconds${after}`;
    if (short.length) return `Before you answer, listen to ${names} ${howLong}`;
    if (!value.answers.length && places.some((place) => !place))
      return "Give every clip a place; equal places are allowed";
    return "";
  }

  function paint() {
    const position = player.now();
    const length = player.duration || value.seconds || 0;
    const heard = player.heardSeconds();
    part("lanes")
      .querySelectorAll(".trial-lane")
      .forEach((button, number) => {
        button.setAttribute("aria-pressed", String(number === player.active));
        const isEnough = heard[number] && enough(heard[number]);
        write(
          button.querySelector(".trial-lane-heard"),
          isEnough ? "heard" : `${Math.floor(heard[number] || 0)} s`,
        );
      });
    write(part("play"), player.playing ? "Pause" : "Play");
    write(part("time"), `${clock(position)} / ${clock(length)}`);
    const seek = part("seek");
    seek.max = length;
    if (document.activeElement !== seek || player.playing) seek.value = position;
    part("progress").style.inlineSize = `${length ? (100 * position) / length : 0}%`;
    const shared = length ? (100 * value.counts_from) / length : 0;
    part("shared").style.inlineSize = part("differ").style.insetInlineStart = `${shared}%`;
    const mark = value.lanes.length > 1 ? "from here on they differ" : "from here on it counts";
    write(part("differ"), shared ? mark : "");
    const [from, to] = player.loop ?? [0, 0];
    Object.assign(part("loop").style, {
      insetInlineStart: `${(100 * from) / (length || 1)}%`,
      inlineSize: `${(100 * (to - from)) / (length || 1)}%`,
    });
    const name = value.names[player.active];
    const looping = player.loop ? `, looping ${clock(from)} to ${clock(to)}` : "";
    write(part("now"), name ? `${player.playing ? "Playing" : "Paused"}: ${name}${looping}` : "");
    const reason = value.state === "asking" ? missing() : "";
    write(part("gate"), reason);
    part("answers")
      .querySelectorAll("button")
      .forEach((button) => (button.disabled = sent || value.state !== "asking" || Boolean(reason)));
    part("answers")
      .querySelectorAll("select")
      .forEach((list) => (list.disabled = sent || value.state !== "asking"));
    if (player.playing && !ticking) {
      ticking = true;
      requestAnimationFrame(tick);
    }
  }

  function tick(now) {
    if (!element.isConnected) return player.reset();
    player.listen();
    ticking = player.playing;
    if (!ticking) return;
    if (now - painted >= PAINT_EVERY) {
      paint();
      painted = now;
    }
    requestAnimationFrame(tick);
  }

  // ---- what the listener says

  function answer(choice) {
    if (sent || value.state !== "asking" || missing()) return;
    sent = true;
    if (player.playing) player.pause();
    const heard = player.heardSeconds().map((seconds) => Number(seconds.toFixed(2)));
    const response = Number(((performance.now() - begunAt) / 1000).toFixed(2));
    surroundings.send({ trial: value.trial, choice, heard_seconds: heard, response_seconds: response });
    paint();
  }

  function onKey(event) {
    if (
      !value.lanes.length ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey ||
      event.target.closest("select, summary")
    )
      return;
    const onButton = event.target.closest("button, a");
    const letters = value.names.map((name) => name.toLowerCase());
    const lane = "12345".includes(event.key)
      ? Number(event.key) - 1
      : letters.indexOf(event.key.toLowerCase());
    const acts = {
      " ": toggle,
      "[": loopFrom,
      "]": loopTo,
      "\\": free,
      n: () => part("next").hidden || part("next").click(),
      ArrowLeft: () => withSound(() => player.seek(player.now() - 2)),
      ArrowRight: () => withSound(() => player.seek(player.now() + 2)),
      Home: () => withSound(() => player.seek(0)),
    };
    if (event.key === " " && onButton) return;
    if (lane >= 0 && lane < value.lanes.length) listenTo(lane);
    else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
  }

  part("help").open = matchMedia("(hover: hover)").matches; // where there is a mouse there are keys too
  part("play").addEventListener("click", toggle);
  part("from").addEventListener("click", loopFrom);
  part("to").addEventListener("click", loopTo);
  part("free").addEventListener("click", free);
  part("seek").addEventListener("input", (event) => {
    const seconds = Number(event.target.value);
    withSound(() => player.seek(seconds));
  });
  part("next").addEventListener("click", () => trigger("next", { trial: value.trial }));
  document.addEventListener(
    "keydown",
    (event) =>
      element.isConnected &&
      !event.target.closest("input:not(.trial-seek), textarea, dialog") &&
      onKey(event),
  );
  watch("value", () => show(props.value));
  show(props.value);

  return part;
}
