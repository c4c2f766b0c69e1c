// What a lane says: its names, figures and files, and how far its draw has come. `element` comes from Gradio.
// Text enters through textContent alone, since titles may hold a visitor's file name. Comes before lane.js.

// biome-ignore lint/correctness/noUnusedVariables: lane.js and those after it use it
const laneFigures = (() => {
  const part = (name) => element.querySelector(`.lane-${name}`);
  const shown = {}; // what each list was last built from
  let began = null; // when and at which frame this draw was first seen sampling, for the rate

  // Shows a lane's value; returns whether another draw has begun.
  function show(value) {
    part("progress").setAttribute("aria-label", `Frames sampled by ${value.title || "the model"}`);
    part("title").textContent = value.title || "";
    part("subtitle").textContent = value.subtitle || "";
    part("waiting").textContent = value.state === "empty" ? value.message || "Nothing sampled yet" : "";
    part("message").textContent = value.state === "empty" ? "" : value.message || "";
    rebuild("figures", value.figures, figure);
    rebuild("facts", value.facts, figure);
    part("details").hidden = !value.facts?.length;
    rebuild("files", value.downloads, download);
    part("link").hidden = !value.link;
    part("view").hidden = value.kind !== "wave" || !value.spectrum;
    return showProgress(value);
  }

  function rebuild(name, list, build) {
    const key = JSON.stringify(list || []);
    if (shown[name] === key) return; // so that a link keeps its focus
    shown[name] = key;
    part(name).replaceChildren(...(list || []).map(build));
  }

  function make(tag, className, text, children = []) {
    const node = Object.assign(document.createElement(tag), { className, textContent: text });
    node.append(...children);
    return node;
  }

  function figure([label, text]) {
    return make("div", "lane-figure", "", [make("dt", "", label), make("dd", "", text)]);
  }

  function download([label, path]) {
    const link = make("a", "lane-file earshot-pill", label);
    const name = path.split(/[\\/]/).at(-1);
    Object.assign(link, { href: fileAddress(path), download: name, title: name });
    link.setAttribute("aria-label", `Download ${name}`);
    return link;
  }

  // How much is drawn: in bars of music, or in seconds of sound.
  function howFar(value) {
    const { frames_done: done, num_frames: all, frames_per_bar: bar, seconds_per_frame: seconds } = value;
    if (value.kind === "roll") return `bar ${Math.ceil(done / bar)} of ${Math.ceil(all / bar)}`;
    return `${(done * seconds).toFixed(1)} of ${(all * seconds).toFixed(1)} s`;
  }

  function showProgress(value) {
    const sampling = value.state === "sampling";
    const now = performance.now();
    if (!sampling) began = null;
    const isNew = sampling && (!began || value.frames_done < began.frames);
    if (isNew) began = { time: now, frames: value.frames_done };
    const rate =
      began && now > began.time + 400 ? ((value.frames_done - began.frames) / (now - began.time)) * 1000 : 0;
    const times = Math.round(rate * value.seconds_per_frame);
    const pace = times > 1 ? ` · ${times}× as fast as it sounds` : "";
    part("status").textContent = sampling
      ? howFar(value).replace("bar", "Bar") + pace
      : value.state === "stopped"
        ? `Stopped at ${howFar(value)}`
        : value.ending || "";
    const bar = part("progress");
    bar.setAttribute("aria-valuemax", value.num_frames);
    bar.setAttribute("aria-valuenow", value.frames_done);
    bar.firstElementChild.style.transform = `scaleX(${value.frames_done / Math.max(value.num_frames, 1)})`;
    return isNew;
  }

  // The address of a file that the app serves, from its path there.
  function fileAddress(path) {
    const { root, api_prefix: prefix } = window.gradio_config;
    return webAddress(`${root}${prefix}/file=${encodeURI(path)}`);
  }

  function webAddress(address) {
    const url = new URL(address, location.href); // never a javascript: address
    return ["http:", "https:"].includes(url.protocol) ? url.href : "";
  }

  return { fileAddress, make, part, show, webAddress };
})();
