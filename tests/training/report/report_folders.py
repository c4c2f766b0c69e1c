"""Small checkpoints without weights, learning curves and results of searches, for tests of the report."""

import json
import math
from pathlib import Path

from engine.checkpoints.card import Card, CorpusFacts, TrainingFacts
from training.corpora import CORPORA
from training.fitting.recipe import make_recipe
from training.paper import PAPER_CELLS, TABLE_2, PaperCorpus, models_of, paper_model
from training.searching.results import RateTrial, Rung, SearchResult, SeedResult, write_result

MUSIC_CORPORA = ("nottingham", "jsb_chorales", "muse_data", "piano_midi")
RATES = (0.0003, 0.001, 0.003, 0.01)
MACHINE = "2 CPU cores, torch 2.13.0"


def paper_corpus(name: str) -> PaperCorpus:
    """The paper's corpus that one of ours stands in for."""
    return next(corpus for corpus in TABLE_2 if corpus.ours == name)


def music_metrics(train: float, test: float, shift: float = -0.1) -> dict[str, dict[str, int | float]]:
    """As on a card; ``shift`` is the mean of sequences minus the pooled figure."""
    return {
        split: {
            "num_sequences": 3, "num_frames": 30, "nats_per_frame": nats,
            "nats_per_frame_sequence_mean": nats + shift, "nats_per_frame_without_first": nats + 0.01,
        }
        for split, nats in (("train", train), ("valid", test - 0.05), ("test", test))
    }  # fmt: skip


def speech_metrics(train: float, test: float) -> dict[str, dict[str, int | float]]:
    """As on a card."""
    return {
        split: {
            "num_sequences": 3, "num_steps": 30, "num_samples": 300, "nats_per_step": nats,
            "nats_per_sample": nats / 10, "bits_per_sample": 11 + nats / 10,
        }
        for split, nats in (("train", train), ("valid", test - 0.05), ("test", test))
    }  # fmt: skip


def recipe_of(name: str, rate: float = 0.003) -> dict[str, object]:
    """The recipe of a model of the table, as plain values."""
    corpus, _, cell = name.rpartition("-")
    model = paper_model(cell, "piano_roll" if corpus in MUSIC_CORPORA else "waveform")
    values = {"name": name, "corpus": corpus, "model": model, "patience": 10}
    return make_recipe({**values, "optimiser": {"learning_rate": rate}}).model_dump()


def card_of(name: str, metrics: dict[str, dict[str, int | float]], rate: float = 0.003) -> Card:
    """A card with these figures; its weights do not exist."""
    corpus, _, cell = name.rpartition("-")
    kind = "piano_roll" if corpus in MUSIC_CORPORA else "waveform"
    return Card(
        name=name,
        corpus=CorpusFacts(
            name=corpus, title=CORPORA[corpus].title, homepage="nowhere", licence="none", citation="nobody"
        ),
        representation={"name": kind},
        model={"cells": [{"name": cell, "input_size": 88, "hidden_size": models_of(kind).units[cell]}]},
        num_parameters=25_000,
        num_recurrent_parameters=20_000,
        weights_sha256="0" * 64,
        training=TrainingFacts(
            recipe=recipe_of(name, rate),
            updates=400,
            epochs=40,
            seconds=80.0,
            torch="2.13.0+cpu",
            device="cpu",
        ),
        metrics=metrics,
    )


def curve_of(end: float, epochs: int = 40, best_epoch: int = 30) -> dict[str, list[float]]:
    """Falls to ``end`` at the best epoch, then rises a little; two seconds an epoch, but for one pause."""
    valid = [end + 3 * math.exp(-n / 5) - 3 * math.exp(-best_epoch / 5) for n in range(1, best_epoch + 1)]
    valid += [end + 0.01 * n for n in range(1, epochs - best_epoch + 1)]
    seconds = [2.0 * n + (100.0 if n > 7 else 0.0) for n in range(1, epochs + 1)]
    train = [nats - 0.2 for nats in valid]
    update = [10 * n for n in range(1, epochs + 1)]
    return {
        "update": update,
        "seconds": seconds,
        "train_nats_per_frame": train,
        "valid_nats_per_frame": valid,
    }


def write_checkpoint(folder: Path, card: Card, curve: dict[str, list[float]]) -> None:
    """Card and curve; no weights, which the report does not read."""
    place = folder / card.name
    place.mkdir(parents=True)
    (place / "card.json").write_text(json.dumps(card.model_dump()), encoding="utf-8")
    (place / "curve.json").write_text(json.dumps(curve), encoding="utf-8")


def search_of(name: str, best: int | None = 2, seeds: dict[int, float] | None = None) -> SearchResult:
    """Four rates: one dropped, one diverged, the winner; seeds map to pooled test figures."""
    outcomes = [("dropped", 20, 20, 9.5), ("last epoch", 60, 55, 8.7), ("early stopping", 40, 30, 8.4)]
    trials = [
        RateTrial(
            learning_rate=rate, epochs=epochs, best_epoch=at, best_valid=nats, seconds=60.0, ended=ended
        )
        for rate, (ended, epochs, at, nats) in zip(RATES, outcomes, strict=False)
    ]
    trials.append(RateTrial(learning_rate=RATES[3], epochs=1, seconds=3.0, ended="diverged"))
    runs = [
        SeedResult(seed=seed, epochs=50, best_epoch=40, seconds=33.0, metrics=music_metrics(7.0, test))
        for seed, test in (seeds or {}).items()
    ]
    rungs = [Rung(epochs=20, keep=3), Rung(epochs=60, keep=2)]
    return SearchResult(
        recipe=recipe_of(name), rungs=rungs, trials=trials, best=best, seeds=runs, machine=MACHINE
    )


def write_all(checkpoints: Path, results: Path) -> None:
    """All eighteen models, each 0.02 nats under the printed test figure by the mean of sequences, and 0.08
    over it pooled; all searched; three seeds, 0.01 apart, for JSB Chorales and Piano-midi."""
    for corpus in TABLE_2:
        for cell in PAPER_CELLS:
            name = f"{corpus.ours}-{cell}"
            test, train = corpus.test[cell] + 0.08, corpus.train[cell]
            is_music = corpus.ours in MUSIC_CORPORA
            metrics = music_metrics(train, test) if is_music else speech_metrics(train, test - 9)
            end = metrics["valid"]["nats_per_frame" if is_music else "nats_per_step"]
            write_checkpoint(checkpoints, card_of(name, metrics), curve_of(end))
            has_seeds = corpus.ours in ("jsb_chorales", "piano_midi")
            seeds = {2: test + 0.01, 3: test - 0.01} if has_seeds else None
            write_result(name, search_of(name, seeds=seeds), results)
