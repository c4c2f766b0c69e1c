"""Augmentation: training sequences as a batch reads them, changed anew each time.

Conventions
    sequences  list of float32 tensors, each (time, event)
    frames     (batch, time, event), zeros where a sequence has ended
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from engine.representations import PianoRoll, Representation, Waveform
from training.fitting.batching import Batch, collate
from training.fitting.settings import Regularisation

MOST_FLIPPED = 0.6  # share of a disturbed frame's silent pitches that sound at most


def augmented(
    representation: Representation,
    sequences: Sequence[Tensor],
    settings: Regularisation,
    epoch: int,
    rng: torch.Generator,
) -> Batch:
    """These sequences as an update reads them.

    Args:
        epoch: counted from 0.

    Raises:
        InvalidValueError: loudness is asked of frames that are not whole 16-bit steps.
    """
    if settings.any_start:
        sequences = [turned(each, rng) for each in sequences]
    if settings.transposition and epoch >= settings.written_epochs:
        moved = [transposed(representation, each, settings.transposition, rng) for each in sequences]
        batch = collate([frames for frames, _ in moved], [semitones for _, semitones in moved])
    elif settings.loudness:
        batch = collate([louder(representation, each, settings.loudness, rng) for each in sequences])
    else:
        batch = collate(sequences)
    if settings.read_noise:
        return replace(batch, heard=disturbed(batch.frames, settings.read_noise, rng))
    if settings.hiss:
        return replace(batch, heard=hissing(batch.frames, settings.hiss, rng))
    return batch


def transposed(
    roll: PianoRoll, frames: Float[Tensor, "time event"], reach: int, rng: torch.Generator
) -> tuple[Tensor, int]:
    """A piece moved by up to ``reach`` semitones, all as likely as keep its notes on the keyboard.

    Returns:
        The frames, and by how many semitones they were moved.
    """
    possible = [semitones for semitones in roll.transpositions(frames) if abs(semitones) <= reach]
    pick = int(torch.randint(len(possible), (), generator=rng))
    return roll.transpose(frames, possible[pick]), possible[pick]


def disturbed(
    frames: Float[Tensor, "batch time event"], share: float, rng: torch.Generator
) -> Float[Tensor, "batch time event"]:
    """With notes flipped in a share of the frames, in some of these few and in some many.

    In each of them a silent pitch sounds with a probability of 0.6 u^2, u uniform and drawn anew for every
    frame, and a note falls silent with half of that.
    """
    chosen = torch.rand(frames.shape[:2], generator=rng) < share
    strength = chosen * MOST_FLIPPED * torch.rand(frames.shape[:2], generator=rng).square()
    numbers = torch.rand(frames.shape, generator=rng).to(frames)
    flips = numbers < strength.to(frames)[..., None] * (1 - frames / 2)
    return torch.where(flips, 1 - frames, frames)


def turned(frames: Float[Tensor, "time event"], rng: torch.Generator) -> Float[Tensor, "time event"]:
    """Begun at any frame, all as likely; those before it come at the end."""
    return frames.roll(-int(torch.randint(len(frames), (), generator=rng)), 0)


def louder(
    waveform: Waveform, frames: Float[Tensor, "time event"], most: float, rng: torch.Generator
) -> Float[Tensor, "time event"]:
    """Sound made louder or quieter by up to ``most`` decibels, all as likely; raises InvalidValueError."""
    return waveform.amplify(frames, most * (2 * float(torch.rand((), generator=rng)) - 1))


def hissing(
    frames: Float[Tensor, "batch time event"], most: float, rng: torch.Generator
) -> Float[Tensor, "batch time event"]:
    """With normal noise on every sample, as loud as a share of its frame (root mean square).

    The share is ``most`` u^2, u uniform and drawn anew for every sequence.
    """
    share = most * torch.rand(len(frames), 1, 1, generator=rng).square().to(frames)
    level = frames.square().mean(-1, keepdim=True).sqrt()
    return frames + share * level * torch.randn(frames.shape, generator=rng).to(frames)
