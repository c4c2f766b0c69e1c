"""The uniform numbers that decide draws: the same random numbers for all models.

The numbers of frame t come from a generator seeded by (seed, t): the counter-based Philox 4x64
(Salmon et al. 2011), keyed by the seed and started at a counter that t fixes. So any frame's numbers
can be computed directly, in any order and on any machine, and number j of frame t is the same whichever
model asks.
"""

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

KEY_NUMBERS = 128  # uniform numbers of a frame under one key; a frame that needs more uses further keys
NUMBERS_PER_COUNTER = 4
RANDOM_BITS = 52  # with half a step added, no number is 0 or 1


def frame_uniforms(seed: int, first: int, num_frames: int, count: int) -> Float64[Tensor, "frame count"]:
    """``count`` uniform numbers, above 0 and below 1, of each frame from ``first`` on."""
    num_blocks = -(-count // KEY_NUMBERS)
    start = first * (KEY_NUMBERS // NUMBERS_PER_COUNTER)
    blocks = [
        np.random.Philox(key=[seed, block], counter=start).random_raw(num_frames * KEY_NUMBERS)
        for block in range(num_blocks)
    ]
    raw = np.concatenate([block.reshape(num_frames, KEY_NUMBERS) for block in blocks], axis=1)
    steps = raw[:, :count] >> (64 - RANDOM_BITS)
    return torch.from_numpy((steps + 0.5) * 2.0**-RANDOM_BITS)
