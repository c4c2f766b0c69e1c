"""Every cell against a loop over the paper's equations in float64, and against torch where torch agrees."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.cells.gru import GRUCell
from engine.cells.lstm import LSTMCell
from engine.cells.tanh import TanhCell
from tests.engine.cells.paper_equations import Weights, gru_step, lstm_step, stacked, tanh_step
from tests.engine.small_models import SMALL, seeded, small_cell

LSTM_GATES = ("i", "f", "o", "c")


def arrays(cell: nn.Module) -> Weights:
    return {name: parameter.detach().numpy() for name, parameter in cell.named_parameters()}


def tanh_weights(cell: TanhCell) -> Weights:
    given = arrays(cell)
    return {"W": given["input_weight"], "U": given["recurrent_weight"], "b": given["bias"]}


def gru_weights(cell: GRUCell) -> Weights:
    given = arrays(cell)
    return {
        **stacked("W", ("r", "z", ""), given["input_weight"]),
        **stacked("b", ("r", "z", ""), given["bias"]),
        **stacked("U", ("r", "z"), given["gate_weight"]),
        "U": given["candidate_weight"],
    }


def lstm_weights(cell: LSTMCell) -> Weights:
    given = arrays(cell)
    return {
        **stacked("W", LSTM_GATES, given["input_weight"]),
        **stacked("b", LSTM_GATES, given["bias"]),
        **stacked("U", LSTM_GATES, given["recurrent_weight"]),
        **dict(zip(("V_i", "V_f", "V_o"), given["peephole"], strict=True)),
    }


@pytest.mark.parametrize(
    ("constructor", "weights", "step"),
    [
        (TanhCell, tanh_weights, tanh_step),
        (GRUCell, gru_weights, gru_step),
        (LSTMCell, lstm_weights, lstm_step),
    ],
)
def test_a_cell_is_the_papers_equations(constructor, weights, step):
    """With random peepholes and biases, from a random state, over thirty steps of three sequences."""
    cell, rng = small_cell(constructor), seeded(5)
    xs = torch.randn(3, 30, SMALL["input_size"], generator=rng, dtype=torch.float64)
    start = tuple(
        torch.randn(part.shape, generator=rng, dtype=torch.float64) for part in cell.initial_state(3)
    )
    outputs, end = cell.unroll(xs, start)
    for row in range(3):
        state = tuple(part[row].numpy() for part in start)
        for time in range(30):
            state = step(weights(cell), xs[row, time].numpy(), state)
            np.testing.assert_allclose(outputs[row, time].detach().numpy(), state[0], rtol=0, atol=1e-13)
        for part, expected in zip(end, state, strict=True):
            np.testing.assert_allclose(part[row].detach().numpy(), expected, rtol=0, atol=1e-13)


def fill(reference: nn.Module, weight_ih, weight_hh, bias) -> nn.Module:
    """Torch has two biases, which it adds: ours is the first."""
    with torch.no_grad():
        reference.weight_ih.copy_(weight_ih)
        reference.weight_hh.copy_(weight_hh)
        reference.bias_ih.copy_(bias)
        reference.bias_hh.zero_()
    return reference


def test_tanh_equals_torch():
    cell, rng = small_cell(TanhCell), seeded(6)
    reference = nn.RNNCell(cell.input_size, cell.hidden_size, dtype=torch.float64)
    fill(reference, cell.input_weight, cell.recurrent_weight, cell.bias)
    x, h = (torch.randn(4, size, generator=rng, dtype=torch.float64) for size in (6, 5))
    torch.testing.assert_close(cell(x, (h,))[0], reference(x, h), rtol=0, atol=1e-14)


def test_lstm_without_peepholes_equals_torch():
    """Torch stacks its gates in the order input, forget, candidate, output; ours has the output before."""
    cell, rng = small_cell(LSTMCell), seeded(7)
    nn.init.zeros_(cell.peephole)

    def torch_order(weight):
        in_gate, forget, output, candidate = weight.chunk(4)
        return torch.cat((in_gate, forget, candidate, output))

    reference = nn.LSTMCell(cell.input_size, cell.hidden_size, dtype=torch.float64)
    fill(reference, *map(torch_order, (cell.input_weight, cell.recurrent_weight, cell.bias)))
    x, h, c = (torch.randn(4, size, generator=rng, dtype=torch.float64) for size in (6, 5, 5))
    ours, theirs = cell(x, (h, c)), reference(x, (h, c))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-14)


def test_gru_is_not_torchs():
    """Torch resets after the matrix product; the two agree where the reset gate is open (r = 1)."""
    cell, rng = small_cell(GRUCell), seeded(8)
    size = cell.hidden_size
    reference = nn.GRUCell(cell.input_size, size, dtype=torch.float64)
    x, h = (torch.randn(4, width, generator=rng, dtype=torch.float64) for width in (6, 5))

    def difference() -> float:
        # Torch's z keeps the old state, ours takes the new one: sigmoid(-a) = 1 - sigmoid(a).
        signs = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64).repeat_interleave(size)
        recurrent = torch.cat((cell.gate_weight, cell.candidate_weight))
        column = signs.unsqueeze(1)
        fill(reference, cell.input_weight * column, recurrent * column, cell.bias * signs)
        return (cell(x, (h,))[0] - reference(x, h)).detach().abs().max().item()

    assert difference() > 1e-2
    with torch.no_grad():
        cell.bias[:size] = 50.0
    assert difference() < 1e-14
