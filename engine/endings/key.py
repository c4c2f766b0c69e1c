"""Key: the key of a piece, estimated from how long each pitch class sounds in it.

Conventions
    class     a pitch class: 0 for C to 11 for B
    weights   how long each class sounds, shape (12,)
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

NUM_CLASSES = 12
# Listeners' ratings of how well each semitone fits a key, from the tonic up (Krumhansl and Kessler 1982).
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10, 11)  # with the leading tone


class Key(NamedTuple):
    """The tonic's pitch class, and whether the key is major."""

    tonic: int
    is_major: bool


def best_key(weights: Float64[np.ndarray, "12"]) -> Key | None:
    """The key whose profile matches the weights best; None if nothing sounds, or all classes equally long."""
    if not np.ptp(weights):
        return None
    place = int(np.argmax(_profiles() @ weights))
    return Key(place % NUM_CLASSES, place < NUM_CLASSES)


@cache
def _profiles() -> Float64[np.ndarray, "key 12"]:
    """Profiles of the 12 major, then the 12 minor keys, scaled so that products rank as correlations do."""
    modes = (MAJOR_PROFILE, MINOR_PROFILE)
    profiles = np.array([np.roll(profile, tonic) for profile in modes for tonic in range(NUM_CLASSES)])
    profiles = profiles - profiles.mean(1, keepdims=True)
    return profiles / np.linalg.norm(profiles, axis=1, keepdims=True)
