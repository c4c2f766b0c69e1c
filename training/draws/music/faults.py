"""Faults that no real piece has: swelling into noise, standing still, emptiness.

Conventions
    roll    bool, shape (time, pitch)
    most    notes of the fullest frame of any training piece
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from engine.sampling import RUNAWAY_FACTOR, RUNAWAY_FRAMES

Roll = Bool[np.ndarray, "_time pitch"]  # _time: the pieces of one list may differ in length
STANDSTILL_FRAMES = 32
NUM_QUARTERS = 4


def most_notes(rolls: Sequence[Roll]) -> int:
    """Notes of the fullest frame; 0 without any frame."""
    return max((int(roll.sum(1).max()) for roll in rolls if len(roll)), default=0)


def has_runaway(roll: Roll, most: int) -> bool:
    """Whether 8 frames in a row have more than 1.5 times the most notes of any training frame."""
    return longest_run(roll.sum(1) > RUNAWAY_FACTOR * most) >= RUNAWAY_FRAMES


def has_standstill(roll: Roll) -> bool:
    """Whether 32 frames in a row are the same, silent ones too."""
    return longest_run((roll[1:] == roll[:-1]).all(1)) >= STANDSTILL_FRAMES - 1


def longest_run(truths: Bool[np.ndarray, " time"]) -> int:
    """Length of the longest run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], truths, [False])).astype(int)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def silent_share(roll: Roll) -> float:
    """Share of frames without a note; 0 for an empty roll."""
    return float((~roll.any(1)).mean()) if len(roll) else 0.0


def notes_by_quarter(roll: Roll) -> list[float]:
    """Notes a frame in the first, second, third and last quarter of a piece."""
    return [float(part.sum(1).mean()) if len(part) else 0.0 for part in np.array_split(roll, NUM_QUARTERS)]
