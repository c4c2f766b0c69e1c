"""Batches: sequences of different lengths, padded at their ends.

Conventions
    sequences  list of float32 tensors, each (time, event)
    frames     (batch, time, event), zeros where a sequence has ended
    mask       (batch, time), true where a sequence has a frame
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

POOL_BATCHES = 16  # batches whose sequences are sorted by length together, so that little is padded
MAX_SCORED_FRAMES = 65_536  # padded frames that are scored at once


@dataclass(frozen=True)
class Batch:
    """Some sequences side by side.

    Args:
        moved: semitones by which each was moved from where it is written; None for not at all.
        heard: that are read in place of the frames that are predicted; None for these themselves.
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
    """Pad sequences to the longest; ``moved``: semitones by which each was moved."""
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    frames = pad_sequence(list(sequences), batch_first=True)
    steps = None if moved is None else torch.tensor(moved, dtype=torch.long)
    return Batch(frames, torch.arange(frames.shape[1]) < lengths[:, None], steps)


def epoch_batches(lengths: Sequence[int], batch_size: int, rng: torch.Generator) -> list[list[int]]:
    """Indices of the sequences of each batch of an epoch: every sequence once, in random order,
    neighbours in length together."""
    order = torch.randperm(len(lengths), generator=rng).tolist()
    pool_size = batch_size * POOL_BATCHES
    batches = []
    for start in range(0, len(order), pool_size):
        pool = sorted(order[start : start + pool_size], key=lambda index: lengths[index])
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    shuffled = torch.randperm(len(batches), generator=rng).tolist()
    return [batches[index] for index in shuffled]


def scoring_batches(sequences: Sequence[Tensor], max_frames: int = MAX_SCORED_FRAMES) -> Iterator[Batch]:
    """All sequences once, sorted by length, in batches of at most ``max_frames`` padded frames."""
    batch: list[Tensor] = []
    for sequence in sorted(sequences, key=len):
        if batch and (len(batch) + 1) * len(sequence) > max_frames:
            yield collate(batch)
            batch = []
        batch.append(sequence)
    if batch:
        yield collate(batch)
