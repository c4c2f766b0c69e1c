"""A model with kept melodies: steps, causality, card and weights."""

import pytest
import torch

from engine.errors import EngineError, InvalidValueError
from engine.models.model_spec import build_model
from engine.models.reminded import Reminded
from tests.engine.small_models import binary_frames, randomise

SIZE = 8
NUMBERS = {"decay": 0.8, "same": 1.5, "other": -0.7, "start": 2.0, "doubt": 1.0}
HEAD = {"name": "note_list", "num_units": 7, "input_size": SIZE, "hidden_size": 6, "frame_size": SIZE}


def spec(**changed: object) -> dict:
    cell = {"name": "gru", "input_size": SIZE, "hidden_size": 6}
    memory = {"num_places": 30, **NUMBERS}
    return {"cells": [cell], "head": HEAD, "melody_memory": memory, **changed}


def frames_of(length: int, seed: int) -> torch.Tensor:
    return binary_frames(length, SIZE, seed=seed).float()


def reminded_model(**changed: object) -> Reminded:
    reminded = randomise(build_model(spec(**changed)), 3)
    reminded.memory.keep([frames_of(20, 1), frames_of(10, 2)])
    return reminded.requires_grad_(False)


EVERY_KIND = pytest.mark.parametrize("changed", [{}, {"transpositions": 2}])


@EVERY_KIND
def test_step_by_step_it_expects_what_it_expects_in_one_go(changed):
    reminded, frames = reminded_model(**changed), frames_of(12, 1)
    whole = reminded(frames[None])[0].log_prob(frames[None])[0]
    state, heard, log_probs = reminded.initial_state(1), torch.zeros(1, SIZE), []
    for frame in frames:
        distribution, state = reminded.step(heard, state)
        log_probs.append(distribution.log_prob(frame[None])[0])
        heard = frame[None]
    torch.testing.assert_close(torch.stack(log_probs), whole, rtol=0, atol=1e-5)


@EVERY_KIND
def test_in_parts_it_expects_what_it_expects_in_one_go(changed):
    reminded, frames = reminded_model(**changed), frames_of(12, 1)[None]
    whole = reminded(frames)[0].log_prob(frames)
    first, state = reminded(frames[:, :5])
    second, _ = reminded(frames[:, 5:], state.layers, frames[:, 4:5])
    parts = torch.cat((first.log_prob(frames[:, :5]), second.log_prob(frames[:, 5:])), 1)
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-5)


@EVERY_KIND
def test_later_frames_change_no_earlier_log_prob(changed):
    reminded, frames = reminded_model(**changed), frames_of(12, 1)[None]
    other = frames.clone()
    other[:, 6:] = 1 - other[:, 6:]
    before, after = (reminded(given)[0].log_prob(given)[0] for given in (frames, other))
    torch.testing.assert_close(before[:6], after[:6], rtol=0, atol=1e-6)  # rounding
    assert not torch.isclose(before[6:], after[6:]).any()


def test_a_melody_that_is_kept_is_likelier_than_without_the_memory():
    reminded, kept = reminded_model(), frames_of(20, 1)[None]
    alone = reminded.model(kept)[0].log_prob(kept).sum()
    assert float(reminded(kept)[0].log_prob(kept).sum()) > float(alone) + 5


def test_melodies_are_part_of_the_weights_but_not_parameters():
    reminded, empty = reminded_model(), build_model(spec())
    empty.load_state_dict(reminded.state_dict())
    assert torch.equal(empty.memory.ranks, reminded.memory.ranks) and empty.memory.begins.sum() == 2
    assert empty.num_parameters() == reminded.model.num_parameters()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"melody_memory": {"num_places": 30}}, "nothing else"),
        ({"melody_memory": {"num_places": 30, **NUMBERS, "colour": 1.0}}, "nothing else"),
        ({"melody_memory": {"num_places": 0, **NUMBERS}}, "num_places=0"),
        ({"melody_memory": {"num_places": 30, **NUMBERS, "decay": 2.0}}, "decay"),
        ({"melody_memory": None}, "nothing else"),
        ({"head": {"name": "bernoulli", "hidden_size": 6, "frame_size": SIZE}}, "note_list"),
    ],
)
def test_a_card_that_asks_for_what_cannot_be_is_refused(changed, words):
    with pytest.raises(InvalidValueError, match=words):
        build_model(spec(**changed))


def test_other_sizes_than_the_card_says_are_refused():
    with pytest.raises((RuntimeError, EngineError)):
        build_model(spec(melody_memory={"num_places": 31, **NUMBERS})).load_state_dict(
            reminded_model().state_dict()
        )
