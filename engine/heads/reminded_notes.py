"""A list of notes whose first choice, the highest pitch, is helped by votes from a memory.

    p(first | past)          = (p_network(first | past) + v(first)) / (1 + sum v)
    p(others | first, past)  = p_network(others | first, past)

The votes v are what MelodyMemory counts; the network stands for one vote, shared out as it expects. The first
choice stays normalised, all others are the network's, so the distribution is exact.
"""

from copy import copy

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from engine.heads.head import Distribution
from engine.heads.note_list_mixture import NoteListMixture


class RemindedNotes(Distribution):
    """A mixture of note lists and votes for the highest pitch.

    Args:
        notes: what the network expects, leading axes (*axes).
        votes: not negative, by rank, the last for silence.
    """

    def __init__(self, notes: NoteListMixture, votes: Float[Tensor, "*axes rank"]):
        self.notes = notes
        self.own = notes.first_log_shares()
        mixed = self.own.exp() + votes
        self.first = mixed.log() - mixed.sum(-1, keepdim=True).log()

    @property
    def num_uniforms(self) -> int:
        """One a pitch."""
        return self.notes.num_uniforms

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the network's, but for the highest pitch."""
        sounding = functional.pad(frame.flip(-1), (0, 1), value=1.0) > 0.5
        rank = sounding.int().argmax(-1, keepdim=True)
        gained = self.first.gather(-1, rank) - self.own.gather(-1, rank)
        return self.notes.log_prob(frame) + gained.squeeze(-1)

    def sample(self, uniforms: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes event"]:
        """Pitch after pitch from the highest, as a NoteListMixture is drawn from."""
        return self.notes.sample(uniforms, self.first.flatten(0, -2))

    def repeated(self, count: int) -> "RemindedNotes":
        """The same, along a new last one of the leading axes."""
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        twin.own, twin.first = (
            part.unsqueeze(-2).expand(*part.shape[:-1], count, -1) for part in (self.own, self.first)
        )
        return twin

    def temper(self, temperature: float) -> "RemindedNotes":
        """The logits of every choice divided by the temperature; those of the first hold the votes."""
        if temperature == 1:
            return self
        twin = copy(self)
        twin.notes = self.notes.temper(temperature)
        twin.own = twin.notes.first_log_shares()
        logits = self.first - self.first.amax(-1, keepdim=True)
        twin.first = (logits / max(temperature, torch.finfo(logits.dtype).tiny)).log_softmax(-1)
        return twin
