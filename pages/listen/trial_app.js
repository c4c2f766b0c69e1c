// What surrounds a trial in the app: sounds that the server hands out, and an address that is the trial's own.
// Stands before trial.js; bundle.js says the same for a test without a server.

function webAddress(address) {
  const url = new URL(address, location.href); // never a javascript: address
  return ["http:", "https:"].includes(url.protocol) ? url.href : "";
}

const surroundings = {
  async soundOf(lane) {
    const answer = await fetch(webAddress(lane.audio.url));
    if (!answer.ok) throw new Error("the sound is not there");
    return answer.arrayBuffer();
  },
  opened({ trial }) {
    history.replaceState(null, "", `${location.pathname}?id=${encodeURIComponent(trial)}`);
  },
};
