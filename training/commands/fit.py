"""The command ``fit``: a recipe, or a cell on a corpus or a folder of one's own, becomes a checkpoint."""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from engine.checkpoints import load
from engine.errors import InvalidValueError
from engine.models import Stack
from training.commands.arguments import (
    add_recipe_changes,
    check_checkpoint_place,
    chosen_device,
    chosen_recipe,
)
from training.corpora import load_data, open_corpus
from training.fitting import (
    FIRST_RECIPES,
    Fit,
    FitOptions,
    Recipe,
    make_recipe,
    read_recipe,
    recipe_names,
    remove_run,
    run_lock,
)
from training.publishing import publish

MAX_THREADS = 256


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("recipe", nargs="?", help=f"a .json file or one of: {', '.join(recipe_names())}")
    add_recipe_changes(command)
    command.add_argument("--learning-rate", type=float)
    command.add_argument(
        "--begin-with",
        type=Path,
        metavar="CHECKPOINT",
        help="folder of the checkpoint from whose weights a recipe with begins_with starts",
    )
    command.add_argument("--threads", type=int, default=1, help="CPU threads; one is best for small models")
    command.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options: argparse.Namespace) -> None:
    """Fit the recipe to its end, and write the checkpoint.

    Raises:
        EngineError: an option is impossible, or the disk refuses.
        KeyboardInterrupt: it was stopped; the same command goes on from the last saved state.
    """
    recipe = chosen_recipe(options, options.recipe)
    check_checkpoint_place(recipe.name, options)
    if not 1 <= options.threads <= MAX_THREADS:
        raise InvalidValueError(f"--threads {options.threads} must be from 1 to {MAX_THREADS}")
    device = chosen_device(options.device)
    torch.set_num_threads(options.threads)
    run_folder = options.runs / recipe.name
    with run_lock(run_folder, f"a fit of {recipe.name!r}"):
        fit, folder = _fit(recipe, FitOptions(device, run_folder, options.quiet), options)
        remove_run(run_folder)
    kept = f"weights of epoch {fit.progress.best_epoch} of {fit.progress.epoch}"
    print(f"{kept}: {fit.figure(fit.progress.best_valid):.4f} {fit.unit} on valid")
    print(f"wrote {folder}")


def _first(recipe: Recipe, folder: Path | None) -> Stack | None:
    """The network from whose weights the fit starts, from a checkpoint's folder; None without one.

    Raises:
        EngineError: it cannot be read, or is not the fit that the recipe asks for.
    """
    if folder is None:
        return None
    checkpoint = load(folder.name, folder.parent)
    if not recipe.begins_with:
        raise InvalidValueError(
            f"recipe {recipe.name!r} does not start from another fit: leave out --begin-with"
        )
    wanted, given = (
        read_recipe(recipe.begins_with, FIRST_RECIPES),
        make_recipe(checkpoint.card.training.recipe),
    )
    if given.model_copy(update={"name": wanted.name}) != wanted:
        raise InvalidValueError(
            f"{folder} was not fitted by the recipe {wanted.name!r}, from which {recipe.name!r} starts"
        )
    return checkpoint.model.network


def _fit(recipe: Recipe, how: FitOptions, options: argparse.Namespace) -> tuple[Fit, Path]:
    """Fit, from the saved state if there is one; returns the fit and the folder of its checkpoint."""
    corpus = open_corpus(recipe.corpus, options.corpora, recipe.seed)
    data = load_data(corpus, recipe.samples_per_frame)
    if data.report is not None:
        print(data.report)
    fit = Fit(recipe, data, replace(how, first=_first(recipe, options.begin_with)))
    if fit.progress.update:
        print(f"going on at update {fit.progress.update:,}, epoch {fit.progress.epoch}")
    return fit, publish(fit, fit.run(), corpus, data, options.checkpoints, options.replace)
