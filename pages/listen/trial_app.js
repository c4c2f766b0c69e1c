// What surrounds a trial in the app: sounds that the server hands out, an address for each trial, and answers
// that are kept in the browser until the server confirms them. Comes after trial.js; bundle.js does the same
// for a test without a server.

(() => {
  const RESEND_MILLISECONDS = 8_000; // an answer that has not been confirmed by then is sent again
  const UNCONFIRMED =
    "Your answer has not been confirmed yet: it is kept in this browser, and sent again until it arrives.";
  let sending; // timer that sends an unconfirmed answer again
  let revealing; // timer of the request to say whose clips these were

  function webAddress(address) {
    const url = new URL(address, location.href); // never a javascript: address
    return ["http:", "https:"].includes(url.protocol) ? url.href : "";
  }

  const surroundings = {
    async soundOf(lane) {
      const answer = await fetch(webAddress(lane.audio.url));
      if (!answer.ok) throw new Error("the sound could not be loaded");
      return answer.arrayBuffer();
    },
    opened({ trial }) {
      history.replaceState(null, "", `${location.pathname}?id=${encodeURIComponent(trial)}`);
    },
    send(given) {
      unsent(given.trial, given);
      post(given);
    },
    // Takes a new state from the server; returns whether an answer that was kept here is sent again.
    stateArrived({ state, trial }) {
      if (["answered", "again", "kept"].includes(state)) {
        clearTimeout(sending);
        unsent(trial, null);
      }
      clearTimeout(revealing);
      if (state === "kept") askWhose(trial);
      const given = state === "asking" && unsent(trial);
      if (given) post(given); // the page was reloaded before the answer had arrived
      return Boolean(given);
    },
  };

  // Asks whose clips these were, and again after a while, since a full queue may have dropped it.
  function askWhose(trial) {
    trigger("reveal", { trial });
    revealing = setTimeout(() => element.isConnected && askWhose(trial), 2 * RESEND_MILLISECONDS);
  }

  function post(given) {
    clearTimeout(sending);
    sending = setTimeout(() => {
      if (!element.isConnected) return;
      part("message").textContent = UNCONFIRMED;
      post(given);
    }, RESEND_MILLISECONDS);
    trigger("vote", given);
  }

  // The answer to a trial that this browser keeps. A second argument replaces it first; null removes it.
  function unsent(trial, given) {
    const name = `earshot-answer-${trial}`;
    try {
      if (given) localStorage.setItem(name, JSON.stringify(given));
      else if (given === null) localStorage.removeItem(name);
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null; // no storage here
    }
  }

  const part = openTrial({ element, props, watch, trigger, surroundings });
})();
