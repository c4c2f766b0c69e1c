"""EndWatch: a draw is cut short where its piece ends, by its own seed alone."""

import numpy as np
import pytest
import torch

from engine.endings.ending import Ending
from engine.endings.signs import NUM_SIGNS, SIGN_SIZES
from engine.sampling.end_watch import EndWatch
from tests.engine.small_models import binary_frames
from tests.engine.small_pieces import HEADS, model_of

PIECE = binary_frames(400, 88, seed=3).float()


def ending(chance: float) -> Ending:
    """The same chance after every frame."""
    return Ending.of_numbers(np.array([np.log(chance / (1 - chance)), *[0.0] * NUM_SIGNS]), 99)


def end_of(watch: EndWatch, frames: torch.Tensor) -> int | None:
    """The number of frames after which it ends."""
    for number, frame in enumerate(frames, 1):
        watch.see(frame)
        if watch.has_ended:
            return number
    return None


def test_it_ends_as_often_as_its_chance_says():
    ends = [end_of(EndWatch(ending(0.05), 21, seed), PIECE[:60]) for seed in range(400)]
    assert sum(end is None for end in ends) / 400 == pytest.approx(0.95**60, abs=0.03)
    assert np.mean([end for end in ends if end]) == pytest.approx(18, abs=2.5)


def test_a_beginning_does_not_end_but_counts():
    """A draw that is given back as a beginning ends where the longer draw would have."""
    for seed in range(20):
        whole = end_of(EndWatch(ending(0.02), 21, seed), PIECE)
        rest = end_of(EndWatch(ending(0.02), 21, seed, PIECE[:7]), PIECE[7:])
        assert whole is None or whole <= 7 or rest == whole - 7


def test_what_was_heard_decides():
    numbers = np.zeros(1 + NUM_SIGNS)
    numbers[0] = -50.0
    held = 1 + list(SIGN_SIZES).index("held")
    numbers[1 + sum(list(SIGN_SIZES.values())[: held - 1]) + 3] = 100.0  # held for four frames
    frames = torch.cat((PIECE[:30], PIECE[29:30].repeat(9, 1)))
    assert end_of(EndWatch(Ending.of_numbers(numbers, 99), 21, 5), frames) == 33


def test_an_end_that_never_comes_is_waited_for():
    assert (
        end_of(EndWatch(Ending.of_numbers(np.array([-100.0] + [0.0] * NUM_SIGNS), 99), 21, 1), PIECE) is None
    )


@pytest.mark.parametrize("head", HEADS)
def test_the_number_that_decides_is_no_heads(head):
    model = model_of(head)
    distribution, _ = model.step(model.silence(1), model.initial_state(1))
    assert distribution.num_uniforms <= model.frame_size + 1
