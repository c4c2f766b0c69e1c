"""Attention to what came before, against a loop over its equations, and what it must not know."""

import numpy as np
import pytest
import torch

from engine.cells.attention import AttentionCell
from engine.errors import InvalidValueError
from tests.engine.small_models import randomise, seeded

INPUT, HIDDEN, HEADS, WINDOW = 6, 8, 2, 5


@pytest.fixture(autouse=True, params=[True, False], ids=["fitted", "scored"])
def _with_or_without_gradients(request):
    """The cell computes in another way with gradients than without them."""
    with torch.set_grad_enabled(request.param):
        yield


def cell_of(window: int = WINDOW) -> AttentionCell:
    return randomise(AttentionCell(INPUT, HIDDEN, HEADS, window).double(), 1).requires_grad_(False)


def inputs(time: int, batch: int = 1) -> torch.Tensor:
    return torch.randn(batch, time, INPUT, generator=seeded(2), dtype=torch.float64)


def unrolled(cell: AttentionCell, xs: torch.Tensor) -> torch.Tensor:
    return cell.unroll(xs, cell.initial_state(len(xs)))[0]


def by_hand(cell: AttentionCell, xs: np.ndarray) -> np.ndarray:
    """The equations of the module, one step and one head at a time."""
    w = {name: value.numpy() for name, value in cell.named_parameters()}
    query, key, during, after = np.split(xs @ w["input_weight"].T + w["bias"], 4, axis=1)
    width, attended = HIDDEN // HEADS, np.zeros((len(xs), HIDDEN))
    for t in range(len(xs)):
        for head in range(HEADS):
            part = slice(head * width, (head + 1) * width)
            weight_sum, value_sum = np.exp(w["distance_bias"][head, 0]), np.zeros(width)
            for s in range(max(0, t - cell.window), t):
                match = query[t, part] @ key[s, part] / np.sqrt(width) + w["distance_bias"][head, t - s]
                weight_sum += np.exp(match)
                value_sum += np.exp(match) * (during[s, part] + after[s + 1, part])
            attended[t, part] = value_sum / weight_sum
    return attended @ w["output_weight"].T


@pytest.mark.parametrize("time", [1, 2, 4, 17])
def test_it_is_the_equations(time):
    cell, xs = cell_of(), inputs(time)
    np.testing.assert_allclose(unrolled(cell, xs)[0].numpy(), by_hand(cell, xs[0].numpy()), atol=1e-13)


def test_the_first_step_finds_nothing():
    assert not unrolled(cell_of(), inputs(1)).any()


def test_what_comes_later_moves_nothing():
    cell, xs = cell_of(), inputs(12)
    changed = xs.clone()
    changed[:, 7:] += 1
    before, after = unrolled(cell, xs), unrolled(cell, changed)
    assert torch.equal(before[:, :7], after[:, :7])
    assert not torch.isclose(before[:, 7:], after[:, 7:]).all(-1).any()


def test_moments_beyond_the_window_are_forgotten():
    cell, xs = cell_of(), inputs(20)
    changed = xs.clone()
    changed[:, :10] = 0
    _, state = cell.unroll(xs, cell.initial_state(1))
    assert [part.shape[1] for part in state[2:]] == [WINDOW, WINDOW]
    torch.testing.assert_close(unrolled(cell, xs)[:, 15:], unrolled(cell, changed)[:, 15:])


def test_blocks_of_queries_are_as_all_at_once(monkeypatch):
    cell, xs = cell_of(), inputs(30, batch=3)
    whole = unrolled(cell, xs)
    monkeypatch.setattr("engine.cells.attention.QUERIES_AT_ONCE", 4)
    torch.testing.assert_close(unrolled(cell, xs), whole, rtol=0, atol=1e-14)


def test_a_very_long_sequence_is_read():
    """Ten thousand steps: memory is bounded by the window."""
    cell, xs = cell_of(window=50), inputs(10_000)
    assert unrolled(cell, xs).isfinite().all()


@pytest.mark.parametrize("window", [0, -1])
def test_a_window_is_a_positive_whole_number(window):
    with pytest.raises(InvalidValueError, match=r"window=.* must be a positive integer"):
        AttentionCell(INPUT, HIDDEN, HEADS, window)


def test_heads_divide_the_units():
    with pytest.raises(InvalidValueError, match="hidden_size=8 cannot be divided among num_heads=3"):
        AttentionCell(INPUT, HIDDEN, 3, WINDOW)
