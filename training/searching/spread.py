"""Spread: one recipe fitted from several seeds, a series of which the best is published.

training/results/seeds/<name>-seed<k>.json   FitResult
"""

from collections.abc import Sequence
from pathlib import Path

from training.fitting import Recipe, make_recipe
from training.searching.results import RESULTS
from training.searching.series import FitResult, read_series, valid_nats

SEEDS = RESULTS / "seeds"


def seed_recipes(recipe: Recipe, count: int) -> list[Recipe]:
    """The recipe with its own seed and those after it, each under a name of its own."""
    seeds = range(recipe.seed, recipe.seed + count)
    return [recipe.model_copy(update={"seed": seed, "name": f"{recipe.name}-seed{seed}"}) for seed in seeds]


def chosen_seed(recipes: Sequence[Recipe], folder: Path = SEEDS) -> Recipe:
    """The one of them that is published: the best on validation.

    Raises:
        EngineError: a result cannot be read.
    """
    found = read_series(folder)
    return min(recipes, key=lambda each: valid_nats(found[each.name]))


def spread_of(name: str, folder: Path = SEEDS) -> list[FitResult]:
    """Results of a recipe's seeds, by seed.

    Raises:
        EngineError: a result cannot be read.
    """
    found = [result for key, result in read_series(folder).items() if key.startswith(f"{name}-seed")]
    return sorted(found, key=lambda result: make_recipe(result.recipe).seed)
