// A button that plays a sound as loud as a test's clips. `element`, `props`, `watch` and `trigger` come from
// Gradio; Player comes from trial_player.js, before this. Texts are put on the page through textContent alone,
// never as HTML.

(() => {
  const button = element.querySelector(".volume-play");
  const note = element.querySelector(".volume-note");
  const volume = new Player(paint, soundOf);

  function paint() {
    button.textContent = volume.playing ? "Stop" : "Check the volume";
  }

  async function soundOf(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error("the sound could not be loaded");
    return answer.arrayBuffer();
  }

  async function hear(address) {
    try {
      volume.load([new URL(address, location.href).href]);
      await volume.ready();
      volume.start();
      note.textContent = "Set your volume so that this is comfortable, then leave it as it is.";
    } catch {
      note.textContent = "This browser could not load the sound: press again.";
    }
  }

  button.addEventListener("click", () => {
    if (volume.playing) return volume.pause();
    volume.context ??= new AudioContext(); // within the gesture, as phones demand
    volume.context.resume();
    note.textContent = "One moment …";
    trigger("ask", {});
  });

  watch("value", () => {
    if (props.value?.sound) hear(props.value.sound.url);
    else if (props.value?.message) note.textContent = props.value.message;
  });
})();
