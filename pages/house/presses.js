// Keys and clicks that Gradio (6.31) takes otherwise than they are meant; every page loads this.
(() => {
  // Gradio's dropdown takes every key for something typed, Tab and Shift too: it opens again after the
  // visitor has left it, and then offers only the current choice. So only keys that choose reach it.
  const choosing = ["ArrowUp", "ArrowDown", "Home", "End", "Enter", "Escape"];
  const typed = (event) =>
    event.target.matches?.("input[role=combobox][readonly]") && !choosing.includes(event.key);
  addEventListener("keydown", (event) => typed(event) && event.stopPropagation(), true);

  // A double click is meant as one: its second click would draw the same again.
  const again = (event) => event.detail > 1 && event.target.closest?.(".earshot-actions button");
  addEventListener("click", (event) => again(event) && event.stopPropagation(), true);

  // Phones let sound begin only within a gesture, and a draw sounds later than its press. So the press starts
  // the clock that sound.js plays by.
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
