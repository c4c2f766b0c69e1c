"""Scores: three averages, masks, joins, and how a continuation is split from its prime."""

import math

import pytest
import torch

from engine.cells import CELLS
from engine.errors import InvalidValueError
from engine.heads import HEADS
from engine.scoring.likelihood import LogLikelihood, continuation_likelihood, log_likelihood
from tests.engine.small_models import SMALL, binary_frames, small_model

SIZE = SMALL["frame_size"]
LOG_PROBS = torch.tensor([[-8.0, -1.0, -3.0], [-4.0, -2.0, torch.nan]])
MASK = torch.tensor([[True, True, True], [True, True, False]])


def tiny_model(index: int = 0):
    heads = list(HEADS.items())
    return small_model([next(iter(CELLS.items()))], heads[index % len(heads)], 1 + index)


def test_the_three_averages_of_a_hand_example():
    """Two sequences of nats 8, 1, 3 and 4, 2: pooled 18 / 5; means 4 and 3; without the first 6 / 3."""
    score = LogLikelihood.of(LOG_PROBS, MASK)
    assert score.num_sequences == 2 and score.num_frames.tolist() == [3, 2]
    assert score.totals.tolist() == [-12, -6]
    assert score.nats_per_frame == 18 / 5
    assert score.nats_per_frame_sequence_mean == 3.5
    assert score.nats_per_frame_without_first == 6 / 3
    assert math.isclose(score.bits_per(10), 18 / 5 / 10 / math.log(2))


def test_one_sequence_alone():
    alone = LogLikelihood.of(LOG_PROBS, MASK).sequence(1)
    assert (alone.nats_per_frame, alone.nats_per_frame_without_first) == (3, 2)


def test_joining_is_scoring_together():
    score = LogLikelihood.of(LOG_PROBS, MASK)
    joined = LogLikelihood.join([score.sequence(0), score.sequence(1)])
    for key, value in vars(score).items():
        assert torch.equal(getattr(joined, key), value)


def test_joining_nothing_is_refused():
    with pytest.raises(InvalidValueError, match="no sequence was given"):
        LogLikelihood.join([])


def test_where_nothing_counts_the_score_is_not_a_number():
    """And a sequence that does not count takes no part in the mean over sequences."""
    nothing = LogLikelihood.of(LOG_PROBS, torch.zeros_like(MASK))
    assert math.isnan(nothing.nats_per_frame) and math.isnan(nothing.nats_per_frame_sequence_mean)
    assert math.isnan(LogLikelihood.of(LOG_PROBS[:, :1]).nats_per_frame_without_first)
    first = LogLikelihood.of(LOG_PROBS, MASK & torch.tensor([[True], [False]]))
    assert first.nats_per_frame == first.nats_per_frame_sequence_mean == 4
    assert math.isnan(LogLikelihood.of(LOG_PROBS[:, :0]).nats_per_frame)


def test_a_first_frame_that_does_not_count_is_not_taken_off():
    """As in the continuation of a prime."""
    score = LogLikelihood.of(LOG_PROBS, MASK & torch.tensor([False, True, True]))
    assert score.nats_per_frame == score.nats_per_frame_without_first == 2


def test_sums_are_in_float64():
    """A million frames of -0.1 in float32: summed in float32 they are off in the fourth digit."""
    total = LogLikelihood.of(torch.full((1, 1_000_000), -0.1)).totals
    assert total.dtype == torch.float64
    assert math.isclose(float(total), -1_000_000 * float(torch.tensor(0.1)), rel_tol=1e-12)


@pytest.mark.parametrize("index", range(2))
def test_padding_does_not_count(index):
    """Sequences of 3, 7 and 5 frames in one batch score as each alone, even where the padding is NaN."""
    model, frames = tiny_model(index), binary_frames(3, 7, SIZE)
    mask = torch.arange(7) < torch.tensor([[3], [7], [5]])
    for padding in (0.0, 1.0, torch.nan):
        padded = torch.where(mask.unsqueeze(-1), frames, padding)
        together = log_likelihood(model, padded, mask)
        for row, length in enumerate((3, 7, 5)):
            alone = log_likelihood(model, frames[row : row + 1, :length])
            torch.testing.assert_close(together.totals[row], alone.totals[0], rtol=1e-12, atol=0)
            torch.testing.assert_close(together.first[row], alone.first[0], rtol=1e-12, atol=0)
            assert together.num_frames[row] == length


def test_every_frame_is_scored():
    model, frames = tiny_model(), binary_frames(2, 9, SIZE)
    expected = model(frames)[0].log_prob(frames).sum(1)
    score = log_likelihood(model, frames)
    torch.testing.assert_close(score.totals, expected.detach())
    assert not score.totals.requires_grad


@pytest.mark.parametrize("index", range(2))
def test_prime_and_continuation_add_up_to_the_whole(index):
    model, frames = tiny_model(index), binary_frames(8, SIZE)
    whole = log_likelihood(model, frames.unsqueeze(0))
    for length in range(9):
        prime, rest = continuation_likelihood(model, frames, length)
        torch.testing.assert_close(prime.totals + rest.totals, whole.totals, rtol=1e-12, atol=0)
        assert (int(prime.num_frames), int(rest.num_frames)) == (length, 8 - length)
        alone = log_likelihood(model, frames[:length].unsqueeze(0))
        torch.testing.assert_close(prime.totals, alone.totals, rtol=1e-12, atol=0)
    assert math.isnan(rest.nats_per_frame)


@pytest.mark.parametrize("length", [-1, 9])
def test_a_prime_lies_within_the_frames(length):
    with pytest.raises(InvalidValueError, match=f"num_prime_frames={length} must be between 0 and 8"):
        continuation_likelihood(tiny_model(), binary_frames(8, SIZE), length)


def test_frames_of_another_width_are_refused():
    for score in (
        lambda frames: log_likelihood(tiny_model(), frames.unsqueeze(0)),
        lambda frames: continuation_likelihood(tiny_model(), frames, 1),
    ):
        with pytest.raises(InvalidValueError, match="frames hold 7 numbers but the model reads 6"):
            score(binary_frames(4, 7))
