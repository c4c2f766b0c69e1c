// Gradio's dropdown (6.31) takes every key that is pressed in it for something typed, Tab and Shift too: it opens
// again behind who has left it, with the current choice alone. It is told of no key but those that choose.
(() => {
  const choosing = ["ArrowUp", "ArrowDown", "Home", "End", "Enter", "Escape"];
  const quiet = (event) => {
    if (event.target.matches?.("input[role=combobox][readonly]") && !choosing.includes(event.key)) event.stopPropagation();
  };
  addEventListener("keydown", quiet, true);
})();
