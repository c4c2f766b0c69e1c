"""A recipe's seeds."""

from tests.training import tiny
from training.searching.spread import seed_recipes


def test_seeds_are_counted_from_the_recipes_own():
    recipes = seed_recipes(tiny.recipe(seed=4), 2)
    assert [(recipe.seed, recipe.name) for recipe in recipes] == [(4, "tiny-seed4"), (5, "tiny-seed5")]
