// Weights: fetches a model's files, checks them and lays them out as the kernel takes them.

const PAGE = new URL("../", import.meta.url); // since a worker's relative addresses start at its own file
const NUMBER_BYTES = { F16: 2, F32: 4 };

// The bytes of a file; `told` is called with the number that have arrived so far.
export async function fetched(path, told = () => {}) {
  let answer;
  try {
    answer = await fetch(new URL(path, PAGE));
  } catch {
    throw new Error("You are offline, and this is not stored here yet: try again when you are online.");
  }
  if (!answer.ok)
    throw new Error(
      `${path.split("/").at(-1).split("?")[0]} cannot be found (${answer.status}): load the page again.`,
    );
  const parts = [];
  let length = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    told(length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// Addresses hold part of the hash, so that a stored file is never one of another version.
const addressOf = ({ name, sha256 }, ending) => `models/${name}.${ending}?${sha256.slice(0, 12)}`;

// What a model is made of: `program` and `tensors` for an Instance, `isJoint` (whether the notes of a frame
// depend on each other), and `gates`, { cell, names } or null.
export async function modelOf(card, told) {
  const [file, plan] = await Promise.all([
    fetched(addressOf(card, "safetensors"), told),
    fetched(addressOf(card, "json")),
  ]);
  await check(file, card);
  const { program, tensors, gates } = JSON.parse(new TextDecoder().decode(plan));
  const named = tensorsOf(file);
  return {
    isJoint: card.is_joint,
    gates,
    program,
    tensors: tensors.map((tensor) =>
      typeof tensor === "string" ? named(tensor) : { bytes: 4, values: tensor },
    ),
  };
}

// Refuses a file that was cut off on its way, or does not have the card's hash.
async function check(file, { bytes, sha256 }) {
  const broken = new Error("The model's file did not arrive whole: try again.");
  if (file.length !== bytes) throw broken;
  if (!crypto.subtle) return; // browsers withhold it from pages on plain http
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", file));
  const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hash !== sha256) throw broken;
}

// A function that gives the tensors of a safetensors file: name -> { bytes, values }.
function tensorsOf(file) {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const table = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  return (name) => {
    const {
      dtype,
      data_offsets: [from, to],
    } = table[name];
    const part = file.slice(8 + length + from, 8 + length + to);
    const bytes = NUMBER_BYTES[dtype];
    if (bytes)
      return { bytes, values: bytes === 2 ? new Uint16Array(part.buffer) : new Float32Array(part.buffer) };
    return { bytes: 4, values: Float32Array.from(part) }; // single bytes
  };
}
