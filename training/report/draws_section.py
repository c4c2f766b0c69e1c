"""How the draws compare, in the report: from the figures that ``evaluate --draws`` keeps on cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.checkpoints import Card
from training.report.markdown import DASH, number, table

COLUMNS = {
    "runaways": "swell into noise",
    "standstills": "stand still",
    "silence": "silent frames",
    "notes": "notes a frame",
    "in_corpus_keys": "in the corpus's keys",
    "repeated_runs": "repeated runs",
    "beat_power": "beat",
    "cadences": "cadences per 100",
    "parallels": "parallels",
    "ends": "end by themselves",
    "length": "frames until then",
    "ends_on_tonic": "end on the tonic",
    "shared_frames": "shared with training",
}


def draws_section(cards: Sequence[Card]) -> list[str]:
    """A table with the draws of every model that was compared, under the held-out pieces of its corpus."""
    lines = [
        "## How the draws compare",
        "",
        "Draws from nothing at temperature 1 beside held-out pieces of test and validation, each draw cut to "
        "the length of a real piece, but for swelling and standing still, which are looked for in all that "
        "was drawn (`python -m training evaluate NAME --draws --frames 1024`; training/draws says what each "
        "column is), and for ends, which are where a draw ends by itself, or where it was cut if it does not "
        "before the length of the longest training piece. AUC: how well a small classifier tells windows of "
        "16 and of 64 frames from real ones, 0.5 where it cannot; mean over five splits by piece. Shared "
        "with training: frames in a row, nine of ten pieces have no more.",
        "",
    ]
    compared = [card for card in cards if card.draws]
    if not compared:
        return [*lines, "No model's draws have been compared yet.", ""]
    rows, title = [], ""
    for card in compared:
        if card.corpus.title != title:
            title = card.corpus.title
            rows.append([f"**{title}**, real", "", *_figures(card.draws["real"]), "", ""])
        aucs = [_auc(found) for found in card.draws["auc"].values()]
        rows.append([f"`{card.name}`", str(card.draws["num_draws"]), *_figures(card.draws["drawn"]), *aucs])
    head = ["", "draws", *COLUMNS.values(), "AUC, 16", "AUC, 64"]
    return [*lines, *table(head, rows)]


def _figures(found: Mapping[str, float | None]) -> list[str]:
    return [number(found.get(key)) for key in COLUMNS]


def _auc(found: Mapping[str, Any] | None) -> str:
    return DASH if found is None else f"{number(found['mean'])} ± {number(found['deviation'])}"
