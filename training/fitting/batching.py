"""Batches: sequences of different lengths, padded to the longest; training augments them afresh each time.

Conventions
    sequences  list of float32 tensors, each (time, event)
    frames     (batch, time, event), zeros where a sequence has ended
    mask       (batch, time), true where a sequence has a frame
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from engine.representations import PianoRoll, Representation, Waveform
from training.fitting.settings import Regularisation

POOL_BATCHES = 16  # batches whose sequences are sorted by length together, so that little is padded
MAX_FLIP_PROBABILITY = 0.6  # that a silent pitch of a disturbed frame sounds
MAX_SCORED_FRAMES = 65_536  # padded frames that are scored at once
MAX_MEMORY_FRAMES = 2_048  # padded frames that are read at once while a memory's numbers are chosen


@dataclass(frozen=True)
class Batch:
    """Some sequences side by side.

    Args:
        moved: semitones by which each was transposed; None for not at all.
        heard: what is read, where it differs from ``frames``, which are predicted.
    """

    frames: Float[Tensor, "batch time event"]
    mask: Bool[Tensor, "batch time"]
    moved: Int64[Tensor, " batch"] | None = None
    heard: Float[Tensor, "batch time event"] | None = None

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        parts = (self.frames, self.mask, self.moved, self.heard)
        return Batch(*(None if part is None else part.to(device) for part in parts))


def collate(sequences: Sequence[Tensor], moved: Sequence[int] | None = None) -> Batch:
    """Pad sequences to the longest; ``moved``: semitones by which each was transposed."""
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    frames = pad_sequence(list(sequences), batch_first=True)
    steps = None if moved is None else torch.tensor(moved, dtype=torch.long)
    return Batch(frames, torch.arange(frames.shape[1]) < lengths[:, None], steps)


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
        sequences = [rotated(sequence, rng) for sequence in sequences]
    if settings.transposition and epoch >= settings.written_epochs:
        moved = [transposed(representation, sequence, settings.transposition, rng) for sequence in sequences]
        batch = collate([frames for frames, _ in moved], [semitones for _, semitones in moved])
    elif settings.loudness:
        batch = collate(
            [with_random_gain(representation, sequence, settings.loudness, rng) for sequence in sequences]
        )
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
    """A piece transposed by up to ``reach`` semitones, uniformly as far as its notes stay on the keyboard.

    Returns:
        The frames, and the semitones by which they were transposed.
    """
    possible = [semitones for semitones in roll.transpositions(frames) if abs(semitones) <= reach]
    pick = int(torch.randint(len(possible), (), generator=rng))
    return roll.transpose(frames, possible[pick]), possible[pick]


def disturbed(
    frames: Float[Tensor, "batch time event"], share: float, rng: torch.Generator
) -> Float[Tensor, "batch time event"]:
    """Frames with notes flipped in a share of them.

    In each of these a silent pitch sounds with a probability of MAX_FLIP_PROBABILITY u^2, u uniform and drawn
    anew for every frame, and a note falls silent with half that probability.
    """
    chosen = torch.rand(frames.shape[:2], generator=rng) < share
    strength = chosen * MAX_FLIP_PROBABILITY * torch.rand(frames.shape[:2], generator=rng).square()
    numbers = torch.rand(frames.shape, generator=rng).to(frames)
    flips = numbers < strength.to(frames)[..., None] * (1 - frames / 2)
    return torch.where(flips, 1 - frames, frames)


def rotated(frames: Float[Tensor, "time event"], rng: torch.Generator) -> Float[Tensor, "time event"]:
    """The sequence begun at a random frame; those before it come at the end."""
    return frames.roll(-int(torch.randint(len(frames), (), generator=rng)), 0)


def with_random_gain(
    waveform: Waveform, frames: Float[Tensor, "time event"], most: float, rng: torch.Generator
) -> Float[Tensor, "time event"]:
    """Sound made louder or quieter by up to ``most`` decibels, uniformly in decibels.

    Raises:
        InvalidValueError: the frames are not whole 16-bit steps.
    """
    return waveform.amplify(frames, most * (2 * float(torch.rand((), generator=rng)) - 1))


def hissing(
    frames: Float[Tensor, "batch time event"], most: float, rng: torch.Generator
) -> Float[Tensor, "batch time event"]:
    """Frames with normal noise on every sample, as loud as a share of its frame (root mean square).

    The share is ``most`` u^2, u uniform and drawn anew for every sequence.
    """
    share = most * torch.rand(len(frames), 1, 1, generator=rng).square().to(frames)
    level = frames.square().mean(-1, keepdim=True).sqrt()
    return frames + share * level * torch.randn(frames.shape, generator=rng).to(frames)


def epoch_batches(lengths: Sequence[int], batch_size: int, rng: torch.Generator) -> list[list[int]]:
    """Indices of the sequences of each batch of an epoch: every sequence once, those of like length
    together, the batches in random order."""
    order = torch.randperm(len(lengths), generator=rng).tolist()
    pool_size = batch_size * POOL_BATCHES
    batches = []
    for start in range(0, len(order), pool_size):
        pool = sorted(order[start : start + pool_size], key=lambda index: lengths[index])
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    shuffled = torch.randperm(len(batches), generator=rng).tolist()
    return [batches[index] for index in shuffled]


def scoring_batches(sequences: Sequence[Tensor], max_frames: int = MAX_SCORED_FRAMES) -> Iterator[Batch]:
    """All sequences once, sorted by length, in batches of at most ``max_frames`` padded frames.

    A longer sequence is a batch of its own.
    """
    batch: list[Tensor] = []
    for sequence in sorted(sequences, key=len):
        if batch and (len(batch) + 1) * len(sequence) > max_frames:
            yield collate(batch)
            batch = []
        batch.append(sequence)
    if batch:
        yield collate(batch)
