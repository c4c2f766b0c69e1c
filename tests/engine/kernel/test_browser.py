"""The same module in Chromium draws the same bytes as here."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from engine.checkpoints import available, load, read_card
from engine.kernel import program_of
from engine.kernel.kernel import MODULE, kernel
from engine.sampling import SamplingOptions, sample
from tests.engine.kernel.models import every_model

pytestmark = pytest.mark.browser

HOST = Path(__file__).with_name("host.js")
SITE = "https://kernel.test"
MUSIC = [name for name in available() if read_card(name).kind == "piano_roll"]
SPEECH = [name for name in available() if read_card(name).kind == "waveform"]
MUSIC_DRAWS, SPEECH_DRAWS = 100, 10
NUM_FRAMES = {"music": 40, "speech": 400}
SMALL = every_model()


@pytest.fixture(scope="module")
def draw_all(chromium):
    """``draw_all(name, model, seeds, count, temperature)``: hashes of draws in the browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        files = {"/": b"<title>kernel</title>", "/kernel.wasm": MODULE.read_bytes()}
        page.route(f"{SITE}/**", lambda route: route.fulfill(body=files[route.request.url[len(SITE) :]]))
        page.goto(f"{SITE}/")
        page.add_script_tag(content=HOST.read_text())

        def draw(name, model, seeds, count, temperature):
            program = program_of(model, kernel().kinds)
            counts = np.array([tensor.numel() for tensor in program.tensors], np.int32)
            weights = b"".join(tensor.float().numpy().tobytes() for tensor in program.tensors)
            files[f"/{name}.program"] = np.array(program.numbers, np.float64).tobytes()
            files[f"/{name}.counts"], files[f"/{name}.weights"] = counts.tobytes(), weights
            asked = [name, seeds, count, temperature]
            return page.evaluate("asked => drawAll(...asked)", asked)

        yield draw
        browser.close()


def here(model, seed: int, count: int, temperature: float) -> str:
    """The hash of a draw on this side."""
    options = SamplingOptions(count, seed, temperature)
    frames = np.stack([frame.numpy() for frame in sample(model, options)])
    return hashlib.sha256(frames.tobytes()).hexdigest()


def seeds_of(names: list[str], num_draws: int) -> dict[str, list[int]]:
    """So many draws in all, as evenly as can be."""
    return {name: list(range(place, num_draws, len(names))) for place, name in enumerate(names)}


@pytest.mark.parametrize("temperature", [1.0, 0.8])
@pytest.mark.parametrize("name", SMALL)
def test_small_models_of_every_kind(draw_all, name, temperature):
    expected = [here(SMALL[name], seed, 50, temperature) for seed in range(3)]
    assert draw_all(name, SMALL[name], list(range(3)), 50, temperature) == expected


@pytest.mark.parametrize("name", [*MUSIC, *SPEECH])
def test_shipped_models(draw_all, name):
    """A hundred draws of music and ten of speech in all."""
    music = name in MUSIC
    seeds = seeds_of(MUSIC, MUSIC_DRAWS)[name] if music else seeds_of(SPEECH, SPEECH_DRAWS)[name]
    count, model = NUM_FRAMES["music" if music else "speech"], load(name).model
    assert draw_all(name, model, seeds, count, 1.0) == [here(model, seed, count, 1.0) for seed in seeds]


def test_there_are_a_hundred_and_ten_of_them():
    counts = [
        sum(map(len, seeds_of(names, count).values()))
        for names, count in ((MUSIC, MUSIC_DRAWS), (SPEECH, SPEECH_DRAWS))
    ]
    assert counts == [100, 10]
