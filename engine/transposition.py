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


def best_transposition(
    model: SequenceModel, roll: PianoRoll, frames: Float32[Tensor, "time pitch"]
) -> tuple[int, LogLikelihood]:
    """The semitones to add so that the model likes the piece best, and its likelihood then.

    All of -6 … +5 that keep every note on the keyboard are tried. On a tie the smallest move wins;
    of two equal moves, the one downwards.
    """
    possible = [semitones for semitones in SEMITONES if semitones in roll.transpositions(frames)]
    scores = log_likelihood(model, torch.stack([roll.transpose(frames, semitones) for semitones in possible]))
    ranked = sorted(range(len(possible)), key=lambda row: (-float(scores.totals[row]), abs(possible[row])))
    best = ranked[0]
    return possible[best], scores.sequence(best)
