"""Titles: what visitors and researchers call a model, and the corpus that it was fitted on."""

from collections.abc import Iterable
from pathlib import Path

from engine.cells import cell_title
from engine.checkpoints.card import Card

CELL_ORDER = ("tanh", "gru", "lstm")  # as in the paper
CORPUS_WORDS = {
    "jsb_chorales": "Bach chorales", "nottingham": "Folk tunes",
    "muse_data": "Classical music", "piano_midi": "Piano pieces",
}  # fmt: skip


def in_order(cards: Iterable[Card]) -> list[Card]:
    """The best models first, then by cell: tanh, GRU, LSTM, all others; of one cell by name."""
    order = {cell: rank for rank, cell in enumerate(CELL_ORDER)}
    return sorted(cards, key=lambda card: (not is_best(card), order.get(card.cell, 9), card.name))


def title(card: Card) -> str:
    """What a visitor calls a model, e.g. ``GRU``; a user's own model has its name first: ``mine: GRU``."""
    if is_best(card):
        return "Large network"
    return cell_title(card.cell) if is_published_cell(card) else f"{card.name}: {cell_title(card.cell)}"


def full_title(card: Card) -> str:
    """What a researcher calls a model, e.g. ``GRU · 46 units`` or ``Large network: LSTM · 300 units``."""
    if is_published_cell(card):
        return makeup(card)
    return f"{title(card) if is_best(card) else card.name}: {makeup(card)}"


def makeup(card: Card) -> str:
    """What a model is made of, e.g. ``GRU · 46 units``."""
    parts = [cell_title(card.cell), f"{card.num_units} units"]
    if card.num_layers > 1:
        parts.append(f"{card.num_layers} layers")
    if card.has_attention:
        parts.append("memory")
    if card.has_joint_notes:
        parts.append("joint notes")
    if card.num_keys > 1:
        parts.append(f"{card.num_keys} keys")
    if card.knows_melodies:
        parts.append("knows the tunes of its corpus")
    return " · ".join(parts)


def is_published_cell(card: Card) -> bool:
    """Whether it is published as one of the paper's cells on a corpus: its name is ``<corpus>-<cell>``."""
    return card.name == f"{card.corpus.name}-{card.cell}"


def is_best(card: Card) -> bool:
    """Whether it is the large model that is published for a corpus next to the paper's cells."""
    return card.name == f"{card.corpus.name}-best"


def corpus_title(card: Card) -> str:
    """What a corpus is called; a user's own folder gets the folder's name, without the rest of its path."""
    path = card.corpus.name.partition(":")[2]
    return f"{card.corpus.title}: {Path(path).name}" if path else card.corpus.title


def corpus_words(card: Card) -> str:
    """What a visitor calls the music or speech of a corpus, e.g. ``Bach chorales``."""
    return CORPUS_WORDS.get(card.corpus.name, corpus_title(card))
