"""How the draws compare, in the report: from the figures that ``evaluate --draws`` keeps on cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.checkpoints import Card
from training.report.markdown import DASH, decimals, table

MUSIC_DRAW_COLUMNS = {
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
SPEECH_DRAW_COLUMNS = {
    "runaways": "run away",
    "silences": "fall silent",
    "standstills": "hold one sound",
    "level": "level, dB",
    "level_spread": "its spread, dB",
    "syllables": "swings at 2 to 8 a second",
    "voiced": "voiced",
    "named": "named as a digit",
}


def draws_section(cards: Sequence[Card]) -> list[str]:
    """Tables with the figures of every model's draws, under those of what was held out of its corpus."""
    compared = [card for card in cards if card.draws]
    lines = ["## How the draws compare", ""]
    if not compared:
        return [*lines, "No model's draws have been compared yet.", ""]
    lines += [
        "Draws from nothing at temperature 1 beside what was held out for test and validation (`python -m "
        "training evaluate NAME --draws`; training/draws says what each column is). AUC: how well a small "
        "classifier tells windows of both apart, 0.5 where it cannot; mean over five splits by piece.",
        "",
    ]
    music = [card for card in compared if card.facts.holds_notes]
    speech = [card for card in compared if not card.facts.holds_notes]
    if music:
        lines += [
            "Each draw of music is cut to the length of a real piece, but for swelling and standing still, "
            "which are looked for in all that was drawn, 1,024 frames or more, and for ends, which are where "
            "a draw ends by itself, or where it was cut if it does not before the length of the longest "
            "training piece. Shared with training: frames in a row, nine of ten pieces have no more.",
            "",
            *_table(music, MUSIC_DRAW_COLUMNS, ("AUC, 16 frames", "AUC, 64")),
        ]
    if speech:
        lines += [
            "Draws of speech last two seconds, and stand beside recordings of one voice, one after another. "
            "The last column is how a classifier tells half of the recordings from the other half.",
            "",
            *_table(speech, SPEECH_DRAW_COLUMNS, ("AUC, 0.25 s", "of real ones")),
        ]
    return lines


def _table(cards: Sequence[Card], columns: Mapping[str, str], aucs: Sequence[str]) -> list[str]:
    """A row for each model, under a row with the real pieces of its corpus."""
    rows, title = [], ""
    for card in cards:
        if card.corpus.title != title:
            title = card.corpus.title
            rows.append([f"**{title}**, real", "", *_figures(card.draws["real"], columns), "", ""])
        told = [_auc_text(auc) for auc in card.draws["auc"].values()]
        drawn = _figures(card.draws["drawn"], columns)
        rows.append([f"`{card.name}`", str(card.draws["num_draws"]), *drawn, *told])
    return table(["", "draws", *columns.values(), *aucs], rows)


def _figures(figures: Mapping[str, float | None], columns: Mapping[str, str]) -> list[str]:
    return [decimals(figures.get(key)) for key in columns]


def _auc_text(auc: Mapping[str, Any] | None) -> str:
    return DASH if auc is None else f"{decimals(auc['mean'])} ± {decimals(auc['deviation'])}"
