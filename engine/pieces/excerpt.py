"""Excerpt: the beginning of a piece of a test split, shipped as a prime for draws and listening tests."""

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
    """One shipped file, and where it comes from: piece ``index`` of a corpus's split."""

    file: str
    title: str
    corpus: str
    split: str
    index: int | str
    source: str
    licence: str

    @property
    def name(self) -> str:
        """The file's name without its suffix, by which links name the excerpt."""
        return Path(self.file).stem

    @property
    def kind(self) -> str:
        """The name of the representation that reads it."""
        suffix = Path(self.file).suffix
        return next(name for name, kind in REPRESENTATIONS.items() if suffix in kind.facts.suffixes)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return PRIMES_FOLDER / self.file


@cache
def excerpts() -> tuple[Excerpt, ...]:
    """All shipped excerpts, in the order of their index file."""
    listed = json.loads((PRIMES_FOLDER / "primes.json").read_text(encoding="utf-8"))
    return tuple(Excerpt(**entry) for entry in listed)


def excerpts_of(corpus: str, kind: str) -> list[Excerpt]:
    """The excerpts of a corpus that have this ``kind``; if it has none, all excerpts of this kind."""
    of_kind = [excerpt for excerpt in excerpts() if excerpt.kind == kind]
    return [excerpt for excerpt in of_kind if excerpt.corpus == corpus] or of_kind


def excerpt(name: str) -> Excerpt:
    """The excerpt with this name.

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
        EngineError: there is no such excerpt, or the representation cannot read it.
    """
    return read_piece(excerpt(name).path, representation, is_ours=True).frames
