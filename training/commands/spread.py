"""The command ``spread``: a recipe from several seeds; the best on validation is published."""

import argparse
from pathlib import Path

import torch

from engine.command_line import add_checkpoints
from training.commands.arguments import (
    add_corpora,
    add_replace,
    add_runs,
    add_workers,
    check_checkpoint_place,
    check_seeds,
    chosen_workers,
)
from training.corpora import load_data, open_corpus
from training.fitting import RECIPES, Fit, FitOptions, read_recipe, recipe_names, remove_run, write_recipe
from training.publishing import publish
from training.searching import (
    SEED_RESULTS,
    SeriesOptions,
    chosen_seed,
    open_workers,
    run_series,
    seed_recipes,
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("recipe", help=f"a .json file or one of: {', '.join(recipe_names())}")
    command.add_argument("--seeds", type=int, default=3, help="how many, counted from the recipe's own")
    command.add_argument("--results", type=Path, default=SEED_RESULTS, help="folder of the results")
    add_runs(command)
    add_replace(command)
    command.add_argument(
        "--update-recipes", action="store_true", help="write the best seed into training/recipes"
    )
    add_workers(command)
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Fit from each seed, and write the best one's checkpoint under the recipe's name.

    Raises:
        EngineError: an option is impossible, or the disk refuses.
    """
    recipe = read_recipe(options.recipe)
    check_checkpoint_place(recipe.name, options)
    check_seeds(options.seeds)
    count = chosen_workers(options)
    load_data(open_corpus(recipe.corpus, options.corpora, recipe.seed), recipe.samples_per_frame)
    recipes = seed_recipes(recipe, options.seeds)
    with open_workers(count, options.scheduler) as client:
        run_series(recipes, SeriesOptions(options.corpora, options.runs, options.results), client)
    chosen = chosen_seed(recipes, options.results)
    corpus = open_corpus(chosen.corpus, options.corpora, chosen.seed)  # whose seed splits own folders too
    data = load_data(corpus, chosen.samples_per_frame)
    fit = Fit(chosen, data, FitOptions(torch.device("cpu"), options.runs / chosen.name, quiet=True))
    if not fit.progress.finished:
        print(f"{chosen.name} has a result, but its weights are not here: fitting it again", flush=True)
    model = fit.run()
    fit.recipe = recipe.model_copy(update={"seed": chosen.seed})  # published under the recipe's name
    folder = publish(fit, model, corpus, data, options.checkpoints, options.replace)
    print(f"seed {chosen.seed}; wrote {folder}")
    if options.update_recipes:
        write_recipe(fit.recipe, RECIPES)
    for seeded in recipes:
        remove_run(options.runs / seeded.name)
