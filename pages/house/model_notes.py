"""ModelNotes: what the models of a corpus are, and how well they know such pieces, in a table."""

from collections.abc import Iterable
from pathlib import Path

from engine.checkpoints import Card, is_best, makeup, title
from pages.house.template import rendered

WHAT_IT_IS = {
    "tanh": "The plainest: each moment, all it knows is mixed anew with what it hears.",
    "gru": "Two gates say what is kept of what it knows, and what is renewed.",
    "lstm": "Three gates, and a store of its own for what is to be kept.",
}
LARGE_MODEL = "As good as we could make one: several times as large, and trained for longer."


def model_notes(cards: Iterable[Card]) -> str:
    """A disclosure in HTML; empty where no model has a figure for pieces that it has never heard."""
    shown = [card for card in cards if card.figure_on_test]
    if not shown:
        return ""
    unit = shown[0].figure_on_test[1]
    event, pieces = ("sample", "recordings") if "sample" in unit else ("frame", "pieces")
    template = Path(__file__).with_name("model_notes.html.jinja")
    return rendered(template, rows=[_row(card) for card in shown], event=event, pieces=pieces, unit=unit)


def what_it_is(card: Card) -> str:
    """A model in a sentence for people; empty for a cell that is not known here."""
    return LARGE_MODEL if is_best(card) else WHAT_IT_IS.get(card.cell, "")


def _row(card: Card) -> tuple[str, str, str]:
    """A model's name, what it is, and its figure."""
    return title(card), f"{what_it_is(card)} {makeup(card)}".strip(), f"{card.figure_on_test[0]:.2f}"
