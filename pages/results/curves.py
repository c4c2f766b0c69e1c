"""Curves: learning curves of the paper's three cells, which a visitor reads by pointing at them.

Conventions
    value   corpora, each with ``name``, ``title``, ``unit`` and ``curves``; a curve has ``cell``, ``label``,
            ``best`` (epoch, from 1) and the lists ``seconds``, ``train`` and ``valid`` with one entry for
            each epoch; the browser gets them as one JSON text
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.checkpoints import CELL_ORDER, Card, corpus_title, full_title, in_order, read_curve
from engine.errors import CheckpointError
from pages.parts import Component


class Curves(Component):
    """The picture with its choices and its readings; a visitor's choices stay in the browser.

    Args:
        value: what `corpora_of` gives.
        kwargs: whatever `gr.HTML` takes.
    """

    files = ("curves.html", "curves.css", "curves_picture.js", "curves.js")
    description = "learning curves by corpus"

    def postprocess(self, value: Sequence[Mapping[str, Any]]) -> str:
        """The value as one JSON text, since Gradio is slow with long lists."""
        return json.dumps(value, separators=(",", ":"))


def corpora_of(cards: Iterable[Card], order: Iterable[str] = ()) -> tuple[list[dict[str, Any]], list[str]]:
    """Corpora with the curves of the paper's cells, and a sentence for each that is missing or damaged.

    Args:
        order: names of the corpora that come first; the others follow in the order of the cards.
    """
    corpora: dict[str, dict[str, Any]] = {}
    problems = []
    for card in in_order(cards):
        if card.name != f"{card.corpus.name}-{card.cell}" or card.cell not in CELL_ORDER:
            continue  # a large model, or somebody's own
        try:
            curve = curve_of(card)
        except CheckpointError as error:
            problems.append(str(error))
            continue
        unit = card.facts.unit
        facts = {"name": card.corpus.name, "title": corpus_title(card), "unit": unit, "curves": []}
        corpora.setdefault(card.corpus.name, facts)["curves"].append(curve)
    ranks = {name: rank for rank, name in enumerate(order)}
    return sorted(corpora.values(), key=lambda corpus: ranks.get(corpus["name"], len(ranks))), problems


def curve_of(card: Card) -> Mapping[str, Any]:
    """One model's curve, see the conventions above, rounded to one digit more than the page shows.

    Raises:
        CheckpointError: the checkpoint's curve is missing or damaged.
    """
    curve = read_curve(card.name)
    return {
        "cell": card.cell,
        "label": full_title(card),
        "best": curve.best_epoch,
        "seconds": [round(value, 1) for value in curve.seconds],
        "train": [round(value, 3) for value in curve.train_nats_per_frame],
        "valid": [round(value, 3) for value in curve.valid_nats_per_frame],
    }
