"""Fitting: recipes, the optimisation, its state on disk, and exact evaluation."""

from training.fitting.ending import choose_ending
from training.fitting.evaluate import evaluate, metrics
from training.fitting.fit import Fit, FitOptions, run_together
from training.fitting.memories import choose_copies, choose_melodies, reminded
from training.fitting.recipe import (
    FIRST_RECIPES,
    RECIPES,
    Recipe,
    make_recipe,
    read_recipe,
    recipe_names,
    write_recipe,
)
from training.fitting.reshaped_model import of_corpus, with_cell, with_layers, with_units
from training.fitting.run_lock import run_lock
from training.fitting.run_state import RUNS, Progress, remove_run
from training.fitting.whole_model import whole_model, without_copies, without_memories

__all__ = [
    "FIRST_RECIPES",
    "RECIPES",
    "RUNS",
    "Fit",
    "FitOptions",
    "Progress",
    "Recipe",
    "choose_copies",
    "choose_ending",
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
    "whole_model",
    "with_cell",
    "with_layers",
    "with_units",
    "without_copies",
    "without_memories",
    "write_recipe",
]
