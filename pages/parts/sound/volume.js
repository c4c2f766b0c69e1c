// How loud all lanes of the page are; the browser keeps the choice. Phones have buttons for that and do not
// show it. Comes after lane.js.

(() => {
  const { part } = laneFigures;
  const VOLUME = "earshot-volume"; // from 0 to 1
  const volume = part("volume-at");

  function chosenVolume() {
    try {
      const kept = Number(localStorage.getItem(VOLUME) ?? 1);
      return kept >= 0 && kept <= 1 ? kept : 1;
    } catch {
      return 1; // storage may be forbidden
    }
  }

  function chooseVolume() {
    try {
      localStorage.setItem(VOLUME, volume.value);
    } catch {} // then until the page is left
    document.dispatchEvent(new CustomEvent(VOLUME, { detail: Number(volume.value) }));
  }

  function useVolume(share) {
    volume.value = share;
    volume.setAttribute("aria-valuetext", `${Math.round(100 * share)} percent`);
    lane.sound.setVolume(share);
  }

  volume.addEventListener("input", chooseVolume);
  document.addEventListener(VOLUME, (event) => useVolume(event.detail));
  lane.more.show.push(() => (part("volume").hidden = !lane.value.pieces.length));
  useVolume(chosenVolume());
  part("volume").hidden = !lane.value.pieces.length;
})();
