"""Lists in several keys: normalised, exact, drawn by its own conditional probabilities."""

import math

import pytest
import torch

from engine.heads.note_list import NoteListHead
from engine.heads.note_list_mixture import NoteListMixture, moved
from tests.engine.heads.all_frames import ALL_FRAMES, SIZE, check_conditional_draws
from tests.engine.small_models import binary_frames, randomise, seeded

KEYS = range(-2, 3)
EVERY_REACH = pytest.mark.parametrize("reach", [0, 2])


def given(count: int, size: int = SIZE, reach: int = 2, scale: float = 1.2, seed: int = 3):
    """``count`` times the same mixture, and the head and what it reads in each key."""
    head = NoteListHead(hidden_size=5, frame_size=size, input_size=size, num_units=9, reach=reach)
    head = randomise(head.double(), 2, scale).requires_grad_(False)
    h = torch.randn(len(KEYS), 1, 5, generator=seeded(seed), dtype=torch.float64)
    x = moved(binary_frames(1, size), KEYS)
    every = (part.expand(-1, count, -1).flatten(0, 1) for part in (h, x))
    return NoteListMixture(head(*every), KEYS), head, h[:, 0], x[:, 0]


@EVERY_REACH
def test_the_probabilities_of_all_frames_sum_to_one(reach):
    mixture, *_ = given(len(ALL_FRAMES), reach=reach)
    assert abs(float(mixture.log_prob(ALL_FRAMES).logsumexp(0))) < 1e-13


@EVERY_REACH
def test_a_probability_is_the_mean_over_keys_of_that_of_the_moved_frame(reach):
    """Each key by itself, normalised by enumeration: over the frames that stay whole when moved into it."""
    mixture, head, h, x = given(len(ALL_FRAMES), reach=reach)
    expected = torch.zeros(len(ALL_FRAMES), dtype=torch.float64)
    for place, key in enumerate(KEYS):
        there = moved(ALL_FRAMES, [key])[0]
        whole = there.sum(1) == ALL_FRAMES.sum(1)
        in_key = head(h[place].expand(len(there), -1), x[place].expand(len(there), -1))
        silent = torch.zeros(len(there), SIZE + 1, dtype=torch.bool)
        silent[:, :-1] = moved(torch.ones(SIZE), [key])[0].flip(0) == 0
        shares = in_key.without(silent).log_prob(there).exp() * whole
        assert float(shares.sum()) == pytest.approx(1, abs=1e-12)
        expected += shares / len(KEYS)
    torch.testing.assert_close(mixture.log_prob(ALL_FRAMES).exp(), expected, rtol=1e-12, atol=1e-15)


def test_far_from_the_ends_a_key_is_the_list_itself():
    mixture, head, h, x = given(1, size=40)
    frame = torch.zeros(1, 40, dtype=torch.float64)
    frame[0, [17, 20, 24]] = 1
    there = moved(frame, KEYS)[:, 0]
    open_ended = head(h, x).log_prob(there).logsumexp(0) - math.log(len(KEYS))
    assert float(mixture.log_prob(frame)) == pytest.approx(float(open_ended), abs=0.3)
    assert float(mixture.log_prob(frame)) >= float(open_ended) - 1e-12, "shares of what cannot sound are left"


@pytest.mark.parametrize("temperature", [1.0, 2.0, 1e-3])
def test_a_draw_decides_pitch_after_pitch_by_its_conditional_probability(temperature):
    probabilities = given(len(ALL_FRAMES))[0].temper(temperature).log_prob(ALL_FRAMES).exp()
    check_conditional_draws(given(1)[0].temper(temperature), probabilities)


def test_draws_of_a_batch_are_those_of_each_by_itself():
    mixture, *_ = given(30)
    numbers = torch.rand(30, SIZE, generator=seeded(5), dtype=torch.float64)
    alone = torch.cat([given(1)[0].sample(row[None]) for row in numbers])
    assert torch.equal(mixture.sample(numbers), alone)
    assert len(alone.unique(dim=0)) > 3


def test_on_88_pitches_weights_of_draws_have_the_mean_one():
    """Monte Carlo: p(v) / q(v) of frames drawn from another mixture q."""
    count = 4_000
    p, q = (given(count, size=88, scale=0.3, seed=seed)[0] for seed in (3, 8))
    drawn = q.sample(torch.rand(count, 88, generator=seeded(9), dtype=torch.float64))
    weights = (p.log_prob(drawn) - q.log_prob(drawn)).exp()
    assert abs(float(weights.mean()) - 1) < 4 * float(weights.std()) / count**0.5
    assert float(weights.std()) > 0.01, "two mixtures that are the same show nothing"


def test_what_is_moved_leaves_at_the_ends():
    values = torch.tensor([[1.0, 2.0, 3.0]])
    assert moved(values, (-1, 0, 2), fill=9.0).tolist() == [[[2, 3, 9]], [[1, 2, 3]], [[9, 9, 1]]]


def test_a_repeated_mixture_draws_and_scores_as_the_one_does_each_time():
    """The keys stay the first of the axes."""
    mixture, *_ = given(2)
    numbers = torch.rand(2, 9, SIZE, generator=seeded(7), dtype=torch.float64)
    drawn = mixture.repeated(9).sample(numbers)
    assert len(drawn.flatten(0, 1).unique(dim=0)) > 3
    scored = mixture.repeated(9).log_prob(drawn)
    for draw in range(9):
        assert torch.equal(drawn[:, draw], mixture.sample(numbers[:, draw]))
        torch.testing.assert_close(scored[:, draw], mixture.log_prob(drawn[:, draw]))
