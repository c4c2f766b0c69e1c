"""Options: what ``python -m training`` can be told."""

import argparse
from pathlib import Path
from typing import Any

from engine.checkpoints import CHECKPOINTS
from engine.folders import PROJECT
from training.corpora import CORPORA, SPLITS
from training.fitting import RUNS, recipe_names
from training.searching import ABLATION, MAX_EPOCHS, RESULTS, SEEDS


def make_parser() -> argparse.ArgumentParser:
    """All commands; the one that was given is ``command``."""
    parser = argparse.ArgumentParser(prog="python -m training", description="Fit and evaluate models.")
    commands = parser.add_subparsers(
        required=True,
        dest="command",
        metavar="list | fetch | fit | search | spread | remember | ablate | evaluate | report",
    )
    listing = commands.add_parser("list", help="recipes, corpora and checkpoints")
    fetching = commands.add_parser("fetch", help="download a corpus from its origin")
    fetching.add_argument("name", help=f"one of: {', '.join(CORPORA)}")
    _add_fit(commands)
    _add_search(commands)
    _add_spread(commands)
    _add_remember(commands)
    _add_ablate(commands)
    evaluating = commands.add_parser("evaluate", help="exact likelihood of a split under a checkpoint")
    evaluating.add_argument("checkpoint")
    evaluating.add_argument("--split", default="test", choices=SPLITS)
    evaluating.add_argument("--corpus", help="score another corpus of the same kind than the model's own")
    evaluating.add_argument("--json", action="store_true", help="print one JSON object")
    reporting = commands.add_parser(
        "report", help="write docs/results.md, its pictures and assets/results.json"
    )
    reporting.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints")
    reporting.add_argument("--results", type=Path, default=RESULTS, help="folder of the results of searches")
    reporting.add_argument("--out", type=Path, default=PROJECT, help="folder that holds docs/ and assets/")
    for command in (listing, fetching, evaluating):
        _add_folders(command)
    return parser


def _add_fit(commands: Any) -> None:
    fitting = commands.add_parser("fit", help="fit a recipe, or a cell on your own folder")
    fitting.add_argument("recipe", nargs="?", help=f"a .json file or one of: {', '.join(recipe_names())}")
    _add_recipe_changes(fitting)
    fitting.add_argument("--learning-rate", type=float)
    fitting.add_argument("--threads", type=int, default=1, help="CPU threads; small models like one")
    fitting.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_search(commands: Any) -> None:
    searching = commands.add_parser(
        "search", help="the best of ten learning rates, for one recipe or several"
    )
    searching.add_argument("recipe", nargs="*", help=f".json files or any of: {', '.join(recipe_names())}")
    _add_recipe_changes(searching)
    searching.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    searching.add_argument("--seeds", type=int, default=1, help="seeds with which the winner is fitted")
    _add_workers(searching)
    searching.add_argument(
        "--update-recipes", action="store_true", help="write the winners' rates into training/recipes"
    )


def _add_spread(commands: Any) -> None:
    spreading = commands.add_parser(
        "spread", help="fit a recipe from several seeds, and publish the best on validation"
    )
    spreading.add_argument("recipe", help=f"a .json file or one of: {', '.join(recipe_names())}")
    spreading.add_argument("--seeds", type=int, default=3, help="how many, counted from the recipe's own")
    spreading.add_argument("--results", type=Path, default=SEEDS, help="folder of the results")
    spreading.add_argument("--runs", type=Path, default=RUNS, help="folder of the states of unfinished fits")
    spreading.add_argument("--replace", action="store_true", help="replace a checkpoint of the same name")
    spreading.add_argument(
        "--update-recipes", action="store_true", help="write the best seed into training/recipes"
    )
    _add_workers(spreading)
    _add_folders(spreading)


def _add_remember(commands: Any) -> None:
    remembering = commands.add_parser(
        "remember", help="keep the melodies of the training pieces beside a checkpoint's weights"
    )
    remembering.add_argument("checkpoint")
    remembering.add_argument(
        "--least-gain",
        type=float,
        default=0.01,
        help="nats per frame on valid below which it is not worth it",
    )
    remembering.add_argument(
        "--update-recipes", action="store_true", help="write the numbers into training/recipes"
    )
    _add_folders(remembering)


def _add_ablate(commands: Any) -> None:
    ablating = commands.add_parser(
        "ablate", help="fit every head, cell and memory at equal numbers of parameters"
    )
    ablating.add_argument("corpus", nargs="*", choices=(*MAX_EPOCHS, []), help=" or ".join(MAX_EPOCHS))
    ablating.add_argument("--corpora", type=Path, help="folder of the corpora")
    ablating.add_argument("--runs", type=Path, default=RUNS, help="folder of the states of unfinished fits")
    ablating.add_argument("--results", type=Path, default=ABLATION, help="folder of the results")
    _add_workers(ablating)


def _add_recipe_changes(command: argparse.ArgumentParser) -> None:
    command.add_argument("--corpus", help="a corpus name, midi:PATH or audio:PATH")
    command.add_argument("--cell", help="tanh, gru or lstm")
    command.add_argument("--name", help="of the new checkpoint")
    command.add_argument("--units", type=int, help="hidden units a layer; default: the paper's")
    command.add_argument("--layers", type=int, help="recurrent layers")
    command.add_argument("--epochs", type=int, help="at most this many")
    command.add_argument("--patience", type=int, help="epochs without progress on validation before stopping")
    command.add_argument("--seed", type=int)
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    command.add_argument("--runs", type=Path, default=RUNS, help="folder of the states of unfinished fits")
    command.add_argument("--replace", action="store_true", help="replace a checkpoint of the same name")
    _add_folders(command)


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument("--workers", type=int, help="processes (default: one a core, or one for a GPU)")
    command.add_argument("--scheduler", help="tcp://HOST:8786 of a Dask scheduler, for many machines")


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--corpora", type=Path, help="folder of the corpora (default: $EARSHOT_CORPORA or ./corpora)"
    )
    command.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints")
