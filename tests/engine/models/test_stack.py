"""What holds for every stack of registered cells under every registered head."""

import math

import pytest
import torch

from engine.cells import CELLS
from engine.errors import EngineError, InvalidValueError
from engine.heads import HEADS
from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.models.stack import Stack
from tests.engine.small_models import (
    SMALL,
    binary_frames,
    randomise,
    seeded,
    small_cell,
    small_model,
    spec_of,
)

SIZE = SMALL["frame_size"]
every_stack = pytest.mark.parametrize(
    ("cells", "head", "context_frames"),
    [
        pytest.param(layers * [cell], head, context, id=f"{layers}x{cell[0]}-{head[0]}-{context}")
        for cell in CELLS.items()
        for head in HEADS.items()
        for layers in (1, 3)
        for context in (1, 2)
    ]
    + [pytest.param(list(CELLS.items()), head, 3, id=f"all-{head[0]}-3") for head in HEADS.items()],
)


def stepped_log_probs(model: Model, frames: torch.Tensor) -> torch.Tensor:
    state, frame = model.initial_state(len(frames)), torch.zeros_like(frames[:, 0])
    log_probs = []
    for following in frames.unbind(1):
        distribution, state = model.step(frame, state)
        log_probs.append(distribution.log_prob(following))
        frame = following
    return torch.stack(log_probs, 1)


@every_stack
def test_stepping_scores_exactly_as_teacher_forcing(cells, head, context_frames):
    model, frames = small_model(cells, head, context_frames), binary_frames(2, 12, SIZE)
    forced = model(frames)[0].log_prob(frames)
    assert forced.shape == (2, 12)
    torch.testing.assert_close(stepped_log_probs(model, frames), forced, rtol=0, atol=1e-12)


@every_stack
def test_the_state_returned_goes_on_as_stepping_would(cells, head, context_frames):
    """At any length, shorter than the context too: reading the last frame predicts the next one."""
    model, frames = small_model(cells, head, context_frames), binary_frames(2, 6, SIZE)
    whole = model(frames)[0].log_prob(frames)
    for length in range(1, 6):
        _, state = model(frames[:, :length])
        following, _ = model.step(frames[:, length - 1], state)
        log_prob = following.log_prob(frames[:, length])
        torch.testing.assert_close(log_prob, whole[:, length], rtol=0, atol=1e-12)


@every_stack
def test_no_frames_leave_the_first_state(cells, head, context_frames):
    model, frames = small_model(cells, head, context_frames), binary_frames(2, 1, SIZE)
    _, state = model(frames[:, :0])
    first, _ = model.step(torch.zeros(2, SIZE, dtype=torch.float64), state)
    torch.testing.assert_close(first.log_prob(frames[:, 0]), model(frames)[0].log_prob(frames)[:, 0])


@every_stack
def test_later_frames_change_nothing_before_them(cells, head, context_frames):
    model, frames = small_model(cells, head, context_frames), binary_frames(2, 10, SIZE)
    before = model(frames)[0].log_prob(frames)
    for time in range(10):
        changed = frames.clone()
        changed[:, time:] = 1 - changed[:, time:]
        after = model(changed)[0].log_prob(changed)
        assert torch.equal(after[:, :time], before[:, :time])
        assert (after[:, time:] != before[:, time:]).any()


@every_stack
def test_the_past_counts_for_long(cells, head, context_frames):
    model, frames = small_model(cells, head, context_frames), binary_frames(1, 8, SIZE)
    changed = frames.clone()
    changed[:, 0] = 1 - changed[:, 0]
    before, after = (model(given)[0].log_prob(frames) for given in (frames, changed))
    assert torch.equal(before[:, :1], after[:, :1]) and (before[:, 1:] != after[:, 1:]).all()


@every_stack
def test_step_one_reads_zeros(cells, head, context_frames):
    model = small_model(cells, head, context_frames)
    output = torch.zeros(1, SIZE * context_frames, dtype=torch.float64)
    x = output
    for cell in model.cells:
        output = cell(output, cell.initial_state(1))[0]
    frames = binary_frames(1, 4, SIZE)
    expected = model.head(output, x).log_prob(frames[:, 0])
    torch.testing.assert_close(model(frames)[0].log_prob(frames)[:, 0], expected, rtol=1e-15, atol=1e-14)


