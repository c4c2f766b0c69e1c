"""Randomness: a generator for each purpose of a fit, and for each epoch or update."""

import numpy as np
import torch

PURPOSES = {"weights": 0, "order": 1, "noise": 2}  # what a random generator is for


def generator(seed: int, purpose: str, number: int = 0) -> torch.Generator:
    """A generator of its own for each purpose and each epoch or update: a resumed run needs no state.

    Seed, purpose and number are hashed to 32 bits, since torch's CPU generator reads no more of a seed.
    """
    (hashed,) = np.random.SeedSequence((seed, PURPOSES[purpose], number)).generate_state(1)
    return torch.Generator().manual_seed(int(hashed))
