"""Excerpt: a short beginning from a test split, shipped as a prime for draws and for listening tests."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from torch import Tensor

from engine.errors import UnknownNameError
from engine.folders import ASSETS
from engine.pieces.piece import read_piece
from engine.representations import REPRESENTATIONS, Representation

PRIMES_FOLDER = ASSETS / "primes"


@dataclass(frozen=True)
class Excerpt:
    """One shipped file, and where it comes from."""

    file: str
    title: str
    corpus: str
    split: str
    index: int | str
    source: str
    licence: str

    @property
    def name(self) -> str:
        """What links call it: the file's name without its suffix."""
        return Path(self.file).stem

    @property
    def kind(self) -> str:
        """The name of the representation that it is for."""
        suffix = Path(self.file).suffix
        return next(name for name, kind in REPRESENTATIONS.items() if suffix in kind.facts.suffixes)

    @property
    def path(self) -> Path:
        """Its path in the folder of excerpts."""
        return PRIMES_FOLDER / self.file


@cache
def excerpts() -> tuple[Excerpt, ...]:
    """All shipped excerpts, in the order of their index file."""
    listed = json.loads((PRIMES_FOLDER / "primes.json").read_text(encoding="utf-8"))
    return tuple(Excerpt(**entry) for entry in listed)


def excerpts_of(corpus: str, kind: str) -> list[Excerpt]:
    """The excerpts of a corpus; if it has none (a visitor's own), all for frames of this kind."""
    of_kind = [excerpt for excerpt in excerpts() if excerpt.kind == kind]
    return [excerpt for excerpt in of_kind if excerpt.corpus == corpus] or of_kind


def excerpt(name: str) -> Excerpt:
    """The excerpt of a name.

    Raises:
        UnknownNameError: there is no such excerpt.
    """
    by_name = {entry.name: entry for entry in excerpts()}
    if name not in by_name:
        raise UnknownNameError("excerpt", name, by_name)
    return by_name[name]


def read_excerpt(name: str, representation: Representation) -> Tensor:
    """All frames of an excerpt, shape (time, event), as models of this representation read them.

    Raises:
        EngineError: there is no such excerpt, or it is of another kind.
    """
    return read_piece(excerpt(name).path, representation, is_ours=True).frames
