"""Transposition: the key in which a model likes a piece best.

The public corpora are transposed to C major or C minor, so a piece in another key is scored best
after moving it there.
"""

import torch
from jaxtyping import Float32
from torch import Tensor

from engine.likelihood import LogLikelihood, log_likelihood
from engine.representations.piano_roll import PianoRoll
from engine.sequence_model import SequenceModel

SEMITONES = range(-6, 6)
TIE = 1e-6  # likelihoods that differ by this part of them are equal: so much may be rounding of float32


def best_transposition(
    model: SequenceModel, roll: PianoRoll, frames: Float32[Tensor, "time pitch"]
) -> tuple[int, LogLikelihood]:
    """The semitones to add so that the model likes the piece best, and its likelihood then.

    All of -6 … +5 that keep every note on the keyboard are tried. On a tie the smallest move wins;
    of two equal moves, the one downwards.
    """
    on_keyboard = roll.transpositions(frames)
    possible = [semitones for semitones in SEMITONES if semitones in on_keyboard]
    scores = log_likelihood(model, torch.stack([roll.transpose(frames, semitones) for semitones in possible]))
    lowest = float(scores.totals.max()) * (1 + TIE)  # totals are negative
    tied = [row for row in range(len(possible)) if float(scores.totals[row]) >= lowest]
    best = min(tied, key=lambda row: abs(possible[row]))
    return possible[best], scores.sequence(best)
