"""Heads by name."""

from engine.heads.bernoulli import BernoulliHead
from engine.heads.gaussian_mixture import GaussianMixtureHead
from engine.heads.head import Distribution, Head
from engine.heads.note_list import NoteListHead

HEADS: dict[str, type[Head]] = {
    "bernoulli": BernoulliHead,
    "gaussian_mixture": GaussianMixtureHead,
    "note_list": NoteListHead,
}

__all__ = ["HEADS", "Distribution", "Head"]
