"""Gates: those of the equations, step by step, in every layer; the units that move most come first."""

import pytest
import torch

from engine.errors import InvalidValueError
from engine.models.model_spec import build_model
from engine.scoring.gates import Gate, gates_of, opened
from tests.engine.small_models import randomise

FRAMES = (torch.rand(20, 88, generator=torch.Generator().manual_seed(1)) < 0.1).float()


def network(*cells: str):
    """A model with one layer of six units for each name of a cell."""
    sizes = [88, *(6 for _ in cells)]
    layers = [
        {"name": cell, "input_size": read, "hidden_size": 6} for cell, read in zip(cells, sizes, strict=False)
    ]
    spec = {"cells": layers, "head": {"name": "bernoulli", "hidden_size": 6, "frame_size": 88}}
    return randomise(build_model(spec)).eval()


def test_a_network_has_the_gates_of_its_cells():
    assert gates_of(network("tanh")) == []
    assert gates_of(network("gru", "lstm")) == [
        Gate(1, "reset"), Gate(1, "update"), Gate(2, "input"), Gate(2, "forget"), Gate(2, "output")
    ]  # fmt: skip


def test_an_update_gate_is_how_much_of_the_state_is_replaced():
    """h_t = (1 - z_t) h_{t-1} + z_t h~_t, with h~_t in [-1, 1]: from z the outputs can be bounded."""
    model = network("gru")
    update = opened(model, Gate(1, "update"), FRAMES)
    assert update.shape == (6, 20) and 0 <= float(update.min()) <= float(update.max()) <= 1
    spread = update.var(1, unbiased=False)
    assert torch.equal(spread, spread.sort(descending=True).values)
    outputs, _, _ = model.read(FRAMES.unsqueeze(0))
    states = torch.cat((outputs.new_zeros(1, 6), outputs[0]))
    cell = model.cells[0]
    drive = cell.drive(torch.cat((FRAMES.new_zeros(1, 88), FRAMES[:-1])))
    _, z = cell.gates(drive, (states[:-1],))
    _, places = z.var(0, unbiased=False).sort(descending=True, stable=True)
    torch.testing.assert_close(update, z.t()[places])
    moved = (states[1:] - (1 - z) * states[:-1]).abs()
    assert bool((moved <= z + 1e-6).all())


def test_a_forget_gate_keeps_the_memory():
    model = network("lstm")
    cell = model.cells[0]
    drive, state = cell.drive(FRAMES[:1]), (torch.rand(1, 6), torch.rand(1, 6))
    keep, forget, show = cell.gates(drive, state)
    h, c = cell.advance(drive, state)
    assert bool(((c - forget * state[1]).abs() <= keep + 1e-6).all())
    torch.testing.assert_close(h, show * c.tanh())


def test_a_gate_that_is_not_there_is_refused():
    with pytest.raises(InvalidValueError, match="no forget gate in layer 1"):
        opened(network("gru"), Gate(1, "forget"), FRAMES)
