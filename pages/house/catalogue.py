"""Catalogue: which models there are, and the loaded ones, shared by all visitors and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.cells import cell_title
from engine.checkpoints import CHECKPOINTS, Card, Checkpoint, load, read_cards

CELLS = ("tanh", "gru", "lstm")  # in the paper's order
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
        return list(dict.fromkeys((corpus_title(card), card.corpus.name) for card in self.cards.values()))

    def models(self, corpus: str) -> list[tuple[str, str]]:
        """(label, checkpoint name) of a corpus's models: the best, then the paper's in its order of cells."""
        cards = [card for card in self.cards.values() if card.corpus.name == corpus]
        order = {cell: rank for rank, cell in enumerate(CELLS)}
        cards.sort(key=lambda card: (not is_best(card), order.get(card.cell, 9), card.name))
        return [(label(card), card.name) for card in cards]


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
    """Names of the models that are chosen to begin with, of a list of (label, name)."""
    return [name for _, name in models][:NUM_CHOSEN]


def title(card: Card) -> str:
    """What a lane is called, e.g. ``GRU · 46 units``; a model of one's own is called by its name too."""
    paper = card.name == f"{card.corpus.name}-{card.cell}"
    own = "" if paper else "Best: " if is_best(card) else f"{card.name}: "
    parts = [f"{own}{cell_title(card.cell)}", f"{card.num_units} units"]
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


def is_best(card: Card) -> bool:
    """Whether it is the model of its corpus that is published beside the paper's."""
    return card.name == f"{card.corpus.name}-best"


def corpus_title(card: Card) -> str:
    """What a corpus is called; a folder of one's own by its name too, and by no more of its path."""
    path = card.corpus.name.partition(":")[2]
    return f"{card.corpus.title}: {Path(path).name}" if path else card.corpus.title


def label(card: Card) -> str:
    """What a choice is called: the title and the test likelihood."""
    return title(card) + (f" · {card.held_out[0]:.2f}" if card.held_out else "")


@lru_cache(maxsize=MAX_LOADED)
def loaded(name: str) -> Checkpoint:
    """The checkpoint, read once; models are only ever read, so visitors may share them."""
    return load(name)
