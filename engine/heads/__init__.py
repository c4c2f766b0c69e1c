"""Heads: from a hidden state to the distribution of the next frame; HEADS has them by their names.

Also the distributions that the models around a Stack make of a head's: NoteListMixture, RemindedNotes and
CopiedNotes.
"""

from engine.heads.bernoulli import BernoulliHead
from engine.heads.chosen_notes import ChosenNotes, highest_ranks
from engine.heads.copied_notes import CopiedNotes, Guides, guided, mix
from engine.heads.gaussian_mixture import GaussianMixture, GaussianMixtureHead
from engine.heads.head import Distribution, Head
from engine.heads.logistic_mixture import LogisticMixtureHead
from engine.heads.note_list import NoteListHead
from engine.heads.note_list_mixture import NoteListMixture, moved
from engine.heads.reminded_notes import RemindedNotes

HEADS: dict[str, type[Head]] = {
    "bernoulli": BernoulliHead,
    "gaussian_mixture": GaussianMixtureHead,
    "logistic_mixture": LogisticMixtureHead,
    "note_list": NoteListHead,
}

__all__ = [
    "HEADS",
    "ChosenNotes",
    "CopiedNotes",
    "Distribution",
    "GaussianMixture",
    "Guides",
    "Head",
    "NoteListHead",
    "NoteListMixture",
    "RemindedNotes",
    "guided",
    "highest_ranks",
    "mix",
    "moved",
]
