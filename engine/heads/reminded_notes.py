"""A list of notes in which votes from a memory join the first choice, that of the highest pitch.

    p(first | past)          = (p_network(first | past) + v(first)) / (1 + sum v)
    p(others | first, past)  = p_network(others | first, past)

The votes v come from a MelodyMemory; the network has one vote, divided as its probabilities are. The first
choice stays normalised and all others are the network's, so the likelihood is exact.
"""

from copy import copy

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from engine.heads.chosen_notes import Choices, ChosenNotes, Walk, highest_ranks, tempered
from engine.heads.note_list_mixture import NoteListMixture


class RemindedNotes(ChosenNotes):
    """A mixture of note lists and votes for the highest pitch.

    Args:
        notes: what the network expects, leading axes (*axes).
        votes: by rank, the last for silence; none is negative.
    """

    def __init__(self, notes: NoteListMixture, votes: Float[Tensor, "*axes rank"]):
        self.notes = notes
        self.size = notes.size
        self.dtype = notes.dtype
        self.first_of_network = notes.first_log_shares()
        mixed = self.first_of_network.exp() + votes
        self.first = mixed.log() - mixed.sum(-1, keepdim=True).log()

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the network's, except for the choice of the highest pitch."""
        return self.notes.log_prob(frame) + self._gained(frame).squeeze(-1)

    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """Nats of each choice: the network's, except for the first."""
        log_probs = self.notes.choice_log_probs(frame)
        return torch.cat((log_probs[..., :1] + self._gained(frame), log_probs[..., 1:]), -1)

    def walk(self, num_frames: int) -> "_RemindedWalk":
        """A walk through all its frames, before their first choice."""
        return _RemindedWalk(self.notes.walk(num_frames), self.first.flatten(0, -2))

    def repeated(self, count: int) -> "RemindedNotes":
        """The same ``count`` times, along a new last leading axis."""
        twin = copy(self)
        twin.notes = self.notes.repeated(count)
        twin.first_of_network, twin.first = (
            part.unsqueeze(-2).expand(*part.shape[:-1], count, -1)
            for part in (self.first_of_network, self.first)
        )
        return twin

    def temper(self, temperature: float) -> "RemindedNotes":
        """Every choice tempered, the first one with its votes."""
        if temperature == 1:
            return self
        twin = copy(self)
        twin.notes = self.notes.temper(temperature)
        twin.first_of_network = twin.notes.first_log_shares()
        twin.first = tempered(self.first, temperature)
        return twin

    def _gained(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes 1"]:
        """How many nats the votes add to the log-probability of a frame's first choice."""
        rank = highest_ranks(frame.flip(-1) > 0.5).unsqueeze(-1)
        return self.first.gather(-1, rank) - self.first_of_network.gather(-1, rank)


class _RemindedWalk(Walk):
    """The network's walk, except for the first choice.

    Args:
        network: its walk.
        first: logarithms of the first choice's probabilities, votes included.
    """

    def __init__(self, network: Walk, first: Float[Tensor, "frame rank"]):
        self.network = network
        self.first = first

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        log_shares = self.network.log_shares(choices)
        return torch.where(choices.last[:, None] < 0, self.first[choices.frames], log_shares)

    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        self.network.take(choices, chosen)
