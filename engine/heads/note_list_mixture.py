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

import torch
from jaxtyping import Bool, Float, Int64, Shaped
from torch import Tensor
from torch.nn import functional

from engine.heads.chosen_notes import Choices, ChosenNotes, Walk, choices_of, side_by_side
from engine.heads.note_list import NoteList

BLOCK_FRAMES = 1_024  # frames whose highest pitches are expected at once, in all keys


def moved(values: Shaped[Tensor, "*axes event"], steps: Sequence[int], fill: float = 0.0) -> Tensor:
    """The last axis moved up by each number of places: shape (step, *axes, event); what leaves it is lost."""
    size = values.shape[-1]
    found = values.new_full((len(steps), *values.shape), fill)
    for place, step in enumerate(steps):
        found[place, ..., max(0, step) : size + min(0, step)] = values[
            ..., max(0, -step) : size - max(0, step)
        ]
    return found


class NoteListMixture(ChosenNotes):
    """The mean over keys of a list of notes.

    Args:
        notes: leading axes (key * batch, …), each key's frames moved by its semitones.
        keys: semitones; 0 is one of them, so that no frame is impossible.
    """

    def __init__(self, notes: NoteList, keys: Sequence[int]):
        self.notes = _on_keyboard(notes, keys)
        self.keys = keys
        self.size = notes.size
        self.dtype = notes.dtype

    @property
    def num_frames(self) -> int:
        """Of all leading axes."""
        return math.prod(self.notes.base.shape[:-1]) // len(self.keys)

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the logarithm of the mean of the probabilities in all keys."""
        heard = moved(frame, self.keys)
        fits = heard.sum(-1) == frame.sum(-1)  # no note has left the keyboard
        log_probs = self.notes.log_prob(heard.flatten(0, 1)).view(fits.shape)
        return log_probs.masked_fill(~fits, -torch.inf).logsumexp(0) - math.log(len(self.keys))

    def first_log_shares(self) -> Float[Tensor, "*axes rank"]:
        """Logarithms of the probabilities of the highest pitch, by rank, the last for silence."""
        axes = self.notes.base.shape[:-1]
        frames = torch.arange(self.num_frames, device=self.notes.base.device)
        blocks = [self.log_shares_by_key(self._first(block)) for block in frames.split(BLOCK_FRAMES)]
        found = torch.cat([block.logsumexp(0) - math.log(len(block)) for block in blocks])
        return found.view(axes[0] // len(self.keys), *axes[1:], -1)

    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """Nats of each choice that makes up the frame: each key counts by how likely it found those above."""
        sounding = frame.reshape(-1, self.size).flip(-1) > 0.5
        blocks = sounding.split(BLOCK_FRAMES)
        parts = [self._choice_log_probs(block, place * BLOCK_FRAMES) for place, block in enumerate(blocks)]
        width = max(part.shape[1] for part in parts)
        found = torch.cat([functional.pad(part, (0, width - part.shape[1])) for part in parts])
        return found.unflatten(0, frame.shape[:-1])

    def walk(self, num_frames: int) -> "_MixtureWalk":
        """From the first choice of all its frames on."""
        return _MixtureWalk(self, num_frames)

    def repeated(self, count: int) -> "NoteListMixture":
        """The same in every key, along a new last one of the leading axes."""
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        return twin

    def temper(self, temperature: float) -> "NoteListMixture":
        """Every key tempered."""
        return NoteListMixture(self.notes.temper(temperature), self.keys)

    def log_shares_by_key(self, choices: Choices) -> Float[Tensor, "key choice rank"]:
        """Of the next choice in each key, by the rank of the pitch that is written."""
        semitones = torch.tensor(list(self.keys), device=choices.frames.device)[:, None]
        first_rows = torch.arange(len(self.keys), device=choices.frames.device)[:, None] * self.num_frames
        down = [-key for key in self.keys]  # a higher pitch has a lower rank
        heard = moved(choices.above, down).flatten(0, 1)
        last = torch.where(
            choices.last < 0, choices.last, (choices.last - semitones).clamp(-1, self.size - 1)
        )
        rows = (first_rows + choices.frames).flatten()
        log_shares = self.notes.log_shares(Choices(rows, heard, last.flatten()))
        log_shares = log_shares.view(len(self.keys), len(choices.frames), -1)
        written = [
            moved(one[:, :-1], [key], -torch.inf)[0] for one, key in zip(log_shares, self.keys, strict=True)
        ]
        return torch.cat((torch.stack(written), log_shares[..., -1:]), -1)

    def _choice_log_probs(self, sounding: Bool[Tensor, "frame event"], start: int) -> Tensor:
        choices, ranks = choices_of(sounding)
        every = self.log_shares_by_key(choices._replace(frames=choices.frames + start))
        chosen = every.gather(-1, ranks.expand(len(every), -1)[..., None])[..., 0]
        by_frame = torch.stack([side_by_side(key, sounding) for key in chosen])  # key, frame, choice
        so_far = by_frame.cumsum(-1).logsumexp(0) - math.log(len(self.keys))
        return so_far.diff(dim=-1, prepend=torch.zeros_like(so_far[:, :1]))

    def _first(self, frames: Int64[Tensor, " choice"]) -> Choices:
        nothing = torch.zeros(len(frames), self.size, dtype=torch.bool, device=frames.device)
        return Choices(frames, nothing, torch.full_like(frames, -1))


class _MixtureWalk(Walk):
    """Each key counts by how likely it found what was chosen.

    Args:
        num_frames: of the mixture.
    """

    def __init__(self, mixture: NoteListMixture, num_frames: int):
        self.mixture = mixture
        self.log_weights = mixture.notes.base.new_zeros(len(mixture.keys), num_frames)
        self.seen: Tensor  # what each key expected of the choices that were asked for last

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        self.seen = self.mixture.log_shares_by_key(choices)
        weights = self.log_weights[:, choices.frames].log_softmax(0)
        return (weights[..., None] + self.seen).logsumexp(0)

    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        found = self.seen.gather(-1, chosen.expand(len(self.seen), -1)[..., None])
        self.log_weights[:, choices.frames] += found[..., 0]


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
