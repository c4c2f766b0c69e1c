"""Spread: one recipe fitted from several seeds, a series (training/series.py) of which the best is published,
or, where the recipe has members, their ensemble.

training/results/seeds/<name>-seed<k>.json   FitResult
"""

from collections.abc import Sequence
from pathlib import Path

from training.fit import Fit
from training.recipe import Recipe, make_recipe
from training.results import RESULTS
from training.series import FitResult, read_series, valid_nats

SEEDS = RESULTS / "seeds"


def seed_recipes(recipe: Recipe, count: int) -> list[Recipe]:
    """The recipe with its own seed and those after it, each under a name of its own."""
    seeds = range(recipe.seed, recipe.seed + count)
    return [
        recipe.model_copy(update={"seed": seed, "name": f"{recipe.name}-seed{seed}", "members": 1})
        for seed in seeds
    ]


def chosen_seeds(recipe: Recipe, recipes: Sequence[Recipe], folder: Path = SEEDS) -> list[Recipe]:
    """Those of them that are published: the one that is best on validation, or the members of an ensemble.

    The members are the first ones, as they come: to choose among them would make the others' work vain.

    Raises:
        EngineError: a result cannot be read.
    """
    if recipe.members > 1:
        return list(recipes[: recipe.members])
    found = read_series(folder)
    return [min(recipes, key=lambda each: valid_nats(found[each.name]))]


def joined(recipe: Recipe, fits: Sequence[Fit]) -> Fit:
    """The first fit as that of the whole recipe: with the updates and the time of all, and its own curve."""
    first = fits[0]
    first.recipe = recipe
    first.progress.update = sum(fit.progress.update for fit in fits)
    first.progress.seconds = sum(fit.progress.seconds for fit in fits)
    return first


def spread_of(name: str, folder: Path = SEEDS) -> list[FitResult]:
    """Results of a recipe's seeds, by seed.

    Raises:
        EngineError: a result cannot be read.
    """
    found = [result for key, result in read_series(folder).items() if key.startswith(f"{name}-seed")]
    return sorted(found, key=lambda result: make_recipe(result.recipe).seed)
