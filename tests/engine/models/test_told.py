"""What a network is told besides its frames: clocks and keys."""

import pytest
import torch

from engine.errors import EngineError, InvalidValueError
from engine.models.model_spec import build_model, with_sizes
from engine.models.told import Told
from engine.representations import PianoRoll
from tests.engine.small_models import binary_frames, randomise

SIZE = 8


def spec(**changed: object) -> dict:
    told = Told(changed.get("clock", ()), changed.get("told_keys", 0)).num_inputs
    head = {
        "name": "note_list",
        "num_units": 7,
        "input_size": SIZE + told,
        "hidden_size": 6,
        "frame_size": SIZE,
    }
    return {"cells": [{"name": "gru", "input_size": SIZE + told, "hidden_size": 6}], "head": head, **changed}


def model(**changed: object):
    return randomise(build_model(spec(**changed)), 3, 0.8).requires_grad_(False)


def test_the_clock_goes_round_and_the_key_stays():
    told = Told([2, 3], 1)
    state = told.initial_state(2, torch.tensor([-1, 1]), torch.zeros(1))
    first, state = told.read(state, 2, torch.zeros(1))
    second, _ = told.read(state, 1, torch.zeros(1))
    assert torch.cat((first, second), 1).tolist() == [
        [[1, 0, 1, 0, 0, *key], [0, 1, 0, 1, 0, *key], [1, 0, 0, 0, 1, *key]]
        for key in ([1, 0, 0], [0, 0, 1])
    ]  # fmt: skip


@pytest.mark.parametrize("transpositions", [0, 2])
def test_step_by_step_and_in_parts_it_expects_what_it_expects_in_one_go(transpositions):
    told, frames = (
        model(clock=[3, 4], told_keys=2, transpositions=transpositions),
        binary_frames(12, SIZE).float()[None],
    )
    whole = told(frames)[0].log_prob(frames)[0]
    first, state = told(frames[:, :5])
    second, _ = told(frames[:, 5:], state.layers, frames[:, 4:5])
    parts = torch.cat((first.log_prob(frames[:, :5]), second.log_prob(frames[:, 5:])), 1)[0]
    state, heard, log_probs = told.initial_state(1), torch.zeros(1, SIZE), []
    for frame in frames[0]:
        distribution, state = told.step(heard, state)
        log_probs.append(distribution.log_prob(frame[None])[0])
        heard = frame[None]
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-5)
    torch.testing.assert_close(torch.stack(log_probs), whole, rtol=0, atol=1e-5)


def test_the_same_frames_are_expected_otherwise_at_another_time_and_in_another_key():
    told, silence = model(clock=[2], told_keys=2), torch.zeros(1, 3, SIZE)
    start = told.initial_state(1, torch.tensor([2])).layers
    here, there = told(silence)[0].log_prob(silence), told(silence, start)[0].log_prob(silence)
    assert not torch.isclose(here, there).any()
    quiet = model(clock=[2])
    for weight in quiet.cells.parameters():
        weight.zero_()
    first, second, third = quiet(silence)[0].log_prob(silence)[0]
    assert first == third != second


def test_each_key_of_a_transposed_model_is_told_its_own():
    """So a piece that is moved is expected as the network alone expects it when it is told by how much."""
    told = model(told_keys=2, transpositions=2)
    frames = torch.zeros(1, 5, SIZE)
    frames[0, torch.arange(5), [3, 4, 3, 5, 4]] = 1
    state = told.initial_state(1)
    assert state.layers[-1][1].tolist() == [-2, -1, 0, 1, 2]
    network, log_probs = told.network, []
    for key in range(-2, 3):
        start = network.initial_state(1, torch.tensor([key])).layers
        log_probs.append(network(frames.roll(key, -1), start)[0].log_prob(frames.roll(key, -1)))
    rows = told.network(torch.cat([frames.roll(key, -1) for key in range(-2, 3)]), state.layers)[0]
    expected = rows.log_prob(torch.cat([frames.roll(key, -1) for key in range(-2, 3)]))
    torch.testing.assert_close(torch.cat(log_probs), expected)


def test_a_recipe_need_not_say_how_wide_its_input_is():
    recipe = {"cells": [{"name": "gru", "hidden_size": 4}], "head": {"name": "note_list", "num_units": 3}}
    whole = with_sizes({**recipe, "clock": [4], "told_keys": 6}, PianoRoll(21, 88, 1))
    assert whole["cells"][0]["input_size"] == whole["head"]["input_size"] == 88 + 4 + 13
    build_model(whole)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"clock": [0]}, r"clock=\[0\] must be a list of lengths from 2 to 256 frames"),
        ({"clock": 4}, "clock=4 must be a list"),
        ({"clock": [4, True]}, "must be a list"),
        ({"told_keys": -1}, "told_keys=-1 must be from 0 to 11 semitones"),
        ({"told_keys": "C"}, "told_keys='C'"),
    ],
)
def test_what_cannot_be_told_is_refused(changed, words):
    with pytest.raises(InvalidValueError, match=words):
        build_model({**spec(), **changed})
    with pytest.raises(EngineError, match=words):
        with_sizes(
            {"cells": [{"name": "gru", "hidden_size": 4}], "head": {"name": "bernoulli"}, **changed},
            PianoRoll(21, 88, 1),
        )
