// Keys and clicks that Gradio (6.31) takes for something else than was meant.
(() => {
  // Its dropdown takes every key for something typed, Tab and Shift too, and opens again after the visitor
  // has left it, with the current choice alone. It is told of no keys but those that choose.
  const choosing = ["ArrowUp", "ArrowDown", "Home", "End", "Enter", "Escape"];
  const typed = (event) =>
    event.target.matches?.("input[role=combobox][readonly]") && !choosing.includes(event.key);
  addEventListener("keydown", (event) => typed(event) && event.stopPropagation(), true);

  // A double click is one wish: the second click of it would draw the same again.
  const again = (event) => event.detail > 1 && event.target.closest?.(".earshot-actions button");
  addEventListener("click", (event) => again(event) && event.stopPropagation(), true);

  // Phones let sound begin in a gesture alone, and what is drawn is heard later: see sound.js.
  const wanted = (event) => globalThis.earshotClock || event.target.closest?.(".earshot-actions button");
  addEventListener(
    "click",
    (event) => {
      if (!wanted(event)) return;
      globalThis.earshotClock ??= new AudioContext();
      if (globalThis.earshotClock.state === "suspended") globalThis.earshotClock.resume();
    },
    true,
  );
})();
