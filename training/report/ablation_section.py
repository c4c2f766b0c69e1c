"""The ablation in the report: what head, cell and memory are each worth, in nats and in seconds."""

from collections.abc import Mapping
from itertools import product

from engine.cells import cell_title
from training.paper import PAPER_CELLS, PAPER_MUSIC
from training.report.markdown import DASH, decimals, listing, table, with_sign
from training.searching import ABLATION_HEADS, ABLATION_MEMORIES, MAX_ABLATION_PARAMETERS, FitResult

HEAD_TITLES = {"bernoulli": "independent notes", "note_list": "note list"}
MEMORY_TITLES = {"none": "no memory", "attention": "attention to the past"}
Fits = Mapping[tuple[str, str, str], FitResult]  # (head, cell, memory) of a corpus


def ablation_section(results: Mapping[str, FitResult]) -> list[str]:
    """The section; nothing while no model of it is fitted."""
    tables = [line for corpus in PAPER_MUSIC for line in _corpus(corpus.ours, corpus.title, results)]
    if not tables:
        return []
    return [
        "## What each part is worth",
        "",
        f"Twelve models a corpus, each as wide as {MAX_ABLATION_PARAMETERS:,} parameters allow, one layer, "
        "all fitted alike (`python -m training ablate`): AdamW, dropout, averaged weights, no transposition. "
        "Test, nats per frame, pooled; in brackets the seconds that an epoch of fitting took, two fits at a "
        "time on two cores. The weights are those of the best epoch on validation.",
        "",
        *tables,
    ]


def _corpus(name: str, title: str, results: Mapping[str, FitResult]) -> list[str]:
    keys = product(ABLATION_HEADS, PAPER_CELLS, ABLATION_MEMORIES)
    fits = {key: results[full] for key in keys if (full := "-".join((name, *key))) in results}
    if not fits:
        return []
    epochs = listing(str(epochs) for epochs in sorted({result.epochs for result in fits.values()}))
    titles = ["notes of a frame", "memory", *(cell_title(cell) for cell in PAPER_CELLS)]
    rows = [
        [
            HEAD_TITLES[kind],
            MEMORY_TITLES[memory],
            *(_cell(fits.get((kind, cell, memory))) for cell in PAPER_CELLS),
        ]
        for kind, memory in product(ABLATION_HEADS, ABLATION_MEMORIES)
    ]
    return [
        f"**{title}**, {epochs} epochs",
        "",
        *table(titles, rows, num_text_columns=2),
        *_worth(fits),
        *_unfinished(fits),
    ]


def _cell(result: FitResult | None) -> str:
    if result is None:
        return DASH
    return f"{decimals(_test(result))} ({decimals(result.seconds / result.epochs, 1)} s)"


def _test(result: FitResult) -> float:
    return result.metrics["test"]["nats_per_frame"]


def _worth(fits: Fits) -> list[str]:
    """What one change does, everything else being equal: the mean over all pairs that differ in it alone."""
    changes = {
        "the note list in the place of independent notes": (0, "bernoulli", "note_list"),
        "attention to the past": (2, "none", "attention"),
        "GRU in the place of tanh": (1, "tanh", "gru"),
        "LSTM in the place of tanh": (1, "tanh", "lstm"),
    }
    worths = [
        f"{words} {with_sign(sum(steps) / len(steps))} "
        f"(from {with_sign(min(steps))} to {with_sign(max(steps))})"
        for words, (place, before, after) in changes.items()
        if (steps := _steps(fits, place, before, after))
    ]
    return [f"Mean change of the test figure: {listing(worths)}.", ""] if worths else []


def _unfinished(fits: Fits) -> list[str]:
    """How many fits would go lower with more epochs, so that nobody takes speed of learning for worth."""
    falling = sum(result.best_epoch == result.epochs for result in fits.values())
    if not falling:
        return []
    return [
        f"{falling} of the {len(fits)} were at their best on validation in their last epoch: they would go "
        "lower with more, and what cells differ by here is also how fast they learn.",
        "",
    ]


def _steps(fits: Fits, place: int, before: str, after: str) -> list[float]:
    steps = []
    for key, result in fits.items():
        other = (*key[:place], after, *key[place + 1 :])
        if key[place] == before and other in fits:
            steps.append(_test(fits[other]) - _test(result))
    return steps
