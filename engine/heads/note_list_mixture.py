"""A mixture of note lists: the model reads the piece in several keys, and what it expects is transposed back.

    p(frame | past) = 1 / K sum_k p_k(frame + k | past + k)     k semitones up or down, K keys in all

A model that was fitted on transposed pieces knows every key a little differently; the mean of what it
expects in all keys is better than what it expects in one, without any more weights (as Krizhevsky et al. 2012
average over crops of a picture). Each p_k is normalised over the frames that fit the keyboard both as
written and as transposed, so the mixture is normalised over all 2^pitches frames: its likelihood is exact.

Conventions
    key     semitones added to every pitch; on an axis, and in a row, its index in ``keys``
    row     index of the leading axes of ``notes``, flattened: key * num_frames + frame
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

KEYED_FRAMES_AT_ONCE = 1_024  # frames whose choices are computed together, in all keys


def moved(values: Shaped[Tensor, "*axes event"], shifts: Sequence[int], fill: float = 0.0) -> Tensor:
    """The values moved along the last axis by each of ``shifts`` places, (shift, *axes, event).

    Values that leave the axis are lost; the places that become empty get ``fill``.
    """
    size = values.shape[-1]
    shifted = values.new_full((len(shifts), *values.shape), fill)
    for place, shift in enumerate(shifts):
        shifted[place, ..., max(0, shift) : size + min(0, shift)] = values[
            ..., max(0, -shift) : size - max(0, shift)
        ]
    return shifted


class NoteListMixture(ChosenNotes):
    """The mean, over keys, of distributions of lists of notes.

    Args:
        notes: leading axes (key * batch, …); in each key the frames are transposed by its semitones.
        keys: semitones; 0 is one of them, so that no frame is impossible.
    """

    def __init__(self, notes: NoteList, keys: Sequence[int]):
        self.notes = _on_keyboard(notes, keys)
        self.keys = keys
        self.size = notes.size
        self.dtype = notes.dtype

    @property
    def num_frames(self) -> int:
        """Number of frames in one key, all leading axes flattened."""
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
        blocks = [self.log_shares_by_key(self._first(block)) for block in frames.split(KEYED_FRAMES_AT_ONCE)]
        log_shares = torch.cat([by_key.logsumexp(0) - math.log(len(self.keys)) for by_key in blocks])
        return log_shares.view(axes[0] // len(self.keys), *axes[1:], -1)

    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """Nats of each choice of the frame: each key counts by how likely it found the choices above."""
        sounding = frame.reshape(-1, self.size).flip(-1) > 0.5
        blocks = sounding.split(KEYED_FRAMES_AT_ONCE)
        parts = [
            self._choice_log_probs(block, place * KEYED_FRAMES_AT_ONCE) for place, block in enumerate(blocks)
        ]
        width = max(part.shape[1] for part in parts)
        log_probs = torch.cat([functional.pad(part, (0, width - part.shape[1])) for part in parts])
        return log_probs.unflatten(0, frame.shape[:-1])

    def walk(self, num_frames: int) -> "_MixtureWalk":
        """A walk through all its frames, before their first choice."""
        return _MixtureWalk(self, num_frames)

    def repeated(self, count: int) -> "NoteListMixture":
        """The same ``count`` times, along a new last leading axis."""
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        return twin

    def temper(self, temperature: float) -> "NoteListMixture":
        """Each key tempered; the keys then count by their tempered probabilities."""
        return NoteListMixture(self.notes.temper(temperature), self.keys)

    def log_shares_by_key(self, choices: Choices) -> Float[Tensor, "key choice rank"]:
        """Logarithms of the next choice's probabilities in each key, by rank as written."""
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
            moved(in_key[:, :-1], [key], -torch.inf)[0]
            for in_key, key in zip(log_shares, self.keys, strict=True)
        ]
        return torch.cat((torch.stack(written), log_shares[..., -1:]), -1)

    def _choice_log_probs(self, sounding: Bool[Tensor, "frame event"], start: int) -> Tensor:
        choices, ranks = choices_of(sounding)
        by_key = self.log_shares_by_key(choices._replace(frames=choices.frames + start))
        chosen = by_key.gather(-1, ranks.expand(len(by_key), -1)[..., None])[..., 0]
        by_frame = torch.stack([side_by_side(in_key, sounding) for in_key in chosen])  # key, frame, choice
        so_far = by_frame.cumsum(-1).logsumexp(0) - math.log(len(self.keys))
        return so_far.diff(dim=-1, prepend=torch.zeros_like(so_far[:, :1]))

    def _first(self, frames: Int64[Tensor, " choice"]) -> Choices:
        nothing = torch.zeros(len(frames), self.size, dtype=torch.bool, device=frames.device)
        return Choices(frames, nothing, torch.full_like(frames, -1))


class _MixtureWalk(Walk):
    """A walk in which each key counts by how likely it found what was chosen.

    Args:
        num_frames: frames of the mixture, in one key.
    """

    def __init__(self, mixture: NoteListMixture, num_frames: int):
        self.mixture = mixture
        self.log_weights = mixture.notes.base.new_zeros(len(mixture.keys), num_frames)
        self.seen: Tensor  # log-shares in each key, at the choices asked for last

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        self.seen = self.mixture.log_shares_by_key(choices)
        weights = self.log_weights[:, choices.frames].log_softmax(0)
        return (weights[..., None] + self.seen).logsumexp(0)

    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        log_probs = self.seen.gather(-1, chosen.expand(len(self.seen), -1)[..., None])
        self.log_weights[:, choices.frames] += log_probs[..., 0]


def _on_keyboard(notes: NoteList, keys: Sequence[int]) -> NoteList:
    """The lists without the pitches that would leave the keyboard when they are transposed back."""
    if len(keys) == 1:
        return notes
    pitches = torch.ones(notes.size, device=notes.base.device)
    silent = moved(pitches, keys).flip(-1) == 0  # by rank
    silent = torch.cat((silent, silent.new_zeros(len(keys), 1)), 1)
    per_key = notes.base.shape[0] // len(keys)
    axes = (1,) * (notes.base.ndim - 2)
    return notes.without(silent.repeat_interleave(per_key, 0).view(-1, *axes, notes.size + 1))
