"""How soon and how fast the page Live plays: ``make bench-pages``, on a quiet machine.

From a plain file server on this machine, to Chromium. Seconds from a press to the first sound stand beside
the yardstick of benchmarks/pages.py in the same run; frames a second are those of one worker.
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

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.pages import chromium_path, yardstick
from engine.live import media_type, write_site

NUM_PRESSES = 5
LATE = 1_000  # frames of a piece that has gone on for long
AT_ONCE = 64  # frames that the kernel is asked for
CHANGES = 12  # of the model
HOUR = 3_600 / 0.6  # frames of an hour of chorales at 100 quarters a minute
FAST = 72_000  # quarters a minute, at which an hour is there in a few seconds
SMALL = ("jsb_chorales-tanh", "jsb_chorales-gru", "jsb_chorales-lstm")
LARGE = ("jsb_chorales-best", "nottingham-best", "muse_data-best", "piano_midi-best")
SESSION = "document.getElementById('roll').session"
READY = "!document.getElementById('play').disabled"
PRESS = """() => {
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
SPEED = """async ([name, before, count]) => {
    const { Drawing } = await import("./drawing/drawing.js");
    const { modelOf, fetched } = await import("./drawing/weights.js");
    const { models } = JSON.parse(new TextDecoder().decode(await fetched("models.json")));
    const card = models.find((model) => model.name === name);
    const module = await WebAssembly.compile(await fetched("kernel.wasm"));
    const parts = new Map([[name, await modelOf(card)]]);
    const drawing = new Drawing(module, parts, { name, seed: 1, temperature: 1 });
    drawing.draw(before);
    const [began, { instance, position }] = [performance.now(), drawing];
    let done = 0;
    while (performance.now() < began + 2000) {
        instance.draw(count, 1, position + done, 1);
        done += count;
    }
    return (1000 * done) / (performance.now() - began);
}"""
KEYS = """async () => {
    const { Sampler } = await import("./sound/sampler.js");
    const found = [];
    const strike = Sampler.prototype.strike;
    const { clock, sampler } = document.getElementById("roll").session;
    let pressed = 0;
    Sampler.prototype.strike = function (pitch, velocity, at) {
        if (this !== sampler) { // the network plays on its own
            found.push((performance.now() - pressed) / 1000 + Math.max(0, at - clock.currentTime));
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
    return [Math.max(...found) + clock.baseLatency, clock.outputLatency || 0];
}"""


class _Quiet(SimpleHTTPRequestHandler):
    """A plain file server."""

    def log_message(self, *said: Any) -> None:
        """Nothing."""

    def guess_type(self, path: Any) -> str:
        """As the app says it."""
        return media_type(str(path))


@contextmanager
def serving() -> Iterator[str]:
    """The folder that ``engine live`` writes, from a plain file server; its address."""
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        write_site(Path(folder) / "site")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=f"{folder}/site"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def ready(context: BrowserContext, address: str) -> Page:
    """The page, with what it plays first there."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(READY)
    return page


def pressed(page: Page) -> float:
    """Seconds from a press of Play to the first sound."""
    page.evaluate(PRESS)
    page.wait_for_function("window.heard > 0")
    return page.evaluate("(window.heard - window.pressed) / 1000")


def first_visit(browser: Browser, address: str) -> tuple[float, int]:
    """Seconds from a press to a sound, and the bytes that have travelled until then."""
    seconds, sizes = [], []
    for _ in range(NUM_PRESSES):
        with browser.new_context() as context:
            total: list[int] = []
            context.on("requestfinished", lambda request, total=total: total.append(_size(request)))
            page = ready(context, address)
            seconds.append(pressed(page))
            sizes.append(sum(total))
    return median(seconds), max(sizes)


def _size(request: Any) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def offline(browser: Browser, address: str) -> float:
    """Seconds from a press to a sound, of somebody who has been here before and has no line."""
    with browser.new_context() as context:
        page = ready(context, address)
        page.wait_for_function("navigator.serviceWorker.controller")
        page.reload()
        page.wait_for_function(READY)
        context.set_offline(True)
        found = []
        for _ in range(NUM_PRESSES):
            page.reload()
            page.wait_for_function(READY)
            found.append(pressed(page))
        return median(found)


def change(browser: Browser, address: str) -> float:
    """The longest silence, in seconds, between two frames while models change."""
    with browser.new_context() as context:
        page = ready(context, address)
        page.click(f"[data-model={SMALL[0]}]")
        pressed(page)
        for number in range(CHANGES):
            page.click(f"[data-model={(*SMALL, LARGE[0])[number % 4]}]")
            page.wait_for_timeout(1_200)
        gaps = (
            """shown => shown.slice(1).map(({ at }, place) => at - shown[place].at - shown[place].seconds)"""
        )
        return max(page.evaluate(f"({gaps})({SESSION}.shown)"))


def memory(browser: Browser, address: str) -> float:
    """Megabytes that an hour of playing adds to the page."""
    with browser.new_context() as context:
        page = ready(context, address)
        page.click("[data-model=jsb_chorales-gru]")
        pressed(page)
        tools = context.new_cdp_session(page)
        page.wait_for_timeout(2_000)
        before = _heap(tools)
        page.evaluate(f"{SESSION}.tempo = {FAST / 60}")
        page.wait_for_function(f"{SESSION}.frames.length > {HOUR}", timeout=600_000)
        return (_heap(tools) - before) / 1e6


def _heap(tools: Any) -> int:
    tools.send("HeapProfiler.collectGarbage")
    return tools.send("Runtime.getHeapUsage")["usedSize"]


def main() -> None:
    """One line for each thing that is measured."""
    chromium = chromium_path()
    say = sys.stdout.write
    with sync_playwright() as playwright, serving() as address:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        base = yardstick(browser)
        say(f"yardstick: {base:.2f} s from a press to a sound that is there already\n")
        seconds, size = first_visit(browser, address)
        say(f"Live, first visit: {seconds:.2f} s ({seconds / base:.1f} times the yardstick), wanted 0.5 s\n")
        say(f"Live, bytes before the first note: {size:,}, wanted 1,800,000\n")
        seconds = offline(browser, address)
        say(f"Live, second visit, offline: {seconds:.2f} s ({seconds / base:.1f} times), wanted 0.3 s\n")
        with browser.new_context() as context:
            page = ready(context, address)
            for name in SMALL:
                found = page.evaluate(SPEED, [name, 0, AT_ONCE])
                say(f"{name}: {found:,.0f} frames a second, wanted 60,000\n")
            for name in LARGE:
                found = page.evaluate(SPEED, [name, LATE, 4])
                say(f"{name}, after {LATE:,} frames: {found:,.0f} frames a second, wanted 150\n")
            pressed(page)
            ours, device = page.evaluate(KEYS)
            say(f"key to sound: {1000 * ours:.0f} ms, wanted 50; the device adds {1000 * device:.0f} ms\n")
        say(f"longest gap in {CHANGES} changes of the model: {change(browser, address):.3f} s, wanted 0\n")
        say(f"an hour of playing adds {memory(browser, address):.1f} MB, wanted 20\n")
        browser.close()


if __name__ == "__main__":
    main()
