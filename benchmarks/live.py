"""How soon and how fast the page Live plays: part of ``make bench-pages``, on a quiet machine.

Chromium loads the page from a plain file server on this machine. Seconds from a press to the first sound are
printed with the yardstick of benchmarks/pages.py of the same run; frames a second are those of one thread.
"""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.pages import NUM_PRESSES, measuring
from engine.live import media_type, write_site

LONG_PIECE_FRAMES = 1_000  # of a piece that has gone on for long
SMALL_MODEL_FRAMES, LARGE_MODEL_FRAMES = 64, 4  # asked for at once
NUM_CHANGES = 12  # of the model that plays
HOUR_FRAMES = 3_600 / 0.6  # of chorales at 100 quarters a minute
FAST_TEMPO = 1_200  # quarters a minute, at which an hour's frames are played in five minutes
SMALL_MODELS = ("jsb_chorales-tanh", "jsb_chorales-gru", "jsb_chorales-lstm")
LARGE_MODELS = ("jsb_chorales-best", "nottingham-best", "muse_data-best", "piano_midi-best")
LIVE_SESSION = "document.getElementById('roll').session"
IS_KEPT = """async () => {
    const kept = await (await caches.open("earshot-live-1")).keys();
    return kept.filter(({ url }) => url.includes("/models/")).length > 1;
}"""  # the weights and the plan of the model that plays first
CAN_PLAY = "document.getElementById('play')?.disabled === false"
PRESS_PLAY = """() => {
    const session = document.getElementById("roll").session;
    [window.pressed, window.heard] = [performance.now(), 0];
    const look = () => {
        const [first] = session.shown;
        const sounds = first && session.clock.currentTime >= first.at + session.clock.baseLatency;
        if (sounds) window.heard = performance.now();
        else setTimeout(look, 1);
    };
    document.getElementById("play").click();
    look();
}"""
MEASURE_SPEED = """async ([name, before, count]) => {
    const { Drawing } = await import("./drawing/drawing.js");
    const { modelOf, fetched } = await import("./drawing/weights.js");
    const { models } = JSON.parse(new TextDecoder().decode(await fetched("models.json")));
    const card = models.find((model) => model.name === name);
    const module = await WebAssembly.compile(await fetched("kernel.wasm"));
    const parts = new Map([[name, await modelOf(card)]]);
    const drawing = new Drawing(module, parts, { name, seed: 1, temperature: 1 });
    drawing.draw(before);
    const { instance, position } = drawing;
    const began = performance.now();
    let done = 0;
    while (performance.now() < began + 2000) {
        instance.draw(count, 1, position + done, 1);
        done += count;
    }
    return (1000 * done) / (performance.now() - began);
}"""
MEASURE_KEYS = """async () => {
    const { Sampler } = await import("./sound/sampler.js");
    const delays = [];
    const strike = Sampler.prototype.strike;
    const { clock, sampler } = document.getElementById("roll").session;
    let pressed = 0;
    Sampler.prototype.strike = function (pitch, velocity, at) {
        if (this !== sampler) { // the sampler of the hands, not of the network
            delays.push((performance.now() - pressed) / 1000 + Math.max(0, at - clock.currentTime));
        }
        return strike.call(this, pitch, velocity, at);
    };
    document.querySelector("[value=free]").click();
    for (let n = 0; n < 20; n++) {
        pressed = performance.now();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "g", bubbles: true }));
        await new Promise((done) => setTimeout(done, 60));
        document.body.dispatchEvent(new KeyboardEvent("keyup", { key: "g", bubbles: true }));
        await new Promise((done) => setTimeout(done, 60));
    }
    Sampler.prototype.strike = strike;
    return [Math.max(...delays) + clock.baseLatency, clock.outputLatency || 0];
}"""


class _Quiet(SimpleHTTPRequestHandler):
    """A plain file server that logs nothing."""

    def log_message(self, *said: Any) -> None:
        """Log nothing."""

    def guess_type(self, path: Any) -> str:
        """The media type that the app gives."""
        return media_type(str(path))


