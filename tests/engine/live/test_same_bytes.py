"""What the page draws is what ``python -m engine sample`` draws, byte for byte.

The models of music make a hundred draws together, through the page's own modules and files.
"""

import hashlib

import numpy as np
import pytest
import torch

from engine.checkpoints import available, load, read_card
from engine.sampling import SamplingOptions, sample

pytestmark = pytest.mark.browser

MUSIC = [name for name in available() if read_card(name).representation_name == "piano_roll"]
SPEECH = [name for name in available() if read_card(name).representation_name == "waveform"]
NUM_DRAWS, NUM_FRAMES = 100, 40
SCRIPT = """
    import { Drawing } from "./drawing/drawing.js";
    import { fetched, modelOf } from "./drawing/weights.js";
    const choices = JSON.parse(new TextDecoder().decode(await fetched("models.json")));
    const module = await WebAssembly.compile(await fetched("kernel.wasm"));
    const bytes = async (drawn, size) => {
        const frames = new Float32Array(drawn.length * size);
        drawn.forEach(({ columns = [], samples = [] }, place) => {
            columns.forEach((key) => (frames[place * size + key] = 1));
            frames.set(samples, place * size);
        });
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", frames));
        return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    };
    window.drawAll = async (name, seeds, count, asked = {}) => {
        const card = choices.models.find((model) => model.name === name);
        const models = new Map([[name, await modelOf(card, () => {})]]);
        const digests = [];
        for (const seed of seeds) {
            const isSound = card.kind === "waveform";
            const drawing = new Drawing(module, models, { name, seed, temperature: 1, isSound, ...asked });
            const { frames } = drawing.draw(count);
            digests.push(await bytes(frames, card.num_pitches ?? card.samples_per_frame));
        }
        return digests;
    };
"""


@pytest.fixture(scope="module")
def draw_all(browser, address):
    page = browser.new_page()
    page.route(
        f"{address}blank", lambda route: route.fulfill(body="<title>blank</title>", content_type="text/html")
    )
    page.goto(f"{address}blank")
    page.add_script_tag(content=SCRIPT, type="module")
    page.wait_for_function("!!window.drawAll")
    yield lambda *asked: page.evaluate("asked => drawAll(...asked)", list(asked))
    page.close()


def here(model, seed: int, count: int, prime=None, temperature: float = 1.0) -> str:
    """The hash of a draw made here, by Python."""
    frames = [frame.numpy() for frame in sample(model, SamplingOptions(count, seed, temperature), prime)]
    return hashlib.sha256(np.stack(frames).tobytes()).hexdigest()


def seeds_of(name: str) -> list[int]:
    """Seeds of a model's draws; the models share all draws as evenly as possible."""
    return list(range(MUSIC.index(name), NUM_DRAWS, len(MUSIC)))


@pytest.mark.parametrize("name", MUSIC)
def test_a_shipped_model_draws_the_same(draw_all, name):
    model = load(name).model
    assert draw_all(name, seeds_of(name), NUM_FRAMES) == [
        here(model, seed, NUM_FRAMES) for seed in seeds_of(name)
    ]


@pytest.mark.parametrize("name", SPEECH)
def test_a_model_of_speech_draws_the_same(draw_all, name):
    assert draw_all(name, [3, 4], 200) == [here(load(name).model, seed, 200) for seed in (3, 4)]


def test_there_are_a_hundred_draws():
    assert sum(len(seeds_of(name)) for name in MUSIC) == NUM_DRAWS


@pytest.mark.parametrize("name", ["jsb_chorales-gru", "jsb_chorales-best"])
def test_what_somebody_has_played_is_a_beginning(draw_all, name):
    model = load(name).model
    played = [[39, 43, 46], [39, 43, 46], [], [41]]
    prime = np.zeros((len(played), 88), np.float32)
    for place, columns in enumerate(played):
        prime[place, columns] = 1
    prime = torch.from_numpy(prime)
    drawn = [frame.numpy() for frame in sample(model, SamplingOptions(20, 5, 0.8), prime)]
    expected = hashlib.sha256(np.concatenate([prime.numpy(), np.stack(drawn)]).tobytes()).hexdigest()
    asked = {"temperature": 0.8, "planned": [{"at": 0, "given": played}]}
    assert draw_all(name, [5], 24, asked) == [expected]
