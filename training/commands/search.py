"""The command ``search``: the best of ten learning rates, for one recipe or several."""

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from engine.errors import InvalidValueError
from training.commands.arguments import (
    add_recipe_changes,
    add_workers,
    check_seeds,
    chosen_device,
    chosen_recipe,
    chosen_workers,
)
from training.fitting import RECIPES, recipe_names
from training.searching import RUNGS, SEARCH_RESULTS, Campaign, CampaignOptions, num_cores, open_workers


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("recipe", nargs="*", help=f".json files or any of: {', '.join(recipe_names())}")
    add_recipe_changes(command)
    command.add_argument("--results", type=Path, default=SEARCH_RESULTS, help="folder of the results")
    command.add_argument("--seeds", type=int, default=1, help="seeds with which the winner is fitted")
    command.add_argument(
        "--rungs", nargs="+", metavar="1/N:K",
        help="after the N-th part of the epochs the best K rates go on (default: 1/15:4 1/5:2)",
    )  # fmt: skip
    add_workers(command)
    command.add_argument(
        "--update-recipes", action="store_true", help="write the winners' rates into training/recipes"
    )


def ladder(rungs: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Rungs from texts: ``["1/15:4", "1/5:2"]`` gives ((15, 4), (5, 2)).

    Raises:
        InvalidValueError: a text has another form, or a rung is no later than the last or keeps no fewer.
    """
    matches = [re.fullmatch(r"1/([1-9]\d{0,3}):([1-9]\d{0,3})", rung) for rung in rungs]
    pairs = tuple((int(match[1]), int(match[2])) for match in matches if match)
    if len(pairs) < len(rungs) or any(a[0] <= b[0] or a[1] <= b[1] for a, b in pairwise(pairs)):
        raise InvalidValueError(
            f"--rungs {' '.join(rungs)}: give 1/N:K, for the best K rates after the N-th part of the epochs, "
            "each later than the one before and keeping fewer"
        )
    return pairs


def run(options: argparse.Namespace) -> None:
    """Search, and write the results and the winners' checkpoints.

    Raises:
        EngineError: an option is impossible, or the disk refuses.
    """
    names = options.recipe or [None]
    if len(names) > 1 and options.name:
        raise InvalidValueError("--name names one checkpoint: give it with one recipe only")
    check_seeds(options.seeds)
    recipes = [chosen_recipe(options, name) for name in names]
    if twice := [name for name, count in Counter(recipe.name for recipe in recipes).items() if count > 1]:
        raise InvalidValueError(f"two recipes are called {twice[0]!r}: search for them one after the other")
    device = chosen_device(options.device).type
    count = chosen_workers(options, 1 if device == "cuda" else num_cores())
    campaign = Campaign(
        recipes,
        CampaignOptions(
            corpora=options.corpora, checkpoints=options.checkpoints, results=options.results,
            num_seeds=options.seeds, device=device, replace=options.replace, runs=options.runs,
            rungs=ladder(options.rungs) if options.rungs else RUNGS,
            recipes=RECIPES if options.update_recipes else None,
        ),
    )  # fmt: skip
    with open_workers(count, options.scheduler) as client:
        campaign.run(client)
