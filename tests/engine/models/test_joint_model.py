"""A model with memory, residual sums and joint notes, whole: steps, causality, and cards that cannot be."""

import copy
import json

import pytest
import torch

from engine.checkpoints.checkpoint import load, save
from engine.errors import CheckpointError, InvalidValueError
from engine.models.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample
from engine.scoring.likelihood import log_likelihood
from tests.engine.small_models import binary_frames, card_of, randomise

ROLL = PianoRoll(21, 88, 2)
SIZES = {"input_size": 8, "hidden_size": 8}
SPEC = {
    "cells": [
        {"name": "gru", "input_size": 88, "hidden_size": 8},
        {"name": "attention", **SIZES, "num_heads": 2, "window": 6},
        {"name": "lstm", **SIZES},
        {"name": "attention", **SIZES, "num_heads": 4, "window": 50},
    ],
    "head": {"name": "note_list", "hidden_size": 8, "frame_size": 88, "input_size": 88, "num_units": 9},
    "context_frames": 1,
    "residual": True,
}

BERNOULLI = {"name": "bernoulli", "hidden_size": 8, "frame_size": 88}
IN_FIVE_KEYS = {**SPEC, "transpositions": 2}
EVERY_SPEC = pytest.mark.parametrize("spec", [SPEC, IN_FIVE_KEYS])


def model_of(spec: dict = SPEC):
    return randomise(build_model(spec).double(), 1, scale=0.3).requires_grad_(False)


def changed(part: str, index: int | None = None, **values: object) -> dict:
    spec = copy.deepcopy(SPEC)
    (spec[part] if index is None else spec[part][index]).update(values)
    return spec


@EVERY_SPEC
def test_stepping_scores_exactly_as_teacher_forcing(spec):
    model, frames = model_of(spec), binary_frames(2, 30, 88)
    whole, _ = model(frames)
    expected, state = whole.log_prob(frames), model.initial_state(2)
    frame = torch.zeros_like(frames[:, 0])
    for time in range(30):
        distribution, state = model.step(frame, state)
        frame = frames[:, time]
        torch.testing.assert_close(distribution.log_prob(frame), expected[:, time], rtol=0, atol=1e-10)


@EVERY_SPEC
def test_reading_in_parts_is_reading_at_once(spec):
    model, frames = model_of(spec), binary_frames(2, 30, 88)
    first, state = model(frames[:, :13])
    second, _ = model(frames[:, 13:], state.layers, frames[:, 12:13])
    parts = torch.cat((first.log_prob(frames[:, :13]), second.log_prob(frames[:, 13:])), 1)
    torch.testing.assert_close(parts, model(frames)[0].log_prob(frames), rtol=0, atol=1e-10)


@EVERY_SPEC
def test_later_frames_move_no_earlier_figure(spec):
    model, frames = model_of(spec), binary_frames(1, 30, 88)
    other = frames.clone()
    other[:, 20:] = 1 - other[:, 20:]
    before, after = (model(given)[0].log_prob(given)[0] for given in (frames, other))
    assert torch.equal(before[:20], after[:20]) and not torch.isclose(before[20:], after[20:]).any()


@EVERY_SPEC
def test_padding_and_neighbours_in_a_batch_change_nothing(spec):
    model, frames = model_of(spec), binary_frames(3, 25, 88)
    alone = log_likelihood(model, frames[1:2, :10])
    mask = torch.arange(25) < torch.tensor([25, 10, 25])[:, None]
    together = log_likelihood(model, frames, mask)
    assert float(together.totals[1]) == pytest.approx(float(alone.totals[0]), abs=1e-10)


def test_what_a_layer_reads_is_still_there_above_it():
    """The layers above put out zeros: the head sees the first layer through the sum, and nothing without."""
    outputs = []
    for residual in (True, False):
        model = model_of({**SPEC, "residual": residual})
        for cell in list(model.cells)[1:]:
            for weight in cell.parameters():
                weight.zero_()
        distribution, _ = model(binary_frames(1, 5, 88))
        outputs.append(distribution.base)
    assert not torch.isclose(*outputs).all()


@EVERY_SPEC
def test_a_draw_starts_from_silence_and_gives_the_frames_that_were_asked_for(spec):
    drawn = torch.stack(list(sample(model_of(spec), SamplingOptions(70, seed=4))))
    assert drawn.shape == (70, 88) and set(drawn.unique().tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (changed("cells", 1, window=-1), "window=-1 must be a positive integer"),
        (changed("cells", 1, num_heads=3), "hidden_size=8 cannot be divided among num_heads=3"),
        (changed("cells", 1, name="memory_of_tomorrow"), "unknown cell 'memory_of_tomorrow'; known: att"),
        (changed("cells", 1, heads=2), "has an unknown key 'heads'"),
        (changed("head", name="nade"), "unknown head 'nade'; known: bernoulli"),
        (changed("head", frame_size=10), "part 0 of the model reads 88 numbers but is given 10"),
        (changed("head", input_size=20), "the head reads 20 numbers of a step's input but is given 88"),
        ({**SPEC, "residual": 1}, "residual=1 must be true or false"),
        ({**SPEC, "transpositions": -1}, "transpositions=-1 must be from 0 to 11 semitones"),
        ({**SPEC, "head": BERNOULLI, "transpositions": 2}, "transpositions need the head 'note_list'"),
        ({**SPEC, "dropout": 0.5}, "holds 'cells' .* and nothing else"),
    ],
)
def test_a_card_of_what_this_version_lacks_is_refused_in_one_sentence(spec, message, tmp_path):
    model = model_of().float()
    card = card_of(model, "odd", SPEC, ROLL)
    save(model, card, {}, tmp_path)
    path = tmp_path / "odd" / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "model": spec}))
    with pytest.raises(CheckpointError, match=f"cannot be loaded: .*{message}") as caught:
        load("odd", tmp_path)
    assert "\n" not in str(caught.value)


def test_a_head_for_other_frames_than_the_cards_is_refused(tmp_path):
    spec = changed("head", frame_size=60, input_size=60)
    spec["cells"][0]["input_size"] = 60
    model = randomise(build_model(spec))
    card = card_of(model, "narrow", spec, ROLL)
    save(model, card, {}, tmp_path)
    with pytest.raises(CheckpointError, match=r"\(60, 1\) in the model, \(88, 1\) in its representation"):
        load("narrow", tmp_path)


def test_frames_of_another_width_are_refused():
    with pytest.raises(InvalidValueError, match="frames hold 60 numbers but the model reads 88"):
        log_likelihood(model_of(), binary_frames(1, 4, 60))
