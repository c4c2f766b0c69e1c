"""Fitting: recipes, the optimisation, its state on disk, and exact evaluation."""

from training.fitting.evaluate import evaluate, metrics
from training.fitting.fit import Fit, FitOptions, run_together
from training.fitting.recipe import RECIPES, Recipe, make_recipe, read_recipe, recipe_names, write_recipe
from training.fitting.remember import alone, choose_melodies, reminded
from training.fitting.reshaped_model import of_corpus, with_cell, with_layers, with_units
from training.fitting.run_lock import run_lock
from training.fitting.run_state import RUNS, Progress, remove_run

__all__ = [
    "RECIPES",
    "RUNS",
    "Fit",
    "FitOptions",
    "Progress",
    "Recipe",
    "alone",
    "choose_melodies",
    "evaluate",
    "make_recipe",
    "metrics",
    "of_corpus",
    "read_recipe",
    "recipe_names",
    "reminded",
    "remove_run",
    "run_lock",
    "run_together",
    "with_cell",
    "with_layers",
    "with_units",
    "write_recipe",
]
