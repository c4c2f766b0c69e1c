"""What the page Live is made of, part by part: the drawing, an answer, hands."""

import numpy as np
import pytest
import torch

from engine.checkpoints import load
from engine.sampling import SamplingOptions, sample
from engine.scoring import gates_of, opened

pytestmark = pytest.mark.browser

GRU, BEST = "jsb_chorales-gru", "jsb_chorales-best"


def test_a_quick_melody_is_heard_note_by_note(pages):
    """With a frame for each quarter, four quick notes once became two clusters."""
    page = pages()
    frames = page.evaluate(
        """async () => {
            const { framesOf, pulseOf } = await import("./answer.js");
            const note = (pitch, place) => ({ pitch, from: 0.3 * place, to: 0.3 * place + 0.25 });
            const notes = [60, 62, 64, 65].map(note);
            return framesOf(notes, pulseOf(notes, 0.6));
        }"""
    )
    assert frames == [[60], [62], [64], [65]]


def test_a_key_that_was_pressed_long_ago_has_left_the_picture(pages):
    """A tick once stayed at the left edge for a minute."""
    alike = pages().evaluate(
        """async () => {
            const { Roll } = await import("./picture/roll.js");
            const canvas = document.body.appendChild(document.createElement("canvas"));
            canvas.style = "width: 400px; height: 200px";
            const roll = new Roll(canvas);
            const drawn = (from, to) => {
                roll.draw([], 60, [{ pitch: 60, from, to }]);
                return canvas.toDataURL();
            };
            return [drawn(1, 2) === drawn(70, 71), drawn(1, 2) === drawn(58, 59)];
        }"""
    )
    assert alike == [True, False]


def test_an_hour_takes_no_more_memory_than_a_minute(pages):
    page = pages()
    kept = page.evaluate(
        """async () => {
            const { Drawing } = await import("./drawing/drawing.js");
            const { modelOf, fetched } = await import("./drawing/weights.js");
            const { models } = JSON.parse(new TextDecoder().decode(await fetched("models.json")));
            const card = models.find(({ name }) => name === "nottingham-gru");
            const module = await WebAssembly.compile(await fetched("kernel.wasm"));
            const parts = new Map([[card.name, await modelOf(card)]]);
            const drawing = new Drawing(module, parts, { name: card.name, seed: 1, temperature: 1 });
            drawing.draw(20000);
            return [drawing.past.length, drawing.instance.calls.memory.buffer.byteLength];
        }"""
    )
    assert kept[0] < 8_200 and kept[1] < 4_000_000


def test_an_instrument_gone_wild_is_bounded(pages):
    page = pages()
    wild = page.evaluate(
        """async () => {
            const { Hands } = await import("./hands.js");
            let [down, flooded] = [0, 0];
            const told = { down: () => down++, up() {}, flooded: () => flooded++ };
            const hands = new Hands(document.createElement("div"), told);
            for (let n = 0; n < 5000; n++) hands.heed("wild", [0x90, n % 128, 64]);
            return [down, flooded > 0];
        }"""
    )
    assert wild == [16, True]


@pytest.mark.parametrize("name", [GRU, BEST])
def test_held_notes_are_true_and_the_rest_is_drawn_again_alike(pages, name):
    drawn_twice = pages().evaluate(
        """async (name) => {
            const { Drawing } = await import("./drawing/drawing.js");
            const { modelOf, fetched } = await import("./drawing/weights.js");
            const { models } = JSON.parse(new TextDecoder().decode(await fetched("models.json")));
            const parts = new Map([[name, await modelOf(models.find((card) => card.name === name))]]);
            const module = await WebAssembly.compile(await fetched("kernel.wasm"));
            const first = { name, seed: 4, temperature: 1 };
            const drawing = new Drawing(module, parts, first);
            drawing.draw(8);
            drawing.touch([51, 58]);
            const held = drawing.draw(8).frames.map(({ columns }) => columns);
            drawing.touch([]);
            const after = drawing.draw(8).frames.map(({ columns }) => columns);
            const again = new Drawing(module, parts, { ...first, planned: drawing.changes });
            again.draw(8);
            return [[...held, ...after], again.draw(16).frames.map(({ columns }) => columns)];
        }""",
        name,
    )
    assert drawn_twice[0] == drawn_twice[1]
    assert all({51, 58} <= set(columns) for columns in drawn_twice[0][:8])
    assert any(len(columns) > 2 for columns in drawn_twice[0][:8]), "the network plays too"


@pytest.mark.parametrize("name", [GRU, "jsb_chorales-lstm", BEST, "jsb_chorales-tanh"])
def test_gates_stand_open_as_score_says(pages, name):
    """The page Score sorts the units, so both are compared in that order."""
    seen = pages().evaluate(
        """async (name) => {
            const { Drawing } = await import("./drawing/drawing.js");
            const { modelOf, fetched } = await import("./drawing/weights.js");
            const { models } = JSON.parse(new TextDecoder().decode(await fetched("models.json")));
            const parts = new Map([[name, await modelOf(models.find((card) => card.name === name))]]);
            const module = await WebAssembly.compile(await fetched("kernel.wasm"));
            const drawing = new Drawing(module, parts, { name, seed: 3, temperature: 1 });
            drawing.isWatched = true;
            const { frames } = drawing.draw(30);
            return frames.map(({ gates }) => gates && { names: gates.names, values: [...gates.values] });
        }""",
        name,
    )
    model = load(name).model
    if not gates_of(model):
        assert seen == [None] * 30
        return
    top = [gate for gate in gates_of(model) if gate.layer == gates_of(model)[-1].layer]
    assert seen[0]["names"] == [gate.name.capitalize() for gate in top]
    frames = torch.stack(list(sample(model, SamplingOptions(30, 3))))
    values = np.array([frame["values"] for frame in seen]).reshape(30, len(top), -1)
    for gate, opening in zip(top, values.transpose(1, 2, 0), strict=True):
        expected = opened(model, gate, frames).numpy()
        order = opening.var(1).argsort()[::-1]
        np.testing.assert_allclose(opening[order], expected, atol=1e-4)
