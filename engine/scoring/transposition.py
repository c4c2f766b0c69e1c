"""Transposition: the key in which a model likes a piece best.

The public corpora are transposed to C major or C minor, so a piece in another key is scored best
after moving it there.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from engine.representations import PianoRoll

SEMITONES = range(-6, 6)
TIE = 1e-6  # likelihoods that differ by this part of them are equal: so much may be rounding of float32


def in_all_keys(
    roll: PianoRoll, frames: Float32[Tensor, "time pitch"]
) -> tuple[list[int], Float32[Tensor, "key time pitch"]]:
    """The semitones of -6 … +5 that keep every note on the keyboard, and the piece moved by each."""
    on_keyboard = roll.transpositions(frames)
    semitones = [number for number in SEMITONES if number in on_keyboard]
    return semitones, torch.stack([roll.transpose(frames, number) for number in semitones])


def best_row(semitones: Sequence[int], totals: Float64[Tensor, " key"]) -> int:
    """Which of some transpositions has the highest log-likelihood.

    On a tie the smallest move wins; of two equal moves, the one downwards, if it comes first.
    """
    highest = float(totals.max())
    lowest = highest - TIE * abs(highest)
    tied = [row for row in range(len(semitones)) if float(totals[row]) >= lowest]
    return min(tied, key=lambda row: abs(semitones[row]))
