"""ModelNotes: what the models of a corpus are, and how well they know such pieces, in a table."""

import html
from collections.abc import Iterable

from engine.checkpoints import Card, is_best, makeup, title

WHAT_IT_IS = {
    "tanh": "The plainest: each moment, all it knows is mixed anew with what it hears.",
    "gru": "Two gates say what is kept of what it knows, and what is renewed.",
    "lstm": "Three gates, and a store of its own for what is to be kept.",
}
LARGE = "As good as we could make one: several times as large, and trained for longer."


def model_notes(cards: Iterable[Card]) -> str:
    """A disclosure in HTML; empty where no model has a figure of pieces that it has never heard."""
    shown = [card for card in cards if card.held_out]
    if not shown:
        return ""
    unit = shown[0].held_out[1]
    of_what, each = ("sample", "a recording") if "sample" in unit else ("frame", "a piece")
    rows = "".join(_row(card) for card in shown)
    return (
        '<details class="earshot-models"><summary>What these are, and how well they know the style'
        "</summary>"
        "<div><table><thead><tr><th>Model</th><th>What it is</th><th>Surprise</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
        f"<p>Surprise: how unexpected the next {of_what} of {each} is that no model was fitted on, in "
        f"{unit}. Lower is better; the page Results has all figures.</p></details>"
    )


def what_it_is(card: Card) -> str:
    """A model in a sentence for people; empty of a cell that is not known here."""
    return LARGE if is_best(card) else WHAT_IT_IS.get(card.cell, "")


def _row(card: Card) -> str:
    cells = (title(card), f"{what_it_is(card)} {makeup(card)}".strip(), f"{card.held_out[0]:.2f}")
    name, about, figure = (html.escape(cell) for cell in cells)
    return f'<tr><th scope="row">{name}</th><td>{about}</td><td>{figure}</td></tr>'