@every_stack
def test_a_sequence_read_in_parts_is_the_whole_one(cells, head, context_frames):
    model = small_model(cells, head, context_frames)
    frames = binary_frames(2, 11, SIZE)
    whole, end = model(frames)
    first, middle = model(frames[:, :4])
    known = torch.cat((frames.new_zeros(2, context_frames, SIZE), frames[:, :4]), 1)
    second, last = model(frames[:, 4:], middle.layers, known[:, -context_frames:])
    parts = torch.cat((first.log_prob(frames[:, :4]), second.log_prob(frames[:, 4:])), 1)
    torch.testing.assert_close(parts, whole.log_prob(frames), rtol=0, atol=1e-13)
    torch.testing.assert_close(last, end, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("sizes", "context_frames", "message"),
    [
        ([(SIZE, 5)], 2, "part 0 of the model reads 6 numbers but is given 12"),
        ([(SIZE, 5), (4, 5)], 1, "part 1 of the model reads 4 numbers but is given 5"),
        ([(SIZE, 7)], 1, "part 1 of the model reads 5 numbers but is given 7"),
        ([], 1, "at least one cell"),
        ([(SIZE, 5)], 0, "context_frames=0 must be a positive integer"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(sizes, context_frames, message):
    cell = next(iter(CELLS.values()))
    cells = [small_cell(cell, input_size=given, hidden_size=hidden) for given, hidden in sizes]
    name, head = next(iter(HEADS.items()))
    spec = spec_of(name, head)
    del spec["name"]
    with pytest.raises(InvalidValueError, match=message):
        Stack(cells, head(**spec), context_frames)


CELL = spec_of(*next(iter(CELLS.items())))
HEAD = spec_of(*next(iter(HEADS.items())))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "a model spec holds 'cells'"),
        ({"cells": CELL, "head": HEAD}, "a list"),
        ({"cells": [CELL]}, "'head'"),
        ({"cells": [CELL], "head": HEAD, "depth": 1}, "nothing else"),
        ({"cells": [], "head": HEAD}, "at least one cell"),
        ({"cells": [CELL], "head": HEAD, "context_frames": "2"}, "context_frames='2' must be a positive"),
        ({"cells": [{**CELL, "name": "gur"}], "head": HEAD}, "unknown cell 'gur'"),
        ({"cells": ["gru"], "head": HEAD}, "a cell needs a 'name'"),
        ({"cells": [CELL], "head": {**HEAD, "name": "categorical"}}, "unknown head 'categorical'"),
        ({"cells": [CELL], "head": {"name": HEAD["name"]}}, "lacks 'hidden_size'"),
    ],
)
def test_a_bad_spec_is_refused(spec, message):
    with pytest.raises(EngineError, match=message):
        build_model(spec)


@every_stack
def test_fresh_weights_come_from_the_given_generator(cells, head, context_frames):
    model, twin = (small_model(cells, head, context_frames) for _ in range(2))
    before = torch.get_rng_state()
    model.initialise(seeded(3))
    twin.initialise(seeded(3))
    assert torch.equal(before, torch.get_rng_state())
    assert all(map(torch.equal, model.parameters(), twin.parameters()))
    assert model.num_parameters() == sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("floor", [True, -1.0, math.inf, "loud", None])
def test_a_gain_floor_that_cannot_be_is_refused(floor):
    spec = {
        "cells": [{"name": "gru", "input_size": 7, "hidden_size": 4}],
        "head": {"name": "bernoulli", "hidden_size": 4, "frame_size": 6},
        "gain_floor": floor,
    }
    with pytest.raises(InvalidValueError, match="gain_floor"):
        build_model(spec)


def test_with_gain_control_cells_read_how_loud_it_was_and_the_rest_as_if_it_were_not():
    spec = {
        "cells": [{"name": "gru", "input_size": 7, "hidden_size": 4}],
        "head": {"name": "bernoulli", "hidden_size": 4, "frame_size": 6},
        "gain_floor": 0.5,
    }
    model = randomise(build_model(spec).double(), 2)
    frames = torch.randn(1, 4, 6, generator=seeded(3), dtype=torch.float64)
    read = torch.cat((torch.zeros(1, 1, 6), frames[:, :3]), 1)
    gains = (read.square().mean(-1, keepdim=True) + 0.25).sqrt()
    cell, heard = model.cells[0], torch.cat((read / gains, gains.log()), -1)
    outputs, _ = cell.unroll(heard, cell.initial_state(1))
    stepped, state = [], model.initial_state(1)
    for frame in read.unbind(1):
        distribution, state = model.step(frame, state)
        stepped.append(distribution.logits)
    expected = model.head(outputs, read).logits
    torch.testing.assert_close(torch.stack(stepped, 1), expected, rtol=0, atol=1e-14)
