"""The command ``ablate``: every head, cell and memory, fitted at equal numbers of parameters."""

import argparse
from pathlib import Path

from training.commands.arguments import add_runs, add_workers, chosen_workers
from training.corpora import open_corpus
from training.fitting import remove_run
from training.searching import (
    ABLATION_EPOCHS,
    ABLATION_RESULTS,
    SeriesOptions,
    ablation_recipes,
    open_workers,
    run_series,
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument(
        "corpus", nargs="*", choices=(*ABLATION_EPOCHS, []), help=" or ".join(ABLATION_EPOCHS)
    )
    command.add_argument("--corpora", type=Path, help="folder of the corpora")
    add_runs(command)
    command.add_argument("--results", type=Path, default=ABLATION_RESULTS, help="folder of the results")
    add_workers(command)


def run(options: argparse.Namespace) -> None:
    """Fit every model that has no result yet, and write a result for each.

    Raises:
        EngineError: an option is impossible, or the disk refuses.
    """
    count = chosen_workers(options)
    recipes = ablation_recipes(tuple(options.corpus or ABLATION_EPOCHS))
    for name in dict.fromkeys(recipe.corpus for recipe in recipes):
        open_corpus(name, options.corpora).load()  # now: a missing corpus is reported before workers start
    with open_workers(count, options.scheduler) as client:
        run_series(recipes, SeriesOptions(options.corpora, options.runs, options.results), client)
    for recipe in recipes:
        remove_run(options.runs / recipe.name)
