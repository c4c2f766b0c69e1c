"""How soon a visitor hears something, and how many bytes it takes: ``make bench-pages``, on a quiet machine.

Seconds from a press to the first sound are printed with a yardstick of the same run: a page with nothing but
a button that, measured by the same clock of the browser, plays a second of one of our pieces when pressed.
"""

import base64
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import torch
from playwright.sync_api import Browser, Page, sync_playwright

from engine.checkpoints import load
from engine.folders import PROJECT
from engine.listening import TASKS
from engine.rendering import perform
from engine.sampling import SamplingOptions, sample
from engine.sound import Audio, mp3_bytes

YARDSTICK_MODEL = "jsb_chorales-gru"
SCREENS = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
NUM_PRESSES = 5
NUM_BUNDLE_TRIALS = 16
SLOW_LINE = 400_000 / 8  # bytes a second
SLOW_SECONDS = 25.0  # of listening over the slow line
LANE_SECONDS = 78  # a long draw: 128 quarter notes at 100 a minute, and its end
WANTED = {
    "play": 0.3,
    "new": 0.7,
    "bytes": 420_000,
    "lane": 800_000,
    "bundle": 15_000_000,
}  # play, new: seconds; else bytes
YARDSTICK = """
    <button>Play</button><script>
    document.querySelector("button").addEventListener("click", async () => {
        const clock = new AudioContext();
        const file = await fetch("data:audio/mpeg;base64,%s");
        const buffer = await clock.decodeAudioData(await file.arrayBuffer());
        const source = new AudioBufferSourceNode(clock, { buffer });
        source.connect(clock.destination);
        source.start(clock.currentTime + 0.03);
        const look = () => {
            if (clock.currentTime > 0.03) window.heard = performance.now();
            else requestAnimationFrame(look);
        };
        look();
    });
    </script>
"""
PRESS_BUTTON = """button => {
    [window.pressed, window.heard] = [performance.now(), 0];
    document.querySelector(button).click();
}"""
LISTEN_TO_FIRST_LANE = """() => {
    const sound = document.querySelector("#lane-0 .lane").sound;
    let before = sound.currentTime;
    sound.pause();
    const look = () => {
        const now = sound.currentTime;
        const isHeard = now !== before && !sound.paused && sound.anchor && now > 0 && now < before + 1;
        if (isHeard) window.heard ||= performance.now();
        before = now;
        if (!window.heard) requestAnimationFrame(look);
    };
    look();
}"""
FIRST_LANE = "document.querySelector('#lane-0 .lane')?.dataset.state === 'done'"
ALL_LANES = """[0, 1, 2, 3].every(number =>
    ["done", "hidden", "stopped"].includes(document.querySelector(`#lane-${number} .lane`)?.dataset.state))"""
FETCHED_SECONDS = """() => {
    const { pieces } = document.querySelector("#lane-0 .lane").sound;
    return Math.max(...pieces.filter(({ buffer }) => buffer).map(({ start, seconds }) => start + seconds));
}"""
STALLED_SECONDS = """seconds => new Promise((done) => {
    const sound = document.querySelector("#lane-0 .lane").sound;
    const [end, counted] = [performance.now() + 1000 * seconds, { stalled: 0, before: performance.now() }];
    const look = () => {
        const now = performance.now();
        if (sound.waiting && sound.currentTime > 0) counted.stalled += now - counted.before;
        counted.before = now;
        if (now < end && !sound.paused) requestAnimationFrame(look);
        else done(counted.stalled / 1000);
    };
    look();
})"""


@contextmanager
def serving() -> Iterator[str]:
    """Run the app in a process of its own; yields its address."""
    port = 7_861
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": f"{folder}/served"}
        app = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}/"
        finally:
            app.terminate()
            app.wait(20)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the app did not start: run it with `make app` to see why")


def play_page(browser: Browser, address: str, screen: str) -> Page:
    """The page Play, once its first lane is drawn."""
    page = browser.new_context(viewport=SCREENS[screen]).new_page()
    page.goto(address)
    page.wait_for_function(FIRST_LANE)
    return page


def seconds_to_sound(page: Page, press: Callable[[], Any]) -> float:
    """Seconds from a press until the first lane is heard."""
    page.evaluate("window.heard = 0")
    page.evaluate(LISTEN_TO_FIRST_LANE)
    press()
    page.wait_for_function("window.heard > 0")
    return page.evaluate("(window.heard - window.pressed) / 1000")


def yardstick(browser: Browser) -> float:
    """Median seconds from a press to a sound on a page that holds nothing but a button."""
    checkpoint = load(YARDSTICK_MODEL)
    frames = torch.stack(list(sample(checkpoint.model, SamplingOptions(8, seed=1))))
    audio = perform(frames, checkpoint.representation).audio
    sound = base64.b64encode(mp3_bytes(Audio(audio.samples[: audio.sample_rate], audio.sample_rate))).decode()
    delays = []
    for _ in range(NUM_PRESSES):
        page = browser.new_context().new_page()
        page.set_content(YARDSTICK.replace("%s", sound))
        page.evaluate(PRESS_BUTTON, "button")
        page.wait_for_function("window.heard > 0")
        delays.append(page.evaluate("(window.heard - window.pressed) / 1000"))
        page.context.close()
    return median(delays)


