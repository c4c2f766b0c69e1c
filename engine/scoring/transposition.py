"""Transposition: finds the key in which a model finds a piece most likely.

The public corpora are transposed to C major or C minor, so a piece in another key becomes more likely when it
is transposed. All twelve keys are tried, as far as the notes stay on the keyboard, each in the octave that is
nearest to the corpus's mean pitch, so that the figures of a tune do not depend on the key or the octave in
which it was written down.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from engine.representations import PianoRoll

TIE_SHARE = 1e-6  # log-likelihoods that differ by a smaller share are equal: float32 is no more exact


def in_all_keys(
    roll: PianoRoll, frames: Float32[Tensor, "time pitch"], mean_pitch: float | None = None
) -> tuple[list[int], Float32[Tensor, "key time pitch"]]:
    """Semitones to each key in which every note stays on the keyboard, ascending, and the piece in each.

    Args:
        mean_pitch: the mean MIDI number of the model's corpus; None takes the middle of the keyboard.
    """
    middle = roll.lowest_pitch + roll.num_pitches // 2
    wanted = middle if mean_pitch is None else mean_pitch
    written = roll.mean_pitch(frames)
    away = 0 if written is None else math.floor(written + 0.5) - math.floor(wanted + 0.5)
    by_key: dict[int, int] = {}
    for number in sorted(roll.transpositions(frames), key=lambda number: (abs(away + number), number)):
        by_key.setdefault(number % 12, number)
    semitones = sorted(by_key.values())
    return semitones, torch.stack([roll.transpose(frames, number) for number in semitones])


def best_row(semitones: Sequence[int], totals: Float64[Tensor, " key"]) -> int:
    """The index of the transposition with the highest log-likelihood.

    On a tie the smallest transposition wins; of two equally large ones the one downwards, which comes first
    since ``semitones`` ascend.
    """
    highest = float(totals.max())
    lowest = highest - TIE_SHARE * abs(highest)
    tied = [row for row in range(len(semitones)) if float(totals[row]) >= lowest]
    return min(tied, key=lambda row: abs(semitones[row]))
