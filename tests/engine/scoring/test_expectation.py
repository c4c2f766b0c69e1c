"""What a model expects: exact where pitches are independent, else estimated, near the sum over all frames."""

from itertools import islice

import pytest
import torch

from engine.errors import InvalidValueError
from engine.scoring.expectation import expect
from tests.engine.small_pieces import ALL_FRAMES, HEADS, ROLL, SIZE, model_of, piece

NUM_DRAWS = 4_000
every_head = pytest.mark.parametrize("head", HEADS)


def enumerated(model, frames: torch.Tensor, moment: int) -> torch.Tensor:
    """The probability of each pitch: summed over all 64 frames that could come next."""
    pieces = torch.cat((frames[:moment].expand(len(ALL_FRAMES), -1, -1), ALL_FRAMES.unsqueeze(1)), 1)
    log_probs = model(pieces)[0].log_prob(pieces)[:, -1]
    assert float(log_probs.exp().sum()) == pytest.approx(1, abs=1e-5)
    return log_probs.exp() @ ALL_FRAMES


def expected(
    model, frames: torch.Tensor, start: int, semitones: int = 0, num_draws: int = 50
) -> torch.Tensor:
    """The probability of each pitch of the frame at ``start``."""
    return next(expect(model, ROLL, frames, start, semitones, num_draws)).probabilities


@every_head
def test_marginals_are_sums_over_all_frames(head):
    """Within four standard errors of an estimate, and exactly without."""
    model, frames = model_of(head), piece(8)
    expectations = list(expect(model, ROLL, frames, 2, num_draws=NUM_DRAWS))
    assert [expectation.num_draws for expectation in expectations] == [
        0 if head == "bernoulli" else NUM_DRAWS
    ] * 7
    for moment, expectation in zip(range(2, 9), expectations, strict=True):
        exact = enumerated(model, frames, moment)
        error = (expectation.probabilities - exact).abs()
        if head == "bernoulli":
            assert float(error.max()) < 1e-5
        else:
            assert bool((error <= 4 * (exact * (1 - exact) / NUM_DRAWS).sqrt() + 1e-6).all())
        assert float(exact.std()) > 0.02, "all pitches alike would show nothing"


@every_head
def test_a_later_start_gives_what_an_earlier_one_gives_there(head):
    """The draws of every frame use the same uniform numbers; rounding may change one of fifty."""
    model, frames = model_of(head), piece(8)
    for moment, later in enumerate(islice(expect(model, ROLL, frames, 3, num_draws=50), 4), 3):
        torch.testing.assert_close(expected(model, frames, moment), later.probabilities, atol=0.021, rtol=0)


@every_head
@pytest.mark.parametrize("semitones", [-2, 1])
def test_what_is_heard_in_another_key_is_told_in_the_one_that_is_written(head, semitones):
    model, frames = model_of(head), piece(8, free=2)
    here = expected(model, frames, 5, semitones)
    there = expected(model, ROLL.transpose(frames, semitones), 5)
    for pitch in range(SIZE):
        heard = pitch + semitones
        assert here[pitch] == (there[heard] if 0 <= heard < SIZE else 0)


@every_head
def test_nothing_after_the_moment_counts(head):
    model, frames = model_of(head), piece(8)
    changed = frames.clone()
    changed[4:] = 1 - changed[4:]
    for moment in (0, 4):
        assert torch.equal(expected(model, frames, moment), expected(model, changed, moment))


@pytest.mark.parametrize("start", [-1, 9])
def test_a_start_outside_the_piece_is_refused(start):
    with pytest.raises(InvalidValueError, match=f"frame {start} is not in a piece of 8 frames"):
        expect(model_of("list"), ROLL, piece(8), start)


def test_no_draw_is_no_estimate():
    with pytest.raises(InvalidValueError, match="num_draws=0 must be at least 1"):
        expect(model_of("list"), ROLL, piece(8), num_draws=0)
