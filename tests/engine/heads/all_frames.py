"""All frames of six pitches, so few that what a head says can be summed over them."""

from itertools import product

import torch
from torch import Tensor

from engine.heads import Distribution
from tests.engine.small_models import seeded

SIZE = 6  # pitches
ALL_FRAMES = torch.tensor(list(product((0.0, 1.0), repeat=SIZE)), dtype=torch.float64)


def check_conditional_draws(distribution: Distribution, probabilities: Tensor) -> None:
    """Draws decide pitch after pitch, from the highest, each by its conditional probability.

    Pitch j must sound if number j is below p(j sounds | the pitches above j), which is summed over the frames
    that agree with what is decided.

    Args:
        distribution: of one frame.
        probabilities: what it gives each frame of ``ALL_FRAMES``.
    """
    for numbers in torch.rand(40, SIZE, generator=seeded(6), dtype=torch.float64):
        agrees, expected = torch.ones(len(ALL_FRAMES), dtype=torch.bool), torch.zeros(SIZE).double()
        for pitch in reversed(range(SIZE)):
            share = probabilities[agrees & (ALL_FRAMES[:, pitch] > 0)].sum() / probabilities[agrees].sum()
            expected[pitch] = float(numbers[pitch] < share)
            agrees &= ALL_FRAMES[:, pitch] == expected[pitch]
        assert torch.equal(distribution.sample(numbers[None])[0], expected)
