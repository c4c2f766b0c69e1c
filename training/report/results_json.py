"""The report as data: assets/results.json, which the app's Results page reads."""

import json
from collections.abc import Sequence
from typing import Any

from training.corpora import SPLITS
from training.paper import MUSIC_MODELS, PAPER_MUSIC, SPEECH_MODELS
from training.report.evidence import TableEntry, TableEvidence, better_average
from training.report.leaderboard import Board
from training.report.leaderboard_section import leaderboard_json
from training.report.tables import our_title

DECIMALS = 9  # so many that rounding moves no figure across the one that the paper prints


def results_json(evidence: TableEvidence, boards: Sequence[Board]) -> str:
    """One row for each model of table 2, fitted or not, in the paper's order; then the leaderboards."""
    rows = [_row(entry, better_average(evidence.of(entry.corpus))) for entry in evidence.entries]
    content = {"rows": rows, "leaderboard": leaderboard_json(boards)}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _row(entry: TableEntry, better: str) -> dict[str, Any]:
    is_music = entry.corpus in PAPER_MUSIC
    card = entry.card
    return {
        "corpus": entry.corpus.ours,
        "title": our_title(entry.corpus),
        "cell": entry.cell,
        "checkpoint": None if card is None else card.name,
        "page": "play" if is_music else "speech",
        "units": (MUSIC_MODELS if is_music else SPEECH_MODELS).units[entry.cell]
        if card is None
        else card.num_units,
        "learning_rate": entry.learning_rate,
        "unit": "nats per frame" if is_music else "nats per step",
        "paper": {"train": entry.corpus.train[entry.cell], "test": entry.corpus.test[entry.cell]},
        "paper_corpus": entry.corpus.title,
        "better_average": better,
        "pooled": None if card is None else _figures(entry, "pooled"),
        "sequence_mean": _figures(entry, "sequence_mean") if is_music and card else None,
        "bits_per_sample": None if is_music or card is None else _bits(entry),
        "epochs": None if card is None else card.training.epochs,
        "best_epoch": entry.best_epoch,
        "seconds_per_epoch": _rounded(entry.seconds_per_epoch),
        "num_recurrent_parameters": None if card is None else card.num_recurrent_parameters,
        "num_parameters": None if card is None else card.num_parameters,
        "seeds": _seeds(entry, better),
    }


def _figures(entry: TableEntry, average: str) -> dict[str, float | None]:
    return {split: _rounded(entry.nats(split, average)) for split in SPLITS}


def _bits(entry: TableEntry) -> dict[str, float | None]:
    metrics = entry.card.metrics
    return {split: _rounded(metrics.get(split, {}).get("bits_per_sample")) for split in SPLITS}


def _seeds(entry: TableEntry, average: str) -> dict[str, int | float | None] | None:
    figures = entry.seed_nats("test", average)
    if len(figures) < 2:
        return None
    mean = sum(figures) / len(figures)
    return {
        "count": len(figures),
        "test_mean": _rounded(mean),
        "test_min": _rounded(figures[0]),
        "test_max": _rounded(figures[-1]),
    }


def _rounded(value: float | int | None) -> float | None:
    return None if value is None else round(float(value), DECIMALS)