@contextmanager
def serving_live() -> Iterator[str]:
    """Serve the folder that ``engine live`` writes; yields its address."""
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        write_site(Path(folder) / "site")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=f"{folder}/site"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def ready(context: BrowserContext, address: str) -> Page:
    """The page, once Play can be pressed."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(CAN_PLAY)
    return page


def seconds_to_live_sound(page: Page) -> float:
    """Seconds from a press of Play to the first sound."""
    page.evaluate(PRESS_PLAY)
    page.wait_for_function("window.heard > 0")
    return page.evaluate("(window.heard - window.pressed) / 1000")


def first_visit(browser: Browser, address: str) -> tuple[float, int]:
    """On first visits: median seconds from a press to a sound, and the most bytes received until it."""
    seconds, sizes = [], []
    for _ in range(NUM_PRESSES):
        with browser.new_context() as context:
            total: list[int] = []
            context.on("requestfinished", lambda request, total=total: total.append(_size(request)))
            page = ready(context, address)
            seconds.append(seconds_to_live_sound(page))
            sizes.append(sum(total))
    return median(seconds), max(sizes)


def _size(request: Any) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def offline(browser: Browser, address: str) -> float:
    """Median seconds from a press to a sound on a later visit, without a network."""
    with browser.new_context() as context:
        page = ready(context, address)
        page.wait_for_function("navigator.serviceWorker.controller")
        page.reload()
        page.wait_for_function(CAN_PLAY)
        page.wait_for_function(IS_KEPT)
        context.set_offline(True)
        delays = []
        for _ in range(NUM_PRESSES):
            page.reload()
            page.wait_for_function(CAN_PLAY)
            delays.append(seconds_to_live_sound(page))
        return median(delays)


def longest_gap(browser: Browser, address: str) -> float:
    """The longest gap, in seconds, between two frames that are played while models change."""
    with browser.new_context() as context:
        page = ready(context, address)
        page.click(f"[data-model={SMALL_MODELS[0]}]")
        seconds_to_live_sound(page)
        for number in range(NUM_CHANGES):
            page.click(f"[data-model={(*SMALL_MODELS, LARGE_MODELS[0])[(number + 1) % 4]}]")
            page.wait_for_timeout(1_200)
        gaps = (
            """shown => shown.slice(1).map(({ at }, place) => at - shown[place].at - shown[place].seconds)"""
        )
        return max(page.evaluate(f"({gaps})({LIVE_SESSION}.shown)"))


def memory(browser: Browser, address: str) -> float:
    """Megabytes that an hour of playing adds to the page's own JavaScript heap; its worker is not counted."""
    with browser.new_context() as context:
        page = ready(context, address)
        page.click("[data-model=jsb_chorales-gru]")
        seconds_to_live_sound(page)
        tools = context.new_cdp_session(page)
        page.wait_for_timeout(2_000)
        before = _heap(tools)
        page.evaluate(f"{LIVE_SESSION}.tempo = {FAST_TEMPO}")
        page.wait_for_function(f"{LIVE_SESSION}.frames.length > {HOUR_FRAMES}", timeout=600_000)
        return (_heap(tools) - before) / 1e6


def _heap(tools: Any) -> int:
    tools.send("HeapProfiler.collectGarbage")
    return tools.send("Runtime.getHeapUsage")["usedSize"]


def main() -> None:
    """Print one line for each thing that is measured."""
    say = sys.stdout.write
    with measuring() as (browser, base), serving_live() as address:
        seconds, size = first_visit(browser, address)
        say(f"Live, first visit: {seconds:.2f} s ({seconds / base:.1f} times the yardstick), wanted 0.5 s\n")
        say(f"Live, bytes before the first note: {size:,}, wanted 1,800,000\n")
        seconds = offline(browser, address)
        say(f"Live, second visit, offline: {seconds:.2f} s ({seconds / base:.1f} times), wanted 0.3 s\n")
        with browser.new_context() as context:
            page = ready(context, address)
            for name in SMALL_MODELS:
                speed = page.evaluate(MEASURE_SPEED, [name, 0, SMALL_MODEL_FRAMES])
                say(f"{name}: {speed:,.0f} frames a second, wanted 60,000\n")
            for name in LARGE_MODELS:
                speed = page.evaluate(MEASURE_SPEED, [name, LONG_PIECE_FRAMES, LARGE_MODEL_FRAMES])
                say(f"{name}, after {LONG_PIECE_FRAMES:,} frames: {speed:,.0f} frames a second, wanted 150\n")
            seconds_to_live_sound(page)
            ours, device = page.evaluate(MEASURE_KEYS)
            say(f"key to sound: {1000 * ours:.0f} ms, wanted 50; the device adds {1000 * device:.0f} ms\n")
        gap = longest_gap(browser, address)
        say(f"longest gap in {NUM_CHANGES} changes of the model: {gap:.3f} s, wanted 0\n")
        say(f"an hour of playing adds {memory(browser, address):.1f} MB to the page's heap, wanted 20\n")


if __name__ == "__main__":
    main()
