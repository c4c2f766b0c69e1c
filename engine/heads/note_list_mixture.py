"""A list of notes heard in several keys: a mixture, moved back to where the piece is written.

    p(frame | past) = 1 / K sum_k p_k(frame + k | past + k)     k semitones up or down, K keys in all

A model that was fitted on transposed pieces knows every key a little differently; the mean of what it
expects in all of them is better than what it expects in one, at no weight more (as Krizhevsky et al. 2012
average over crops of a picture). Each part is normalised over the frames that fit the keyboard
both here and there, so the mixture is normalised over all 2^pitches frames, and its likelihood is exact.

Conventions
    key     a number of semitones, and its place among them
    row     of the list: key * frame, all frames of a key side by side
"""

import math
from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from engine.heads.head import Distribution
from engine.heads.note_list import NoteList, next_choice

BLOCK_FRAMES = 1_024  # frames whose highest pitches are expected at once, in all keys


def moved(values: Float[Tensor, "*axes event"], steps: Sequence[int], fill: float = 0.0) -> Tensor:
    """The last axis moved up by each number of places: shape (step, *axes, event); what leaves it is lost."""
    size = values.shape[-1]
    found = values.new_full((len(steps), *values.shape), fill)
    for place, step in enumerate(steps):
        found[place, ..., max(0, step) : size + min(0, step)] = values[
            ..., max(0, -step) : size - max(0, step)
        ]
    return found


class NoteListMixture(Distribution):
    """The mean over keys of a list of notes.

    Args:
        notes: leading axes (key * batch, …), each key's frames moved by its semitones.
        keys: semitones; 0 is one of them, so that no frame is impossible.
    """

    def __init__(self, notes: NoteList, keys: Sequence[int]):
        self.notes = _on_keyboard(notes, keys)
        self.keys = keys
        self.size = notes.size

    @property
    def num_uniforms(self) -> int:
        """One a pitch."""
        return self.size

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the logarithm of the mean of the probabilities in all keys."""
        heard = moved(frame, self.keys)
        fits = heard.sum(-1) == frame.sum(-1)  # no note has left the keyboard
        log_probs = self.notes.log_prob(heard.flatten(0, 1)).view(fits.shape)
        return log_probs.masked_fill(~fits, -torch.inf).logsumexp(0) - math.log(len(self.keys))

    def first_log_shares(self) -> Float[Tensor, "*axes rank"]:
        """Logarithms of the probabilities of the highest pitch, by rank, the last for silence."""
        axes = self.notes.base.shape[:-1]
        num_frames = math.prod(axes) // len(self.keys)
        frames = torch.arange(num_frames, device=self.notes.base.device)
        blocks = [self._log_shares(self._first(block, num_frames)) for block in frames.split(BLOCK_FRAMES)]
        found = torch.cat([block.logsumexp(0) - math.log(len(block)) for block in blocks])
        return found.view(axes[0] // len(self.keys), *axes[1:], -1)

    def sample(
        self, uniforms: Float[Tensor, "*axes event"], first: Float[Tensor, "frame rank"] | None = None
    ) -> Float[Tensor, "*axes event"]:
        """Pitch after pitch from the highest: j sounds where uniform j is below its conditional probability.

        Each key counts by how likely it found the pitches so far.

        Args:
            first: logarithms of probabilities that stand in the place of those of the highest pitch.
        """
        numbers = uniforms.reshape(-1, self.size).flip(-1)
        sounding = numbers.new_zeros(numbers.shape, dtype=self.notes.base.dtype)
        last = torch.full((len(numbers),), -1, device=numbers.device)
        log_weights = sounding.new_zeros(len(self.keys), len(numbers))
        active = torch.arange(len(numbers), device=numbers.device)
        while len(active):
            choices = _Choices(active, len(numbers), sounding[active], last[active])
            log_shares = self._log_shares(choices)
            mixed = (log_weights[:, active, None] + log_shares).logsumexp(0) if first is None else first
            first = None  # the others are as they were
            found, rank = next_choice(mixed, numbers[active], last[active])
            chosen = torch.where(found, rank, self.size)
            log_weights[:, active] += log_shares[:, torch.arange(len(active)), chosen]
            active, rank = active[found], rank[found]
            sounding[active, rank] = 1
            last[active] = rank
        return sounding.flip(-1).view(uniforms.shape)

    def repeated(self, count: int) -> "NoteListMixture":
        """The same in every key, along a new last one of the leading axes."""
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        return twin

    def temper(self, temperature: float) -> "NoteListMixture":
        """The logits of every choice in every key divided by the temperature."""
        return NoteListMixture(self.notes.temper(temperature), self.keys)

    def _first(self, frames: Int64[Tensor, " choice"], num_frames: int) -> "_Choices":
        nothing = self.notes.base.new_zeros(len(frames), self.size)
        return _Choices(frames, num_frames, nothing, torch.full_like(frames, -1))

    def _log_shares(self, choices: "_Choices") -> Float[Tensor, "key choice rank"]:
        """Of the next choice in each key, by the rank of the pitch that is written."""
        semitones = torch.tensor(list(self.keys), device=choices.frames.device)[:, None]
        first_rows = torch.arange(len(self.keys), device=choices.frames.device)[:, None] * choices.num_frames
        down = [-key for key in self.keys]  # a higher pitch has a lower rank
        heard = moved(choices.above, down).flatten(0, 1) > 0.5
        last = torch.where(
            choices.last < 0, choices.last, (choices.last - semitones).clamp(-1, self.size - 1)
        )
        logits = self.notes.logits((first_rows + choices.frames).flatten(), heard, last.flatten())
        log_shares = logits.log_softmax(-1).view(len(self.keys), len(choices.frames), -1)
        written = [
            moved(one[:, :-1], [key], -torch.inf)[0] for one, key in zip(log_shares, self.keys, strict=True)
        ]
        return torch.cat((torch.stack(written), log_shares[..., -1:]), -1)


class _Choices(NamedTuple):
    """The next choices of some of ``num_frames`` frames: their indices, the ranks so far, and the last."""

    frames: Int64[Tensor, " choice"]
    num_frames: int
    above: Float[Tensor, "choice event"]
    last: Int64[Tensor, " choice"]


def _on_keyboard(notes: NoteList, keys: Sequence[int]) -> NoteList:
    """Without the pitches that would sound beside the keyboard, once they are moved back."""
    if len(keys) == 1:
        return notes
    pitches = torch.ones(notes.size, device=notes.base.device)
    silent = moved(pitches, keys).flip(-1) == 0  # by rank
    silent = torch.cat((silent, silent.new_zeros(len(keys), 1)), 1)
    per_key = notes.base.shape[0] // len(keys)
    axes = (1,) * (notes.base.ndim - 2)
    return notes.without(silent.repeat_interleave(per_key, 0).view(-1, *axes, notes.size + 1))
