"""Spread: one recipe fitted from several seeds, a series of which the best is published.

training/results/seeds/<name>-seed<k>.json   FitResult
"""

from collections.abc import Sequence
from pathlib import Path

from training.fitting import Recipe, make_recipe
from training.searching.results import SEARCH_RESULTS
from training.searching.series import FitResult, read_series, valid_nats

SEED_RESULTS = SEARCH_RESULTS / "seeds"


def seed_recipes(recipe: Recipe, count: int) -> list[Recipe]:
    """The recipe with its own seed and those after it, each under a name of its own."""
    seeds = range(recipe.seed, recipe.seed + count)
    return [recipe.model_copy(update={"seed": seed, "name": f"{recipe.name}-seed{seed}"}) for seed in seeds]


def chosen_seed(recipes: Sequence[Recipe], folder: Path = SEED_RESULTS) -> Recipe:
    """The recipe that is published: the best on validation.

    Raises:
        EngineError: a result cannot be read.
    """
    results = read_series(folder)
    return min(recipes, key=lambda recipe: valid_nats(results[recipe.name]))


def spread_of(name: str, folder: Path = SEED_RESULTS) -> list[FitResult]:
    """Results of a recipe's seeds, by seed.

    Raises:
        EngineError: a result cannot be read.
    """
    results = [result for key, result in read_series(folder).items() if key.startswith(f"{name}-seed")]
    return sorted(results, key=lambda result: make_recipe(result.recipe).seed)
