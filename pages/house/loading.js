// Gradio (6.31) shows a loading sign that counts seconds, and takes it away when the page is there, but its
// clock goes on at sixty frames a second for ever. So until then the sign is given no frame: it never begins.
(() => {
  const ask = globalThis.requestAnimationFrame;
  const isThere = () => document.querySelector(".earshot-footer");
  globalThis.requestAnimationFrame = (paint) => {
    if (isThere()) globalThis.requestAnimationFrame = ask;
    else if (new Error().stack.includes("/statustracker-")) return 0;
    return ask.call(globalThis, paint);
  };
})();
