// Links: a piece as an address, which holds what the piece begins with and all its changes (drawing.js).

const FORMAT = 1;
const MOST_CHANGES = 20_000;
const NOT_WHOLE = "This link is not whole: copy it again.";

export function addressOf({ name, seed, temperature, changes, tempo, program }) {
  const begun = { f: FORMAT, m: name, s: seed, t: temperature };
  const text = JSON.stringify({ ...begun, c: changes, q: tempo, i: program });
  const letters = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${location.href.split("#")[0]}#piece=${letters}`;
}

// The piece in the hash of an address, or null if it holds none; `models` are the cards of this page.
export function pieceOf(hash, models) {
  if (!hash.startsWith("#piece")) return null;
  const letters = /^#piece=([\w-]+)$/.exec(hash)?.[1] ?? "";
  const fields = read(letters);
  const { f: format, m: name, s: seed, t: temperature, c: changes, q: tempo, i: program } = fields;
  if (format > FORMAT)
    throw new Error("This link was made by a newer page: load this one again, or ask for its piece as MIDI.");
  const isList =
    Array.isArray(changes) &&
    changes.length <= MOST_CHANGES &&
    changes.every((change) => change && typeof change === "object");
  if (typeof name !== "string" || !isList) throw new Error(NOT_WHOLE);
  const names = [name, ...changes.flatMap(({ model }) => (model ? [model] : []))];
  const missing = names.find((wanted) => !models.some((card) => card.name === wanted));
  if (missing !== undefined)
    throw new Error(`This link plays the model ${String(missing).slice(0, 40)}, which is not here.`);
  const isWhole = Number.isSafeInteger(seed) && seed >= 0 && temperature > 0;
  const music = new Set(names.map((wanted) => models.find((card) => card.name === wanted).corpus));
  if (!isWhole || music.size > 1 || !changes.every(isChange)) throw new Error(NOT_WHOLE);
  return { names: [...new Set(names)], first: { name, seed, temperature }, planned: changes, tempo, program };
}

// The object that the letters stand for.
function read(letters) {
  try {
    const fields = JSON.parse(atob(letters.replaceAll("-", "+").replaceAll("_", "/")));
    if (fields && typeof fields === "object") return fields;
  } catch {
    // the error below is thrown
  }
  throw new Error(NOT_WHOLE);
}

function isChange({ at, temperature, seed, given, joined }) {
  const columns = (list) =>
    Array.isArray(list) && list.every((column) => Number.isInteger(column) && column >= 0 && column < 128);
  return (
    Number.isSafeInteger(at) &&
    at >= 0 &&
    (temperature === undefined || temperature > 0) &&
    (seed === undefined || (Number.isSafeInteger(seed) && seed >= 0)) &&
    (given === undefined || (Array.isArray(given) && given.every(columns))) &&
    (joined === undefined || columns(joined))
  );
}
