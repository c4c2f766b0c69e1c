"""Catalogue: the usable cards of a folder, and for each other card a sentence that says what is wrong."""

from pathlib import Path

from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import available, read_card
from engine.errors import CheckpointError
from engine.folders import CHECKPOINTS


def read_cards(folder: Path = CHECKPOINTS) -> tuple[dict[str, Card], dict[str, str]]:
    """Name -> card, and name -> what is wrong with a card that cannot be used; both sorted by name."""
    cards, problems = {}, {}
    for name in available(folder):
        try:
            cards[name] = read_card(name, folder)
        except CheckpointError as error:
            problems[name] = str(error)
    return cards, problems


def test_nats_by_name(folder: Path = CHECKPOINTS) -> dict[str, float]:
    """Name -> ``Card.nats_on_test``, of every usable card that has a test figure."""
    cards, _ = read_cards(folder)
    return {name: nats for name, card in cards.items() if (nats := card.nats_on_test) is not None}
