"""A list of notes whose first choice, the highest pitch, is helped by votes from a memory.

    p(first | past)          = (p_network(first | past) + v(first)) / (1 + sum v)
    p(others | first, past)  = p_network(others | first, past)

The votes v are what MelodyMemory counts; the network stands for one vote, shared out as it expects. The first
choice stays normalised, all others are the network's, so the distribution is exact.
"""

from copy import copy

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional

from engine.heads.chosen_notes import Choices, ChosenNotes, Walk, tempered
from engine.heads.note_list_mixture import NoteListMixture


class RemindedNotes(ChosenNotes):
    """A mixture of note lists and votes for the highest pitch.

    Args:
        notes: what the network expects, leading axes (*axes).
        votes: not negative, by rank, the last for silence.
    """

    def __init__(self, notes: NoteListMixture, votes: Float[Tensor, "*axes rank"]):
        self.notes = notes
        self.size = notes.size
        self.dtype = notes.dtype
        self.own = notes.first_log_shares()
        mixed = self.own.exp() + votes
        self.first = mixed.log() - mixed.sum(-1, keepdim=True).log()

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the network's, but for the highest pitch."""
        rank = highest_rank(frame)
        gained = self.first.gather(-1, rank) - self.own.gather(-1, rank)
        return self.notes.log_prob(frame) + gained.squeeze(-1)

    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """The network's, but for the first."""
        own = self.notes.choice_log_probs(frame)
        rank = highest_rank(frame)
        gained = self.first.gather(-1, rank) - self.own.gather(-1, rank)
        return torch.cat((own[..., :1] + gained, own[..., 1:]), -1)

    def walk(self, num_frames: int) -> "_RemindedWalk":
        """From the first choice of all its frames on."""
        return _RemindedWalk(self.notes.walk(num_frames), self.first.flatten(0, -2))

    def repeated(self, count: int) -> "RemindedNotes":
        """The same, along a new last one of the leading axes."""
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        twin.own, twin.first = (
            part.unsqueeze(-2).expand(*part.shape[:-1], count, -1) for part in (self.own, self.first)
        )
        return twin

    def temper(self, temperature: float) -> "RemindedNotes":
        """Every choice tempered; the first is, votes and all."""
        if temperature == 1:
            return self
        twin = copy(self)
        twin.notes = self.notes.temper(temperature)
        twin.own = twin.notes.first_log_shares()
        twin.first = tempered(self.first, temperature)
        return twin


class _RemindedWalk(Walk):
    """The network's, but for the first choice.

    Args:
        first: logarithms of the probabilities of the highest pitch.
    """

    def __init__(self, own: Walk, first: Float[Tensor, "frame rank"]):
        self.own = own
        self.first = first

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        found = self.own.log_shares(choices)
        return torch.where(choices.last[:, None] < 0, self.first[choices.frames], found)

    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        self.own.take(choices, chosen)


def highest_rank(frame: Float[Tensor, "*axes event"]) -> Int64[Tensor, "*axes 1"]:
    """Of each frame's first choice."""
    sounding = functional.pad(frame.flip(-1), (0, 1), value=1.0) > 0.5
    return sounding.int().argmax(-1, keepdim=True)
