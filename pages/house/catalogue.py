"""Catalogue: which models there are, and the loaded ones, shared by all visitors and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.cells import cell_title
from engine.checkpoints import CHECKPOINTS, Card, Checkpoint, load, read_cards

CELLS = ("tanh", "gru", "lstm")  # in the paper's order
IN_WORDS = {
    "jsb_chorales": "Bach chorales", "nottingham": "Folk tunes",
    "muse_data": "Classical music", "piano_midi": "Piano pieces",
}  # fmt: skip
NUM_CHOSEN = 3  # models that are ticked to begin with
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
        """Of a corpus's models: the best, then the paper's in its order of cells."""
        order = {cell: rank for rank, cell in enumerate(CELLS)}
        cards = [card for card in self.cards.values() if card.corpus.name == corpus]
        return sorted(cards, key=lambda card: (not is_best(card), order.get(card.cell, 9), card.name))


def read_catalogue(representation: str, folder: Path = CHECKPOINTS) -> Catalogue:
    """All checkpoints whose frames are of this representation; a damaged one is named, not fatal."""
    cards, problems = read_cards(folder)
    return Catalogue(
        {name: card for name, card in cards.items() if card.kind == representation}, tuple(problems.values())
    )


def joined(catalogues: Iterable[Catalogue]) -> Catalogue:
    """All models of several."""
    parts = list(catalogues)
    cards = {name: card for part in parts for name, card in part.cards.items()}
    return Catalogue(cards, tuple(dict.fromkeys(text for part in parts for text in part.problems)))


def first_names(models: list[tuple[str, str]]) -> list[str]:
    """Names of the models that are chosen to begin with, of a list of (title, name)."""
    return [name for _, name in models][:NUM_CHOSEN]


def title(card: Card) -> str:
    """What a person calls a model, e.g. ``GRU``; one's own by its name too."""
    if is_best(card):
        return "Large network"
    return cell_title(card.cell) if is_of_the_paper(card) else f"{card.name}: {cell_title(card.cell)}"


def full_title(card: Card) -> str:
    """What a researcher calls it, e.g. ``GRU · 46 units``."""
    return makeup(card) if is_of_the_paper(card) else f"{title(card).partition(':')[0]}: {makeup(card)}"


def makeup(card: Card) -> str:
    """What it is made of, e.g. ``GRU · 46 units``."""
    parts = [cell_title(card.cell), f"{card.num_units} units"]
    if card.num_layers > 1:
        parts.append(f"{card.num_layers} layers")
    if card.has_memory:
        parts.append("memory")
    if card.is_joint:
        parts.append("joint notes")
    if card.num_keys > 1:
        parts.append(f"{card.num_keys} keys")
    if card.knows_melodies:
        parts.append("knows the tunes of its corpus")
    return " · ".join(parts)


def is_of_the_paper(card: Card) -> bool:
    """Whether it is one of the paper's cells on one of its corpora."""
    return card.name == f"{card.corpus.name}-{card.cell}"


def is_best(card: Card) -> bool:
    """Whether it is the model of its corpus that is published beside the paper's."""
    return card.name == f"{card.corpus.name}-best"


def corpus_title(card: Card) -> str:
    """What a corpus is called; a folder of one's own by its name too, and by no more of its path."""
    path = card.corpus.name.partition(":")[2]
    return f"{card.corpus.title}: {Path(path).name}" if path else card.corpus.title


def corpus_words(card: Card) -> str:
    """What a person calls what is in a corpus, e.g. ``Bach chorales``."""
    return IN_WORDS.get(card.corpus.name, corpus_title(card))


@lru_cache(maxsize=MAX_LOADED)
def loaded(name: str) -> Checkpoint:
    """The checkpoint, read once; models are only ever read, so visitors may share them."""
    return load(name)
