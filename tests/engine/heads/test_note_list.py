"""The list of notes: normalised, exact, drawn by its own conditional probabilities; against a plain loop."""

from itertools import product

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.heads.note_list import NoteList, NoteListHead
from tests.engine.small_models import binary_frames, randomise, seeded

SIZE = 6
ALL_FRAMES = torch.tensor(list(product((0.0, 1.0), repeat=SIZE)), dtype=torch.float64)


def head_of(size: int, scale: float = 0.7, seed: int = 2) -> NoteListHead:
    head = NoteListHead(hidden_size=5, frame_size=size, input_size=size, num_units=9).double()
    return randomise(head, seed, scale).requires_grad_(False)


def given(*axes: int, size: int = SIZE, scale: float = 0.7, seed: int = 3) -> NoteList:
    h = torch.randn(*axes, 5, generator=seeded(seed), dtype=torch.float64)
    return head_of(size, scale)(h, binary_frames(*axes, size))


def repeated(one: NoteList, count: int) -> NoteList:
    return NoteList(one.base.expand(count, -1), one.weights, one.temperature)


def by_hand(head: NoteListHead, h: np.ndarray, x: np.ndarray, pitches: list[int]) -> float:
    """Log-probability of pitches, indices from low to high, one choice after the other as the module says."""
    w = {name: value.numpy() for name, value in head.named_parameters()}
    base = w["hidden_weight"] @ h + w["input_weight"] @ x + w["unit_bias"]
    size, total, so_far = len(w["above"]), 0.0, []
    for choice in [*sorted(pitches, reverse=True), "stop"]:
        ranks = [size - 1 - pitch for pitch in so_far]
        g = base + sum((w["above"][rank] for rank in ranks), np.zeros(len(base)))
        g = g + w["last"][ranks[-1] + 1 if ranks else 0]
        g = g / (1 + np.exp(-g))
        open_to = range(so_far[-1] if so_far else size)  # the pitches below
        logits = {
            pitch: w["to_logits"][size - 1 - pitch] @ g + w["bias"][size - 1 - pitch] for pitch in open_to
        }
        logits["stop"] = w["to_logits"][size] @ g + w["bias"][size]
        total += logits[choice] - np.logaddexp.reduce(list(logits.values()))
        so_far.append(choice)
    return total


def test_the_probabilities_of_all_frames_sum_to_one():
    log_probs = repeated(given(1, scale=2.0), len(ALL_FRAMES)).log_prob(ALL_FRAMES)
    assert abs(float(log_probs.logsumexp(0))) < 1e-13


def test_a_log_prob_is_the_sum_over_the_list_by_hand():
    head, rng = head_of(SIZE), seeded(4)
    for frame in (ALL_FRAMES[0], ALL_FRAMES[-1], *ALL_FRAMES[5:60:9]):
        h = torch.randn(5, generator=rng, dtype=torch.float64)
        x = binary_frames(SIZE, seed=7)
        expected = by_hand(head, h.numpy(), x.numpy(), frame.nonzero().flatten().tolist())
        assert float(head(h, x).log_prob(frame)) == pytest.approx(expected, abs=1e-12)


def test_notes_of_a_frame_depend_on_each_other():
    """What independent notes cannot do: p(both) is not p(one) p(other)."""
    probabilities = repeated(given(1, scale=2.0), len(ALL_FRAMES)).log_prob(ALL_FRAMES).exp()
    together = torch.einsum("f,fa,fb->ab", probabilities, ALL_FRAMES, ALL_FRAMES)
    apart = torch.outer(together.diag(), together.diag())
    assert float((together - apart).triu(1).abs().max()) > 0.01


def test_draws_come_as_often_as_their_probabilities_say():
    """All 64 frames, within five standard errors of 200,000 draws; at temperature 2 too."""
    for temperature in (1.0, 2.0):
        one = given(1).temper(temperature)
        probabilities = repeated(one, len(ALL_FRAMES)).log_prob(ALL_FRAMES).exp()
        numbers = torch.rand(200_000, SIZE, generator=seeded(5), dtype=torch.float64)
        drawn = repeated(one, 200_000).sample(numbers)
        index = (drawn @ 2.0 ** torch.arange(SIZE - 1, -1, -1, dtype=torch.float64)).long()
        shares = index.bincount(minlength=64) / 200_000
        errors = (probabilities * (1 - probabilities) / 200_000).sqrt()
        assert ((shares - probabilities).abs() < 5 * errors + 1e-9).all()


def test_a_draw_decides_pitch_after_pitch_by_its_conditional_probability():
    """Number j against p(j sounds | the pitches above j), summed over all frames that agree with those."""
    one = given(1, scale=1.5)
    probabilities = repeated(one, len(ALL_FRAMES)).log_prob(ALL_FRAMES).exp()
    for numbers in torch.rand(40, SIZE, generator=seeded(6), dtype=torch.float64):
        agrees, expected = torch.ones(len(ALL_FRAMES), dtype=torch.bool), torch.zeros(SIZE).double()
        for pitch in reversed(range(SIZE)):
            share = probabilities[agrees & (ALL_FRAMES[:, pitch] > 0)].sum() / probabilities[agrees].sum()
            expected[pitch] = float(numbers[pitch] < share)
            agrees &= ALL_FRAMES[:, pitch] == expected[pitch]
        assert torch.equal(one.sample(numbers[None])[0], expected)


def test_on_88_pitches_the_mean_log_prob_of_draws_is_minus_their_entropy():
    """Monte Carlo: weights p(v) / q(v) of frames drawn from another list q have the mean 1."""
    p, q = given(1, size=88, scale=0.3), given(1, size=88, scale=0.3, seed=8)
    count = 20_000
    numbers = torch.rand(count, 88, generator=seeded(9), dtype=torch.float64)
    drawn = repeated(q, count).sample(numbers)
    weights = (repeated(p, count).log_prob(drawn) - repeated(q, count).log_prob(drawn)).exp()
    assert abs(float(weights.mean()) - 1) < 4 * float(weights.std()) / count**0.5
    assert float(weights.std()) > 0.01, "two lists that are the same show nothing"


def test_frames_are_scored_in_blocks_as_at_once(monkeypatch):
    whole, frames = given(11), binary_frames(11, SIZE)
    expected = whole.log_prob(frames)
    monkeypatch.setattr("engine.heads.note_list.BLOCK_FRAMES", 4)
    torch.testing.assert_close(whole.log_prob(frames), expected)


@pytest.mark.parametrize("sizes", [{"num_units": 0}, {"input_size": -1}, {"frame_size": 0}])
def test_sizes_are_positive(sizes):
    with pytest.raises(InvalidValueError, match="must be a positive integer"):
        NoteListHead(**{"hidden_size": 5, "frame_size": 6, "input_size": 6, "num_units": 7, **sizes})