def arrival(browser: Browser, address: str, screen: str) -> tuple[float, float]:
    """How far down the screen the first Play button ends (1: its foot), and median seconds to its sound."""
    delays, place = [], 0.0
    for _ in range(NUM_PRESSES):
        page = play_page(browser, address, screen)
        box = page.locator("#lane-0 .lane-play").bounding_box()
        place = (box["y"] + box["height"]) / SCREENS[screen]["height"]
        delays.append(
            seconds_to_sound(page, lambda page=page: page.evaluate(PRESS_BUTTON, "#lane-0 .lane-play"))
        )
        page.context.close()
    return place, median(delays)


def new_piece(browser: Browser, address: str) -> float:
    """Median seconds from New piece to the first sound, with the models that are chosen on arrival."""
    page, delays = play_page(browser, address, "wide"), []
    for _ in range(NUM_PRESSES):
        delays.append(seconds_to_sound(page, lambda: page.evaluate(PRESS_BUTTON, "#new")))
        page.wait_for_function(ALL_LANES)
    page.context.close()
    return median(delays)


def first_load(browser: Browser, address: str) -> int:
    """The bytes that travel on a first visit before anything is pressed."""
    page = browser.new_context(viewport=SCREENS["wide"]).new_page()
    traffic, total = page.context.new_cdp_session(page), [0]
    traffic.send("Network.enable")
    traffic.on("Network.loadingFinished", lambda told: total.append(int(told["encodedDataLength"])))
    page.goto(address)
    page.wait_for_function(FIRST_LANE)
    page.wait_for_timeout(1_000)
    page.context.close()
    return sum(total)


def slow_line(browser: Browser, address: str) -> tuple[float, int]:
    """Over a slow line: seconds for which a new piece stood still, and bytes of a lane of LANE_SECONDS."""
    page = play_page(browser, address, "phone")
    traffic, sounds = page.context.new_cdp_session(page), {}
    traffic.send("Network.enable")
    limits = {
        "offline": False,
        "latency": 100,
        "downloadThroughput": SLOW_LINE,
        "uploadThroughput": SLOW_LINE,
    }
    traffic.send("Network.emulateNetworkConditions", limits)
    page.on("response", lambda got: sounds.update({got.url: len(got.body())}) if ".mp3" in got.url else None)
    seconds_to_sound(page, lambda: page.evaluate(PRESS_BUTTON, "#new"))
    stalled = page.evaluate(STALLED_SECONDS, SLOW_SECONDS)
    seconds = page.evaluate(FETCHED_SECONDS)
    page.context.close()
    return stalled, round(sum(sounds.values()) * LANE_SECONDS / max(seconds, 1))


def bundle() -> int:
    """Bytes of an ABX bundle of 16 trials."""
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        task = next(task for task in TASKS.values() if task.num_trials == NUM_BUNDLE_TRIALS)  # ABX
        models = ["jsb_chorales-gru", "jsb_chorales-lstm"]
        words = ["bundle", *models, "--task", task.name, "--trials", str(NUM_BUNDLE_TRIALS)]
        command = [sys.executable, "-m", "engine", *words, "--out", f"{folder}/bundle"]
        subprocess.run(command, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return sum(path.stat().st_size for path in Path(folder, "bundle").rglob("*") if path.is_file())


def chromium_path() -> str:
    """The path of Debian's chromium; without it nothing is measured."""
    for name in ("chromium", "chromium-browser", "chromium-headless-shell"):
        if path := shutil.which(name):
            return path
    raise SystemExit("chromium is not installed: apt-get install chromium")


@contextmanager
def measuring() -> Iterator[tuple[Browser, float]]:
    """Start Chromium and print the yardstick's line; yields the browser and the yardstick in seconds."""
    chromium = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        base = yardstick(browser)
        sys.stdout.write(f"yardstick: {base:.2f} s from a press to a sound that is there already\n")
        yield browser, base
        browser.close()


def main() -> None:
    """Print one line for each thing that is measured."""
    say = sys.stdout.write
    with measuring() as (browser, base), serving() as address:
        for screen in SCREENS:
            place, seconds = arrival(browser, address, screen)
            say(
                f"arrival, {screen}: Play ends at {place:.0%} of the screen; from the press to its sound "
                f"{seconds:.2f} s ({seconds / base:.1f} times the yardstick), wanted {WANTED['play']} s\n"
            )
        seconds = new_piece(browser, address)
        say(
            f"New piece, three models: {seconds:.2f} s ({seconds / base:.1f} times), "
            f"wanted {WANTED['new']} s\n"
        )
        say(f"first load: {first_load(browser, address):,} bytes, wanted {WANTED['bytes']:,}\n")
        stalled, lane = slow_line(browser, address)
        say(f"400 kbit/s: stood still for {stalled:.1f} of {SLOW_SECONDS:g} s, wanted 0\n")
        say(f"a lane of 78 s: {lane:,} bytes, wanted {WANTED['lane']:,}\n")
    say(f"ABX bundle of 16 trials: {bundle():,} bytes, wanted {WANTED['bundle']:,}\n")


if __name__ == "__main__":
    main()
