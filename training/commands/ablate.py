"""The command ``ablate``: every head, cell and memory, fitted at equal numbers of parameters."""

import argparse
from pathlib import Path

from training.commands.arguments import add_runs, add_workers, chosen_workers
from training.corpora import open_corpus
from training.fitting import remove_run
from training.searching import (
    ABLATION,
    MAX_EPOCHS,
    SeriesOptions,
    ablation_recipes,
    open_workers,
    run_series,
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What may be asked of it."""
    command.add_argument("corpus", nargs="*", choices=(*MAX_EPOCHS, []), help=" or ".join(MAX_EPOCHS))
    command.add_argument("--corpora", type=Path, help="folder of the corpora")
    add_runs(command)
    command.add_argument("--results", type=Path, default=ABLATION, help="folder of the results")
    add_workers(command)


def run(options: argparse.Namespace) -> None:
    """Fit all that have no result yet, and write a result each.

    Raises:
        EngineError: something that was asked for cannot be, or the disk refuses.
    """
    count = chosen_workers(options)
    recipes = ablation_recipes(tuple(options.corpus or MAX_EPOCHS))
    for name in dict.fromkeys(recipe.corpus for recipe in recipes):
        open_corpus(name, options.corpora).load()  # now: what is missing is said before workers are started
    with open_workers(count, options.scheduler) as client:
        run_series(recipes, SeriesOptions(options.corpora, options.runs, options.results), client)
    for recipe in recipes:
        remove_run(options.runs / recipe.name)
