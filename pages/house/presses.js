// Keys and clicks that Gradio (6.31) takes for something else than was meant.
(() => {
  // Its dropdown takes every key for something typed, Tab and Shift too, and opens again behind who has left it, with
  // the current choice alone. It is told of no key but those that choose.
  const choosing = ["ArrowUp", "ArrowDown", "Home", "End", "Enter", "Escape"];
  const typed = (event) => event.target.matches?.("input[role=combobox][readonly]") && !choosing.includes(event.key);
  addEventListener("keydown", (event) => typed(event) && event.stopPropagation(), true);

  // A double click is one wish: the second click of it would draw the same again.
  const again = (event) => event.detail > 1 && event.target.closest?.(".earshot-actions button");
  addEventListener("click", (event) => again(event) && event.stopPropagation(), true);
})();
