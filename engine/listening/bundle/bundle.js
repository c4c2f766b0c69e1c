// A listening test without a server: this script gives trial.js what Gradio gives it in the app, keeps the
// answers in the browser, and lets the listener download them. It is loaded after trial.js.
//
// Sounds. Chromium, Firefox and Safari all forbid a page opened from disk (file://) to fetch() the files
// next to it; Web Audio gets no sound from an <audio> element with such a file, and two <audio> elements
// cannot be kept on one clock. But all of them run a script next to the page, so each sound is a script that
// holds its MP3 file in base64. A bundle on a web host uses the same scripts.

(() => {
  const test = window.earshotTest;
  const element = document.querySelector(".bundle");
  const within = (name) => element.querySelector(`.bundle-${name}`);
  const STORE = `earshot-${test.bundle}`;

  // ---- what trial.js gets

  const props = { value: null };
  let changed = () => {};
  const watch = (_name, act) => {
    changed = act;
  };
  const trigger = (event, given) => event === "vote" && keep(given);
  let sounds = new Map(); // for the trial on the page: lane id -> promise of its bytes
  const surroundings = {
    send: (given) => trigger("vote", given),
    stateArrived: () => false,
    soundOf: (lane) => sounds.get(lane.id),
    opened({ lanes }) {
      sounds = new Map(lanes.map((lane) => [lane.id, bytesOf(lane.id)]));
      for (const sound of sounds.values()) sound.catch(() => {}); // reported when the listener plays it
    },
  };

  const arriving = new Map(); // id -> function that takes the sound when its script runs
  window.earshotSound = (id, base64) => arriving.get(id)?.(base64);

  function bytesOf(id) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      arriving.set(id, (base64) =>
        resolve(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer),
      );
      script.onload = script.onerror = () => {
        arriving.delete(id);
        script.remove();
        reject(new Error("the sound could not be loaded")); // no effect if the sound has come
      };
      script.src = `sounds/${id}.js`;
      document.head.append(script);
    });
  }

  // ---- what is kept

  const now = () => new Date().toISOString();
  const random = (count) => crypto.getRandomValues(new Uint32Array(count));
  let kept = null;
  let keepsNothing = false;

  function newcomer() {
    const keys = random(test.trials.length); // sort keys: each listener gets an order of their own
    const order = test.trials.map(({ trial }, number) => [keys[number], trial]).sort(([a], [b]) => a - b);
    const listener = [...random(4)].map((number) => number.toString(16).padStart(8, "0")).join("");
    return {
      listener,
      device: "",
      order: order.map(([, trial]) => trial),
      asked: {},
      answers: [],
      downloaded: 0,
    };
  }

  function recall() {
    try {
      const stored = JSON.parse(localStorage.getItem(STORE));
      return Array.isArray(stored?.answers) && stored.order?.length === test.trials.length ? stored : null;
    } catch {
      return null; // no storage here, or something else in its place
    }
  }

  function save() {
    try {
      localStorage.setItem(STORE, JSON.stringify(kept));
    } catch {
      keepsNothing = true;
    }
  }

  const answered = (trial) => kept.answers.some((answer) => answer.trial === trial);

  function keep({ trial, ...given }) {
    const elsewhere = recall(); // the test may be open twice
    if (elsewhere?.listener === kept.listener) kept = elsewhere;
    const who = {
      schema_version: 1,
      bundle: test.bundle,
      trial,
      listener: kept.listener,
      device: kept.device,
    };
    if (!answered(trial))
      kept.answers.push({ ...who, ...given, asked_at: kept.asked[trial] ?? now(), answered_at: now() });
    save();
    goOn();
    (props.value ? part("question") : within("end").querySelector("h2")).focus();
  }

  const lines = () => kept.answers.map((answer) => `${JSON.stringify(answer)}\n`).join("");

  function download() {
    const address = URL.createObjectURL(new Blob([lines()], { type: "application/x-ndjson" }));
    const link = Object.assign(document.createElement("a"), {
      href: address,
      download: `answers-${kept.listener.slice(0, 8)}.jsonl`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    kept.downloaded = kept.answers.length;
    save();
    count();
  }

  function startAnew() {
    const safe = kept.downloaded === kept.answers.length;
    if (
      !confirm(
        safe
          ? "Delete these answers from this browser?"
          : "Some answers have not been downloaded. Delete all answers?",
      )
    )
      return;
    kept = newcomer();
    save();
    goOn();
    within("start").reset();
    within("start").elements.device.focus();
  }

  // ---- what is on the page

  function goOn() {
    const next = kept.device && kept.order.find((trial) => !answered(trial));
    element.dataset.part = next ? "trial" : kept.device ? "end" : "start";
    if (next) {
      kept.asked[next] ??= now();
      save();
    }
    props.value = next ? question(next) : null;
    changed();
    count();
    within("forgetful").hidden = !keepsNothing;
    window.scrollTo(0, 0);
  }

  function question(trial) {
    const { lanes } = test.trials.find((candidate) => candidate.trial === trial);
    return {
      state: "asking",
      trial,
      number: kept.answers.length + 1,
      num_trials: test.trials.length,
      question: test.question,
      names: test.names,
      answers: test.answers,
      seconds: test.seconds,
      counts_from: test.counts_from,
      needed: test.needed,
      enough: test.enough,
      lanes: lanes.map((id) => ({ id })),
      message: keepsNothing && !kept.answers.length ? within("forgetful").textContent : "",
    };
  }

  function count() {
    const [done, all] = [kept.answers.length, test.trials.length];
    const how =
      kept.downloaded === done ? ", and downloaded" : done < all ? ", and kept in this browser" : "";
    within("results").hidden = !done;
    within("count").textContent =
      `${done} of ${all} answered${keepsNothing && !how.includes("down") ? "" : how}.`;
    within("text").value = lines();
  }

  function openTest() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const colour = () => document.body.classList.toggle("dark", dark.matches);
    dark.addEventListener("change", colour);
    colour();
    part("question").tabIndex = -1; // so that it is read out when a new trial begins
    const trials = test.trials.length;
    within("task").textContent =
      `${trials === 1 ? "One question" : `${trials} questions, each`} about ${test.summary}`;
    within("needed").textContent = `${Math.ceil(test.needed)} second${test.needed > 1 ? "s" : ""}`;
    within("origin").textContent = test.origin;
    within("start").addEventListener("submit", (event) => {
      event.preventDefault();
      kept.device = new FormData(event.target).get("device");
      save();
      goOn();
      part("question").focus();
    });
    within("download").addEventListener("click", download);
    within("again").addEventListener("click", startAnew);
    kept = recall() ?? newcomer();
    save();
    goOn();
  }

  const part = openTrial({ element, props, watch, trigger, surroundings });
  openTest();
})();
