"""Excerpt: the short beginnings out of test splits that are shipped, for draws and for listening tests."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from torch import Tensor

from engine.errors import UnknownNameError
from engine.folders import ASSETS
from engine.pieces.piece import read_piece
from engine.representations import REPRESENTATIONS, Representation

PRIMES = ASSETS / "primes"


@dataclass(frozen=True)
class Excerpt:
    """One shipped file, with where it comes from."""

    file: str
    title: str
    corpus: str
    split: str
    index: int | str
    source: str
    licence: str

    @property
    def name(self) -> str:
        """What links call it: the file's name without its ending."""
        return Path(self.file).stem

    @property
    def kind(self) -> str:
        """Name of the representation that it is for."""
        suffix = Path(self.file).suffix
        return next(name for name, kind in REPRESENTATIONS.items() if suffix in kind.facts.suffixes)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return PRIMES / self.file


@cache
def excerpts() -> tuple[Excerpt, ...]:
    """All shipped excerpts, in the order of their index file."""
    listed = json.loads((PRIMES / "primes.json").read_text(encoding="utf-8"))
    return tuple(Excerpt(**entry) for entry in listed)


def excerpts_of(corpus: str, kind: str) -> list[Excerpt]:
    """Those of a corpus; all for frames of this kind if the corpus (a visitor's own) has none."""
    of_kind = [excerpt for excerpt in excerpts() if excerpt.kind == kind]
    return [excerpt for excerpt in of_kind if excerpt.corpus == corpus] or of_kind


def excerpt(name: str) -> Excerpt:
    """One by name.

    Raises:
        UnknownNameError: there is no such excerpt.
    """
    found = {entry.name: entry for entry in excerpts()}
    if name not in found:
        raise UnknownNameError("excerpt", name, found)
    return found[name]


def read_excerpt(name: str, representation: Representation) -> Tensor:
    """All frames of one, shape (time, event), as models of this representation read them.

    Raises:
        EngineError: there is no such excerpt, or it is of another kind.
    """
    return read_piece(excerpt(name).path, representation, is_ours=True).frames
