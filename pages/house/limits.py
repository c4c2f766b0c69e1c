"""Limits: what may be asked of the pages that draw and score.

Conventions
    length   frames of music, seconds of speech
"""

from collections.abc import Mapping

from engine.sampling import MAX_SEED

MAX_LANES = 4
MAX_FRAMES = 512
MAX_SECONDS = 10
OWN = "own"  # chosen instead of something shipped: a file of the visitor's
MAX_LENGTHS = {"frames": MAX_FRAMES, "seconds": MAX_SECONDS}
LIMITS: Mapping[str, tuple[float, float]] = {
    "length": (0.1, MAX_FRAMES),  # of speech at most MAX_SECONDS
    "seed": (0, MAX_SEED),
    "temperature": (0.1, 2.0),
    "tempo": (40, 240),
    "program": (0, 127),
    "kept": (0.1, 1.0),
}
