"""One list of notes heard in several keys: a mixture, moved back to where the piece is written.

    p(frame | past) = 1 / K sum_k p_k(frame + k | past + k)        k semitones up or down, K of them

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

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from engine.heads.head import Distribution
from engine.heads.note_list import NoteList, next_choice


def moved(values: Float[Tensor, "*axes event"], steps: Sequence[int], fill: float = 0.0) -> Tensor:
    """The last axis moved up by each number of places: shape (step, *axes, event); what leaves it is lost."""
    size = values.shape[-1]
    found = values.new_full((len(steps), *values.shape), fill)
    for place, step in enumerate(steps):
        found[place, ..., max(0, step) : size + min(0, step)] = values[
            ..., max(0, -step) : size - max(0, step)
        ]
    return found


class TransposedMixture(Distribution):
    """The mean over keys of a list of notes.

    Args:
        notes: leading axes (key * batch, …), each key's frames moved by its semitones.
        keys: semitones; 0 is one of them, so that no frame is impossible.
    """

    def __init__(self, notes: NoteList, keys: Sequence[int]):
        pitches = torch.ones(notes.size, device=notes.base.device)
        silent = moved(pitches, keys).flip(-1) == 0  # by rank: it would sound beside our keyboard
        silent = torch.cat((silent, silent.new_zeros(len(keys), 1)), 1)
        per_key = notes.base.shape[0] // len(keys)
        axes = (1,) * (notes.base.ndim - 2)
        self.notes = notes.without(silent.repeat_interleave(per_key, 0).view(-1, *axes, notes.size + 1))
        self.keys = keys

    @property
    def num_uniforms(self) -> int:
        """One a pitch."""
        return self.notes.num_uniforms

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the logarithm of the mean of the probabilities in all keys."""
        heard = moved(frame, self.keys)
        fits = heard.sum(-1) == frame.sum(-1)  # no note has left the keyboard
        log_probs = self.notes.log_prob(heard.flatten(0, 1)).view(fits.shape)
        return log_probs.masked_fill(~fits, -torch.inf).logsumexp(0) - math.log(len(self.keys))

    def sample(self, uniforms: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes event"]:
        """Pitch after pitch from the highest: j sounds where uniform j is below its conditional probability.

        Each key counts by how likely it found the pitches so far.
        """
        size = self.notes.size
        numbers = uniforms.reshape(-1, size).flip(-1)
        sounding = numbers.new_zeros(numbers.shape, dtype=self.notes.base.dtype)
        last = torch.full((len(numbers),), -1, device=numbers.device)
        log_weights = sounding.new_zeros(len(self.keys), len(numbers))
        active = torch.arange(len(numbers), device=numbers.device)
        while len(active):
            log_shares = self._log_shares(active, len(numbers), sounding[active], last[active])
            mixed = (log_weights[:, active, None] + log_shares).logsumexp(0)
            found, rank = next_choice(mixed, numbers[active], last[active])
            log_weights[:, active] += log_shares[:, torch.arange(len(active)), torch.where(found, rank, size)]
            active, rank = active[found], rank[found]
            sounding[active, rank] = 1
            last[active] = rank
        return sounding.flip(-1).view(uniforms.shape)

    def temper(self, temperature: float) -> "TransposedMixture":
        """The logits of every choice in every key divided by the temperature."""
        return TransposedMixture(self.notes.temper(temperature), self.keys)

    def _log_shares(
        self,
        frames: Int64[Tensor, " choice"],
        num_frames: int,
        above: Float[Tensor, "choice event"],
        last: Int64[Tensor, " choice"],
    ) -> Float[Tensor, "key choice rank"]:
        """Of the next choice in each key, by the rank of the pitch that is written."""
        semitones = torch.tensor(list(self.keys), device=frames.device)[:, None]
        rows = torch.arange(len(self.keys), device=frames.device)[:, None] * num_frames + frames
        heard = (
            moved(above, [-key for key in self.keys]).flatten(0, 1) > 0.5
        )  # a higher pitch has a lower rank
        heard_last = torch.where(last < 0, last, (last - semitones).clamp(-1, self.notes.size - 1))
        logits = self.notes.logits(rows.flatten(), heard, heard_last.flatten())
        log_shares = logits.log_softmax(-1).view(len(self.keys), len(frames), -1)
        written = [
            moved(one[:, :-1], [key], -torch.inf)[0] for one, key in zip(log_shares, self.keys, strict=True)
        ]
        return torch.cat((torch.stack(written), log_shares[..., -1:]), -1)
