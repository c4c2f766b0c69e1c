"""Catalogue: which models there are, and the loaded ones, shared by all visitors and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.checkpoints import (
    CHECKPOINTS,
    Card,
    Checkpoint,
    corpus_words,
    in_order,
    load,
    read_cards,
    title,
)

NUM_CHOSEN = 3  # models that are ticked at first
MAX_LOADED = 32  # models in memory at once; one is at most nine megabytes


@dataclass(frozen=True)
class Catalogue:
    """The checkpoints of one kind of frame, read when the app starts.

    Args:
        cards: name -> card.
        problems: one sentence for each checkpoint that cannot be used.
    """

    cards: Mapping[str, Card]
    problems: tuple[str, ...] = ()

    @property
    def corpora(self) -> list[tuple[str, str]]:
        """(title, name) of each corpus that a model was fitted on."""
        return list(dict.fromkeys((corpus_words(card), card.corpus.name) for card in self.cards.values()))

    def models(self, corpus: str) -> list[tuple[str, str]]:
        """(title, checkpoint name) of a corpus's models."""
        return [(title(card), card.name) for card in self.cards_of(corpus)]

    def cards_of(self, corpus: str) -> list[Card]:
        """The cards of a corpus's models: the best first, then the paper's in its order of cells."""
        return in_order(card for card in self.cards.values() if card.corpus.name == corpus)


def read_catalogue(representation: str, folder: Path = CHECKPOINTS) -> Catalogue:
    """All checkpoints whose frames are of this representation; a damaged one is named, not fatal."""
    cards, problems = read_cards(folder)
    return Catalogue(
        {name: card for name, card in cards.items() if card.representation_name == representation},
        tuple(problems.values()),
    )


def joined(catalogues: Iterable[Catalogue]) -> Catalogue:
    """The models of several as one, with all of their problems."""
    parts = list(catalogues)
    cards = {name: card for part in parts for name, card in part.cards.items()}
    return Catalogue(cards, tuple(dict.fromkeys(text for part in parts for text in part.problems)))


def first_names(models: list[tuple[str, str]]) -> list[str]:
    """Names of the models that are chosen at first, from a list of (title, name)."""
    return [name for _, name in models][:NUM_CHOSEN]


@lru_cache(maxsize=MAX_LOADED)
def loaded(name: str) -> Checkpoint:
    """The checkpoint, read once; models are only ever read, so visitors may share them."""
    return load(name)
