"""Randomness: a generator for each purpose of a fit, and for each epoch or update."""

import numpy as np
import torch

STREAMS = {"weights": 0, "order": 1, "noise": 2}  # what a random generator is for


def generator(seed: int, stream: str, number: int = 0) -> torch.Generator:
    """A generator of its own for each purpose and each epoch or update: a resumed run needs no state.

    The three are hashed to 32 bits, since torch's generator on the CPU reads no more of a seed.
    """
    (hashed,) = np.random.SeedSequence((seed, STREAMS[stream], number)).generate_state(1)
    return torch.Generator().manual_seed(int(hashed))
