// Links: a piece as an address: what it begins with, and its changes with their frames.

const FORMAT = 1;
const MOST_CHANGES = 20_000;
const NOT_WHOLE = "This link is not whole: copy it again.";

export function addressOf({ name, seed, temperature, changes, tempo, program }) {
  const text = JSON.stringify({ f: FORMAT, m: name, s: seed, t: temperature, c: changes, q: tempo, i: program });
  const letters = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${location.href.split("#")[0]}#piece=${letters}`;
}

// What an address asks for, or nothing; `models` are those that there are.
export function pieceOf(hash, models) {
  if (!hash.startsWith("#piece")) return null;
  const letters = /^#piece=([\w-]+)$/.exec(hash)?.[1] ?? "";
  const found = read(letters);
  const { f: format, m: name, s: seed, t: temperature, c: changes, q: tempo, i: program } = found;
  if (format > FORMAT) throw new Error("This link is of a newer page: load this one again, or ask for its piece as MIDI.");
  const isList = Array.isArray(changes) && changes.length <= MOST_CHANGES && changes.every((change) => change && typeof change === "object");
  if (typeof name !== "string" || !isList) throw new Error(NOT_WHOLE);
  const names = [name, ...changes.flatMap(({ model }) => (model ? [model] : []))];
  const missing = names.find((each) => !models.some((card) => card.name === each));
  if (missing !== undefined) throw new Error(`This link plays the model ${String(missing).slice(0, 40)}, which is not here.`);
  const isWhole = Number.isSafeInteger(seed) && seed >= 0 && temperature > 0;
  const music = new Set(names.map((each) => models.find((card) => card.name === each).corpus));
  if (!isWhole || music.size > 1 || !changes.every(isChange)) throw new Error(NOT_WHOLE);
  return { names: [...new Set(names)], first: { name, seed, temperature }, planned: changes, tempo, program };
}

// The object that the letters stand for.
function read(letters) {
  try {
    const found = JSON.parse(atob(letters.replaceAll("-", "+").replaceAll("_", "/")));
    if (found && typeof found === "object") return found;
  } catch {
    // said below
  }
  throw new Error(NOT_WHOLE);
}

function isChange({ at, temperature, seed, given, joined }) {
  const columns = (list) => Array.isArray(list) && list.every((column) => Number.isInteger(column) && column >= 0 && column < 128);
  return (
    Number.isSafeInteger(at) && at >= 0 &&
    (temperature === undefined || temperature > 0) &&
    (seed === undefined || (Number.isSafeInteger(seed) && seed >= 0)) &&
    (given === undefined || (Array.isArray(given) && given.every(columns))) &&
    (joined === undefined || columns(joined))
  );
}
